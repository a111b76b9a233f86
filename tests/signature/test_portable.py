from __future__ import annotations

import os

from builder.signature import portable
from tests.signature.samples import ASSETS


def test_the_browser_has_the_tables_of_the_terminal() -> None:
    path = ASSETS / "rules.js"
    if os.environ.get("UPDATE"):
        path.write_text(portable.module(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == portable.module(), "run `make generate`"
