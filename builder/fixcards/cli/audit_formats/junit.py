"""JUnit XML: a test case for each audited environment and card, for servers that show reports of tests."""

from __future__ import annotations

from collections.abc import Sequence

from fixcards.audit.auditor import AuditReport
from fixcards.cli.audit_formats.interface import HEADINGS, message
from fixcards.cli.junit_xml import attribute, element_text, report_text
from fixcards.cli.web_path import web_path


class JunitFormat:
    """For reports of tests."""

    name = "junit"

    def text(self, reports: Sequence[AuditReport]) -> str:
        """Return the report, in ASCII. An environment that is in for nothing is one case that passes."""
        cases, failures = [], 0
        for report in reports:
            source = web_path(report.audited.source)
            place = f" file={attribute(web_path(report.audited.path))}" if report.audited.path else ""
            if not report.exposures:
                cases.append(f'<testcase name="known failures" classname={attribute(source)}{place} time="0"/>\n')
            for exposure in report.exposures:
                failures += 1
                line = f' line="{exposure.line}"' if exposure.line else ""
                kind = attribute(HEADINGS[exposure.moment])
                text = message(exposure)
                cases.append(
                    f"<testcase name={attribute(exposure.id)} classname={attribute(source)}{place}{line} "
                    f'time="0">\n<failure message={attribute(text)} type={kind}>{element_text(text)}</failure>\n'
                    "</testcase>\n"
                )
        return report_text(cases, failures)
