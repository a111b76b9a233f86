"""A program that compiles modules inside the isolation, in the interpreter that will import them.

    bytecode_compiler.py LIST SITE RESULT

LIST names modules below the folder SITE, a line each. RESULT becomes a zip archive that has the compiled form of the
module in line N as member N. What can't be compiled, or warns when it is, is left out. It needs Python 3.7 and nothing
else, and runs no code of a module.
"""

import py_compile
import sys
import warnings
import zipfile
from pathlib import Path


def main(names: str, site: str, result: str) -> None:
    """Compile the modules."""
    warnings.simplefilter("error")
    modules = Path(names).read_text(encoding="utf-8").split("\n")
    with zipfile.ZipFile(result, "w") as archive:
        for number, module in enumerate(modules):
            try:
                compiled = py_compile.compile(
                    f"{site}/{module}",
                    cfile="/tmp/compiled.pyc",  # noqa: S108 - inside the isolation
                    doraise=True,
                    invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH,
                )
            except (py_compile.PyCompileError, Warning, ValueError, OSError, RecursionError, MemoryError):
                continue
            archive.write(str(compiled), str(number))


if __name__ == "__main__":
    main(*sys.argv[1:])
