"""The tables in `benchmarks/README.md`: each command replaces its own."""

from __future__ import annotations

import os
import platform
import re
from datetime import datetime, timezone
from pathlib import Path

README = Path(__file__).with_name("README.md")


def machine() -> str:
    """Return what the figures depend on besides the program."""
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        info = ""
    name = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
    processors = f"{os.cpu_count()} processors"
    return ", ".join(filter(None, (name and name[1], processors, f"Python {platform.python_version()}")))


def put(section: str, text: str) -> None:
    """Replace what stands between the marks of a section."""
    day = datetime.now(timezone.utc).date().isoformat()
    begin, end = f"<!-- {section} -->", f"<!-- /{section} -->"
    before = README.read_text(encoding="utf-8")
    inside = f"{begin}\n{day}, {machine()}, load {os.getloadavg()[0]:.1f} at the end\n\n{text.strip()}\n{end}"
    after = re.sub(f"{begin}.*?{end}", lambda _: inside, before, flags=re.DOTALL)
    if after == before and inside not in before:
        raise ValueError(f"{README} has no section {section}")
    README.write_text(after, encoding="utf-8")
