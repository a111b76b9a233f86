"""uv as it is installed on this machine, asked what a lock becomes with one more requirement.

Nothing is installed and nothing is built. uv reads the settings of the project that it runs in, so it asks the package
index that the project asks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixcards.audit.locks.requirements import Requirements
from fixcards.audit.target import Target, TargetChoice
from fixcards.errors import FixcardsError

TIMEOUT_SECONDS = 120
_PLATFORMS = {"linux": "linux", "macos": "macos", "windows": "windows"}


class UnresolvableError(FixcardsError):
    """The requirements have no solution, or the resolver can't be asked. The message says which."""


@dataclass(frozen=True)
class Resolver:
    """The resolver of `uv pip compile`."""

    program: str

    @classmethod
    def installed(cls) -> Resolver | None:
        """Return the one on this machine: that of the program's own environment, or that on the path."""
        name = "uv.exe" if os.name == "nt" else "uv"
        beside = Path(sys.executable).parent / name
        program = str(beside) if beside.exists() else shutil.which("uv")
        return cls(program) if program else None

    def resolve(
        self, requirements: Sequence[str], preferred: Mapping[str, str], target: Target, folder: Path
    ) -> dict[str, str]:
        """Return the releases by which requirements are met, on a target and with the settings of a folder.

        A preferred release stays wherever it can. Raises `UnresolvableError` where there is no solution.
        """
        with tempfile.TemporaryDirectory(prefix="fixcards-audit-") as scratch:
            wanted, pins = Path(scratch, "requirements.in"), Path(scratch, "requirements.txt")
            wanted.write_text("".join(f"{each}\n" for each in requirements), encoding="utf-8")
            pins.write_text("".join(f"{name}=={each}\n" for name, each in sorted(preferred.items())), encoding="utf-8")
            options = ["--quiet", "--no-header", "--no-annotate", "--no-build", "--no-emit-index-url"]
            place = ["--python-version", target.python, "--python-platform", _PLATFORMS[target.platform]]
            self._run(["pip", "compile", str(wanted), "--output-file", str(pins), *options, *place], folder)
            text = pins.read_text(encoding="utf-8")
        content = Requirements().read(text, TargetChoice(target.python, target.platform))
        return {name: each[0].version for name, each in content.environments[0].releases.items()}

    def _run(self, arguments: Sequence[str], folder: Path) -> None:
        environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}
        try:
            done = subprocess.run(  # noqa: S603 - the user's uv
                [self.program, *arguments],
                cwd=folder,
                env=environment,
                capture_output=True,
                check=False,
                timeout=TIMEOUT_SECONDS,
            )
        except OSError as error:
            raise UnresolvableError(f"uv can't be run: {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise UnresolvableError(f"uv gave no answer in {TIMEOUT_SECONDS} s") from None
        if done.returncode:
            words = " ".join(done.stderr.decode("utf-8", "replace").split())
            raise UnresolvableError(words or f"uv ended with {done.returncode}")
