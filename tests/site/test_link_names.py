from __future__ import annotations

import pytest

from fixcards.site.link_names import change_name, link_name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/pandas-dev/pandas/issues/55519#issuecomment-1", "pandas-dev/pandas #55519"),
        ("https://gitlab.com/a/b/-/merge_requests/7", "a/b #7"),
        ("https://github.com/a/b/commit/0123456789abcdef", "a/b 0123456"),
        ("https://docs.python.org/3/library/ast.html#ast.Str", "docs.python.org/3/library/ast.html#ast.Str"),
        ("https://bugs.example.org/issues/4/", "bugs.example.org/issues/4"),
    ],
)
def test_a_link_is_called_after_its_target(url: str, name: str) -> None:
    assert link_name(url) == name


def test_a_long_address_is_cut_with_a_mark() -> None:
    name = link_name("https://example.org/" + "a" * 200)
    assert len(name) == 90
    assert name.endswith("…")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/a/b/pull/58126", "PR #58126"),
        ("https://gitlab.com/a/b/-/merge_requests/7", "MR !7"),
        ("https://github.com/a/b/commit/0123456789abcdef", "commit 0123456"),
        ("https://example.org/patch", "example.org/patch"),
    ],
)
def test_a_change_is_called_as_its_host_does(url: str, name: str) -> None:
    assert change_name(url) == name
