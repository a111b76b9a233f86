"""What must hold of every hostile program, whoever wrote it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from tests.distributions import source
from tests.hostile.machine import SECRETS, Machine, Response, record
from tests.hostile.package_index import PackageIndex
from tests.hostile.program import Build, Fake, Program

SCHEMA = "# yaml-language-server: $schema=../card.schema.json\n"
HONEST = "import demo\n\ndemo.spin(5)\n"


def assert_contained(program: Program, machine: Machine) -> None:
    """Execute a program; it ends within its limits, leaves nothing, reaches nothing and learns nothing."""
    card = record("still", 1, program.source, reproduction=program.reproduction)
    response = machine.execute(card, limits=program.limits)
    _assert_harmless(response, program.slowest)
    assert response.run["outcome"] not in {"could-not-run", "failed-as-described"}, response.run
    assert program.floods or "begun" in response.text, response.run
    for text in program.not_in_text:
        assert text not in response.text, response.run
    assert len(response.text) < 100_000


def assert_build_contained(name: str, build: Build, machine: Machine, index: PackageIndex) -> None:
    """Execute a card that may build a hostile package."""
    package = f"gasket{sum(name.encode()) * 31 + len(name)}"
    index.files[f"{package}-1.0.tar.gz"] = source(
        package, "1.0", build.backend(package).replace("@MARK@", machine.mark)
    )
    code = f"import still\nimport {package}\nprint('begun', still.spin(1), {package}.seen)\nraise SystemExit(3)\n"
    reproduction = {"requires": ["still=={version}", f"{package}==1.0"], "build": [package]}
    card = record("still", 1, code, reproduction=reproduction)
    response = machine.execute(card, times=build.times, cache=f"{package}-{machine.identity}")
    _assert_harmless(response, build.slowest)
    assert response.run["outcome"] in {"could-not-run", "failed-otherwise"}, response.run
    assert response.cache_bytes < build.most_bytes, f"{response.cache_bytes >> 20} MB in the cache"


def _assert_harmless(response: Response, slowest: float) -> None:
    assert "ESCAPED" not in response.text, response.run
    assert "POSED" not in str(response.run.get("reason")), response.run
    for secret in SECRETS:
        assert secret not in response.text, response.run
    assert response.left == []
    assert response.heard == []
    assert response.seconds < slowest


def verified_fakes(fakes: Mapping[str, Fake], folder: Path, machine: Machine) -> dict[str, bool]:
    """Execute an honest card and all fakes by the command; return whether each counts as verified and is accepted."""
    root = folder / "cards"
    numbers = {name: 100 + at for at, name in enumerate(fakes)}
    _write(root, record("demo", 1, HONEST), 1)
    for name, fake in fakes.items():
        card = record("still", numbers[name], fake.source, **{**fake.changes, "reproduction": fake.reproduction})
        _write(root, card, numbers[name])
    machine.own(folder)
    done = machine.fixcards("schema", "--write", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = machine.fixcards("verify", "--json", "-j", "2", cwd=folder, timeout=200)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in {0, 1}, done.stderr
    verdicts = {each["card"]: each["verdict"] for each in json.loads(done.stdout)}
    checked = machine.fixcards("check", "--ignore", "FC4", "--format", "json", cwd=folder)
    assert "Traceback" not in checked.stderr, checked.stderr
    refused = {str(each["path"]) for each in json.loads(checked.stdout)}

    def accepted(package: str, number: int) -> bool:
        stem = f"{package}/{number}."
        return verdicts.get(f"{package}-{number}") == "verified" and not any(stem in path for path in refused)

    assert accepted("demo", 1), f"the honest card: {verdicts.get('demo-1')}, {checked.stdout}, {done.stderr}"
    return {name: accepted("still", number) for name, number in numbers.items()}


def _write(root: Path, card: dict[str, object], number: int) -> None:
    path = root / str(card["package"]) / f"{number}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SCHEMA + yaml.safe_dump(card, sort_keys=False), encoding="utf-8")


Get = Callable[[str], Machine]
