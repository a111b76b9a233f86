"""How the report of an audit is printed, one module a format."""

from fixcards.cli.audit_formats.github import GithubFormat
from fixcards.cli.audit_formats.interface import AuditFormat
from fixcards.cli.audit_formats.json_report import JsonFormat
from fixcards.cli.audit_formats.junit import JunitFormat
from fixcards.cli.audit_formats.markdown import MarkdownFormat
from fixcards.cli.audit_formats.plain import PlainFormat
from fixcards.cli.audit_formats.sarif import SarifFormat

AUDIT_FORMATS: dict[str, AuditFormat] = {
    each.name: each
    for each in (PlainFormat(), JsonFormat(), GithubFormat(), SarifFormat(), MarkdownFormat(), JunitFormat())
}
"""Every format by its name."""

__all__ = ["AUDIT_FORMATS", "AuditFormat"]
