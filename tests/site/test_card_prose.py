from __future__ import annotations

import pytest

from fixcards.site.card_prose import render
from tests.sites import soup


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("```\npip install 'a<2'\n```", "Command"),
        ("```sh\n$ DEBUG=1 python -m a\n```", "Command"),
        ("```python\nimport a\n```", "Code"),
        ("```\npython_version: 3\n```", "Text"),
    ],
)
def test_each_block_of_code_can_be_copied_and_says_what_it_is(text: str, kind: str) -> None:
    box = soup(render(text, "AB")).select_one(".fc-box")
    assert box.b.text == kind
    assert box.button["class"] == ["fc-copy"]
    assert box.select_one("code").text == "\n".join(text.split("\n")[1:-1])


def test_an_option_of_the_card_is_a_link_outside_code_and_links() -> None:
    text = "Option B, not `option A`, option C or [option A](https://example.org)."
    tree = soup(render(text, "AB"))
    links = [(link.text, link["href"]) for link in tree.select("a")]
    assert links == [("Option B", "#option-2"), ("option A", "https://example.org")]
    assert tree.code.text == "option A"
    assert soup(render("see option A", "A", inline=True)).a["href"] == "#option-1"
