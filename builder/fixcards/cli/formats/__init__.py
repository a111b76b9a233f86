"""How problems are printed, one module a format."""

from fixcards.cli.formats.github import GithubFormat
from fixcards.cli.formats.gitlab import GitlabFormat
from fixcards.cli.formats.interface import ProblemFormat
from fixcards.cli.formats.json_list import JsonFormat
from fixcards.cli.formats.junit import JunitFormat
from fixcards.cli.formats.plain import PlainFormat

FORMATS: dict[str, ProblemFormat] = {
    each.name: each for each in (PlainFormat(), JsonFormat(), GithubFormat(), GitlabFormat(), JunitFormat())
}
"""Every format by its name."""

__all__ = ["FORMATS", "ProblemFormat"]
