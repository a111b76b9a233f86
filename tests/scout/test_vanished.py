"""The name that a failure misses is read out of its error."""

from __future__ import annotations

import pytest

from fixcards.scout.vanished import missing_name


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            "ImportError: cannot import name 'area' from 'shapes.plane' ({path})",
            ("attribute", "shapes.plane", "", "area"),
        ),
        (
            "ImportError: cannot import name 'area' from partially initialized module 'shapes' (most likely ...)",
            ("attribute", "shapes", "", "area"),
        ),
        ("AttributeError: module 'numpy' has no attribute 'float'. Did you mean", ("attribute", "numpy", "", "float")),
        ("AttributeError: 'Engine' object has no attribute 'execute'", ("attribute", "", "Engine", "execute")),
        ("AttributeError: type object 'Box' has no attribute 'size'", ("attribute", "", "Box", "size")),
        (
            "TypeError: Client.__init__() got an unexpected keyword argument 'proxies'",
            ("argument", "", "Client.__init__", "proxies"),
        ),
        ("ModuleNotFoundError: No module named 'vine.five'", ("module", "vine.five", "", "")),
    ],
)
def test_a_name_is_read_out_of_an_error(error, expected):
    missing = missing_name(error)
    assert (missing.kind, missing.module, missing.owner, missing.name) == expected


def test_an_error_that_names_nothing_misses_nothing():
    assert missing_name("ValueError: password cannot be longer than 72 bytes") is None
