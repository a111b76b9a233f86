"""The smallest change of a lock, as the real uv resolves it from a folder of wheels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixcards.audit.auditor import audit
from fixcards.audit.environment import AuditedEnvironment
from fixcards.audit.lock_change import LockChange, lock_changes
from fixcards.audit.resolver import Resolver
from fixcards.search.finder import Finder
from tests.audit.samples import card, finder, listed
from tests.distributions import wheel

FLASK = card("flask-1", ">=2.0,<=2.2.3", needs={"werkzeug": ">=3"}, moment="import", fixed="2.2.4",
             install=["flask>=2.3.3"])  # fmt: skip


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all that uv knows: Flask 2.3 needs a package more than 2.2, Werkzeug nothing."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    releases = {
        ("flask", "2.2.2"): ("werkzeug>=2",),
        ("flask", "2.3.3"): ("werkzeug>=2", "blinker"),
        ("werkzeug", "2.3.8"): (),
        ("werkzeug", "3.0.1"): (),
        ("blinker", "1.6"): (),
        ("strict", "1.0"): ("werkzeug>=3",),
        ("stubborn", "1.0"): ("werkzeug>=3", "flask<2.3"),
    }
    for (name, version), requires in releases.items():
        content = wheel(name, version, {f"{name}/__init__.py": ""}, requires=requires)
        (folder / f"{name}-{version}-py3-none-any.whl").write_bytes(content)
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    (tmp_path / "uv.toml").write_text(f"no-index = true\nfind-links = ['{folder.as_posix()}']\n")
    monkeypatch.setenv("UV_CONFIG_FILE", str(tmp_path / "uv.toml"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


def changes(environment: AuditedEnvironment, cards: Finder, folder: Path) -> list[LockChange]:
    resolver = Resolver.installed()
    assert resolver is not None
    return list(lock_changes(audit(cards, environment), cards, resolver, folder))


def test_the_change_with_the_fewest_releases_is_taken(wheels: Path) -> None:
    (change,) = changes(listed("flask==2.2.2", "werkzeug==3.0.1"), finder(FLASK), wheels)
    assert change.checked
    assert change.requirements == ("werkzeug==2.3.8",)
    assert list(map(str, change.changes)) == ["werkzeug 3.0.1 -> 2.3.8"]


def test_what_the_lock_has_beside_it_decides_which_change_is_possible(wheels: Path) -> None:
    environment = listed("flask==2.2.2", "werkzeug==3.0.1", "strict==1.0")
    (change,) = changes(environment, finder(FLASK), wheels)
    assert change.requirements == ("blinker==1.6", "flask==2.3.3")
    assert list(map(str, change.changes)) == ["blinker (new) -> 1.6", "flask 2.2.2 -> 2.3.3"]


def test_where_nothing_can_be_resolved_the_change_is_not_confirmed_and_says_why(wheels: Path) -> None:
    environment = listed("flask==2.2.2", "werkzeug==3.0.1", "stubborn==1.0")
    (change,) = changes(environment, finder(FLASK), wheels)
    assert not change.checked
    assert "uv finds no solution" in change.reason
    assert "stubborn" in change.reason
    assert change.requirements == ("flask>=2.3.3",)


def test_a_change_that_brings_in_a_failure_at_the_start_is_none(wheels: Path) -> None:
    worse = card("werkzeug-2", "<3", moment="import")
    (change,) = changes(listed("flask==2.2.2", "werkzeug==3.0.1"), finder(FLASK, worse), wheels)
    assert change.requirements == ("blinker==1.6", "flask==2.3.3")


def test_a_failure_that_an_earlier_change_ends_needs_no_other(wheels: Path) -> None:
    second = card("werkzeug-3", ">=3", install=["werkzeug<3"])
    first, other = changes(listed("flask==2.2.2", "werkzeug==3.0.1"), finder(FLASK, second), wheels)
    assert first.requirements == ("werkzeug==2.3.8",)
    assert (other.requirements, other.checked) == ((), True)


def test_an_audit_that_changes_nothing_does_without_the_resolver() -> None:
    program = (
        "import sys, fixcards.cli.auditing; "
        "print([name for name in ('fixcards.audit.resolver', 'fixcards.matching.parse.parser') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
