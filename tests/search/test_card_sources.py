"""Where the doors get their cards from: options, environment, pyproject.toml, mkdocs.yml, data, in this order."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fixcards import default_finder
from fixcards.errors import FixcardsError
from fixcards.matching.index.format import FORMAT
from fixcards.search import card_data
from fixcards.search.card_sources import CardSources
from fixcards.search.data_update import update
from tests import card_data as samples
from tests import sites

TEXT = "lamp.burner.NoWick: no wick in the hall"
INDEX = f'"index": {FORMAT}'


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The distribution of the public cards, installed; the working directory is an empty project."""
    packages = samples.install_data(samples.write_site(tmp_path / "site"), tmp_path / "packages")
    monkeypatch.syspath_prepend(packages)
    yield packages / "fixcards_data"
    sys.modules.pop("fixcards_data", None)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in which the test starts."""
    for name in ("FIXCARDS_CARDS", "FIXCARDS_SITES"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def sources(text: str = TEXT, **given: object) -> list[str]:
    """Return where the first match of a text is from."""
    matches = CardSources.at_hand(**given).finder().match(text)
    return list(matches[0].sources) if matches else []


def other_site(folder: Path, package: str = "lamp") -> Path:
    return samples.write_site(folder, (replace(samples.LAMP, id=f"{package}-9"),))


def test_the_installed_data_answers_where_nothing_is_configured(data: Path) -> None:
    (match,) = default_finder().match(TEXT)
    assert match.entry.id == "lamp-7"
    assert match.sources == ("fixcards-data",)


def test_without_any_cards_the_error_says_what_to_type() -> None:
    with pytest.raises(FixcardsError, match=r"pip install fixcards-data, or fixcards update, or .*--cards"):
        CardSources.at_hand()


def test_what_is_given_goes_before_everything(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIXCARDS_SITES", str(tmp_path / "site"))
    given = str(other_site(tmp_path / "given"))
    assert [each.entry.id for each in CardSources.at_hand(sites=[given]).finder().match(TEXT)] == ["lamp-9"]


def test_the_environment_goes_before_the_files_of_the_project(
    data: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pyproject.toml").write_text("[tool.fixcards]\ncards = ['nowhere']\n", encoding="utf-8")
    one, other = other_site(tmp_path / "one"), other_site(tmp_path / "other", "lamp-b")
    monkeypatch.setenv("FIXCARDS_SITES", f"{one} {other}")
    assert CardSources.at_hand().sites == (str(one), str(other))
    monkeypatch.setenv("FIXCARDS_CARDS", str(sites.LIBRARY))
    assert CardSources.at_hand().cards == (sites.LIBRARY,)


def test_a_pyproject_adds_folders_and_sites_to_the_public_cards(data: Path, project: Path, tmp_path: Path) -> None:
    other_site(tmp_path / "ours")
    (project / "pyproject.toml").write_text("[tool.fixcards]\nsites = '../ours'\n", encoding="utf-8")
    deep = project / "src" / "deep"
    deep.mkdir(parents=True)
    finder = CardSources.at_hand(folder=deep).finder()
    assert {each.entry.id for each in finder.match(TEXT)} == {"lamp-7", "lamp-9"}


def test_a_pyproject_can_leave_the_public_cards_out(data: Path, project: Path, tmp_path: Path) -> None:
    other_site(tmp_path / "ours")
    (project / "pyproject.toml").write_text(
        "[tool.other]\n[tool.fixcards]\nsites = ['../ours']\ndata = false\n", encoding="utf-8"
    )
    assert [each.entry.id for each in default_finder().match(TEXT)] == ["lamp-9"]


def test_an_address_in_a_pyproject_is_not_asked_before_it_was_fetched(data: Path, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.fixcards]\nsites = ['http://127.0.0.1:9/cards']\n", encoding="utf-8")
    at_hand = CardSources.at_hand()
    assert at_hand.sites == ()
    assert at_hand.notes == ("http://127.0.0.1:9/cards/: is not on this machine yet; type: fixcards update",)
    assert [each.entry.id for each in at_hand.finder().match(TEXT)] == ["lamp-7"]


def test_an_address_in_a_pyproject_is_searched_after_an_update(project: Path, tmp_path: Path) -> None:
    with sites.served(other_site(tmp_path / "ours")) as address:
        update(address)
        (project / "pyproject.toml").write_text(
            f"[tool.fixcards]\nsites = ['{address}']\ndata = false\n", encoding="utf-8"
        )
    assert sources() == [address]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("folders = ['x']", "no key 'folders'; write: cards"),
        ("cards = [7]", "`cards` in .* is no list of texts"),
        ("cards = ['x']", "x: no such folder; .*correct `cards`"),
        ("data = 'no'", "`data` in .* is neither true nor false"),
        ("data = false", "leaves no cards"),
        ("cards = [", "is no TOML"),
    ],
)
def test_a_table_that_means_nothing_says_what_to_write(project: Path, table: str, message: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.fixcards]\n{table}\n", encoding="utf-8")
    with pytest.raises(FixcardsError, match=message):
        CardSources.at_hand()


def test_a_pyproject_without_the_table_says_nothing(data: Path, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.other]\ntext = "[tool.fixcards is broken', encoding="utf-8")
    assert sources() == ["fixcards-data"]


def test_a_mkdocs_project_of_cards_is_searched_alone(data: Path, project: Path) -> None:
    sites.project(project / "site", sites.LIBRARY)
    assert CardSources.at_hand(folder=project / "site").cards == (project / "site" / "cards",)
    assert CardSources.at_hand(folder=project / "site").data == ()


def test_the_mkdocs_project_of_something_else_is_no_source(data: Path, project: Path) -> None:
    (project / "mkdocs.yml").write_text("site_name: [broken\n", encoding="utf-8")
    assert sources() == ["fixcards-data"]


def test_a_folder_named_cards_counts_only_without_data(project: Path, tmp_path: Path) -> None:
    shutil.copytree(sites.LIBRARY, project / "cards")
    assert CardSources.at_hand().cards == (Path("cards"),)
    samples.install_data(samples.write_site(tmp_path / "site"), tmp_path / "packages")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path / "packages")
        assert CardSources.at_hand().cards == ()
    sys.modules.pop("fixcards_data", None)


@pytest.mark.parametrize(("day", "name"), [("2026-11-29", "updated"), ("2026-11-28", "updated"), ("2025-12-31", "")])
def test_the_newer_of_the_installed_data_and_the_update_counts(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: str, name: str
) -> None:
    with sites.served(samples.write_site(tmp_path / "newer", day=day)) as address:
        monkeypatch.setattr(card_data, "PUBLIC_SITE", address)
        update(address)
    assert sources() == [address if name else "fixcards-data"]


def test_data_for_another_version_of_the_program_says_what_to_type(data: Path) -> None:
    sites.change(data / "search" / "manifest.json", INDEX, f'"index": {FORMAT - 1}')
    with pytest.raises(FixcardsError, match="another version of fixcards; pip install --upgrade"):
        default_finder()


def test_an_update_for_this_version_is_taken_before_data_for_another(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites.change(data / "search" / "manifest.json", INDEX, f'"index": {FORMAT + 1}')
    with sites.served(samples.write_site(tmp_path / "older", day="2025-01-01")) as address:
        monkeypatch.setattr(card_data, "PUBLIC_SITE", address)
        update(address)
    assert sources() == [address]


def test_a_damaged_file_of_the_data_is_one_line_that_says_what_to_type(data: Path) -> None:
    for path in (data / "search" / "cards").iterdir():
        sites.change(path, "no wick", "no wax!")
    with pytest.raises(FixcardsError, match=r"fixcards-data: cards/.*: is damaged; pip install"):
        default_finder().match(TEXT)
