"""The programs that a probe runs: one that tries everything, and the smallest one for each thing that fails."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fixcards.scout.contents import ConsoleScript, Contents
from fixcards.scout.finding import Step
from fixcards.scout.inside import driver
from fixcards.verify.failure_signature import signature_of

SMOKE_FOLDER = Path(__file__).parent / "smoke"
SMOKE_NAME = "smoke.py"
_DRIVER = Path(driver.__file__)
_RESULT = re.compile(rf"^{driver.MARK} (begin|passed|failed) (\d+)$", re.MULTILINE)
_SCRIPT_SECONDS = 10
_SMOKE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that a probe tries, and the smallest program that does the same."""

    step: Step
    name: str
    program: str
    script: ConsoleScript | None = None


@dataclass(frozen=True, slots=True)
class ProbeProgram:
    """The program of a probe, with the files next to it."""

    attempts: tuple[Attempt, ...]

    @property
    def code(self) -> str:
        """The program that tries everything."""
        return _DRIVER.read_text(encoding="utf-8")

    @property
    def files(self) -> dict[str, str]:
        """The files next to it."""
        smoke = [each.program for each in self.attempts if each.step == "smoke"]
        attempts = json.dumps([[each.step, _words(each)] for each in self.attempts])
        return {"attempts.json": attempts, **dict.fromkeys([SMOKE_NAME] if smoke else [], "".join(smoke))}

    def failed(self, output: str) -> list[Attempt]:
        """Return the attempts that failed, as the output says: also one that had begun when the program ended."""
        state = {int(number): word for word, number in _RESULT.findall(output)}
        return [each for number, each in enumerate(self.attempts) if state.get(number) in {"failed", "begin"}]

    def error(self, output: str) -> str:
        """Return the last error in an output, in one line."""
        return signature_of(_RESULT.sub("", output), {}).error

    def unreached(self, output: str) -> bool:
        """Return whether the program ended before it had tried everything."""
        return len({number for _, number in _RESULT.findall(output)}) < len(self.attempts)


def probe_program(package: str, contents: Contents) -> ProbeProgram:
    """Return the program that tries what a package offers, empty where it offers nothing."""
    attempts = [Attempt("import", module, f"import {module}\n") for module in contents.modules]
    attempts += [Attempt("console-script", each.name, _script_program(each), each) for each in contents.scripts]
    if contents.modules and (code := smoke_program(package)):
        attempts.append(Attempt("smoke", package, code))
    return ProbeProgram(tuple(attempts))


@cache
def smoke_program(package: str) -> str:
    """Return the smoke program of a package, empty where there is none."""
    path = SMOKE_FOLDER / f"{package}.py"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _words(attempt: Attempt) -> list[str | int]:
    """Return the words that the driver needs for an attempt."""
    if (script := attempt.script) is not None:
        return [_SCRIPT_SECONDS, script.name, script.module, script.function]
    return [_SMOKE_SECONDS, f"/repro/{SMOKE_NAME}"] if attempt.step == "smoke" else [attempt.name]


def _script_program(script: ConsoleScript) -> str:
    first = script.function.partition(".")[0]
    return (
        "import sys\n\n"
        f"from {script.module} import {first}\n\n"
        f'sys.argv = ["{script.name}", "--help"]\n'
        f"sys.exit({script.function}())\n"
    )
