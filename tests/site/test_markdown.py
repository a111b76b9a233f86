from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixcards.characters import visible_html
from fixcards.site import highlight, markdown
from tests.hostile_cards import LINE, LONG, PROSE
from tests.sites import SNAPSHOT, library, soup, words

TAGS = {"p", "ul", "ol", "li", "code", "pre", "a", "span", "br"}
ATTRIBUTES = {"a": {"href", "title"}, "pre": {"class", "tabindex"}, "span": {"class"}, "ol": {"start"}}
# What a card can hold: control characters and half characters are refused when it is read.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff") | st.just("\n"))
MARKS = st.lists(
    st.sampled_from(["`", "``", "```", "[", "](", ")", "<", ">", "&", "\\", "*", "- ", "1. ", "\n", "\n\n",
                     "  ", "~~~", "#", "https://a.b", "javascript:", "!", "{{", "}}", "{%", '"', "'", "&lt;", "&#106;",
                     "word", "\u202e"]),
    max_size=40,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("one\ntwo", "<p>one\ntwo</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("* a", "<ul>\n<li>a</li>\n</ul>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("- a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("`` ` ``", "<p><code>`</code></p>"),
        ("[a](https://b.c/d)", '<p><a href="https://b.c/d">a</a></p>'),
        ("[a](http://b.c)", '<p><a href="http://b.c">a</a></p>'),
        ("[`a`](https://b.c)", '<p><a href="https://b.c"><code>a</code></a></p>'),
        ('[a](https://b.c "d")', '<p><a href="https://b.c" title="d">a</a></p>'),
        ("```\na\n```", '<pre class="highlight" tabindex="0"><code>a</code></pre>'),
        ("```unknown\n<b>\n```", '<pre class="highlight" tabindex="0"><code>&lt;b&gt;</code></pre>'),
    ],
)
def test_paragraphs_lists_code_and_links_are_marked_up(text: str, html: str) -> None:
    assert markdown.render_blocks(text).strip() == html


def test_fenced_code_is_highlighted_at_build_time() -> None:
    code = soup(markdown.render_blocks("```python\nimport os\n```")).select_one("pre > code")
    assert code.text == "import os"
    assert [(span["class"], span.text) for span in code.select("span[class^=k], span[class^=n]")] == [
        (["k"], "import"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# heading",
        "heading\n=======",
        "**bold** and __bold__ and *slanted* and _slanted_ and ~~struck~~",
        "> quote",
        "---",
        "    indented",
        "| a | b |\n|---|---|\n| c | d |",
        "<b>bold</b> <!-- comment --> <br>",
        "<div>\n\n</div>",
        "&lt;b&gt; &amp;amp; &#60;i&#62; &nbsp;",
        r"\*a\* C:\_temp \\host \[x\]",
        "<https://auto.example> https://bare.example www.bare.example",
        "[a]: https://b.c\n\n[a] [a][] [b][a]",
        "{{ 7*7 }} {% include 'x' %} {# comment #} ${7*7} <%= 7*7 %>",
        "[^1] and\n\n[^1]: a footnote",
        ":smile: :::note\n- [ ] box",
        "a `b",
        "[a](b",
    ],
)
def test_everything_else_comes_out_as_typed(text: str) -> None:
    tree = soup(markdown.render_blocks(text))
    assert {tag.name for tag in tree.find_all(True)} <= {"p", "ul", "li"}
    assert words(tree.text) == words(text.replace("- [", "["))
    line = words(text)
    assert soup(markdown.render_inline(line)).text == line


def test_an_image_is_a_link_to_it_and_loads_nothing() -> None:
    assert markdown.render_inline("![a](https://b.c/d.png)") == '!<a href="https://b.c/d.png">a</a>'


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript&colon;alert(1)",
        "&#106;avascript:alert(1)",
        "java&#9;script:alert(1)",
        "<javascript:alert(1)>",
        "<java\tscript:alert(1)>",
        "\\javascript:alert(1)",
        "%6aavascript:alert(1)",
        "\u200bjavascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "blob:https://a.b/c",
        "ftp://a.b",
        "mailto:a@b.c",
        "//other.example",
        "/root",
        "../..",
        "page",
        "#fragment",
        "?q=1",
        "http:",
        "http:///path",
        "https://[",
        "https://github.com@other.example",
        "https:javascript:alert(1)",
    ],
)
def test_only_web_addresses_become_links(address: str) -> None:
    for make in (markdown.render_blocks, markdown.render_inline):
        for link in soup(make(f"[a]({address})")).select("[href], [src]"):
            assert link["href"].startswith(("https://", "http://")), link
    assert all(link.startswith(("https://", "http://")) for link in markdown.links(f"[a]({address})"))


@pytest.mark.parametrize("text", [LINE, PROSE, f"`{LINE}`", f"```{LINE}\n{LINE}\n```", f"[{LINE}](https://a.b)"])
def test_hostile_text_shows_as_text_and_makes_no_element(text: str) -> None:
    for make in (markdown.render_blocks, markdown.render_inline):
        tree = soup(make(text))
        _harmless(tree)
        assert "<script>window.ran=1</script>" in tree.text
        assert "{{ cycler.__init__.__globals__ }}" in tree.text


@given(TEXT | MARKS)
@settings(max_examples=300, deadline=None)
def test_no_text_makes_an_element_or_attribute_outside_the_subset(text: str) -> None:
    for make in (markdown.render_blocks, markdown.render_inline):
        _harmless(soup(make(text)))
    _harmless(soup(visible_html(str(highlight.highlight_code(text, "text")))))


@given(TEXT)
@settings(max_examples=200, deadline=None)
def test_text_without_marks_is_unchanged(text: str) -> None:
    line = " ".join(text.replace("`", "").replace("[", "").split())
    assert soup(markdown.render_inline(line)).text == line


@pytest.mark.parametrize(
    "text",
    ["[" * 30_000, "[a](" * 10_000, "![" * 15_000, "`" * 30_000, "`a" * 15_000, "- " * 15_000, "- a\n" * 10_000,
     "<" * 30_000, "\\" * 30_000, "(" * 30_000, "\u202e" * 30_000, " " * 30_000 + "x", "a  \n" * 10_000, LONG * 3],
    ids=lambda text: text[:4],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    visible_html(markdown.render_blocks(text))
    markdown.render_inline(text)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n  b\n\nc", "a b c"),
        ("use `x` and [y](https://z.example)", "use x and y"),
        ('<b> & "quotes"', '<b> & "quotes"'),
        ("[open", "[open"),
    ],
)
def test_plain_text_is_one_line_without_marks(text: str, line: str) -> None:
    assert markdown.plain_text(text) == line


def test_links_of_a_text_come_in_order() -> None:
    text = "[a](https://a.b) `[no](https://no.no)` [js](javascript:x)\n\n- [c](https://c.d/e?f=1&g)\n"
    assert list(markdown.links(text)) == ["https://a.b", "https://c.d/e?f=1&g"]


def _harmless(tree: object, more: frozenset[str] | set[str] = frozenset()) -> None:
    for tag in tree.find_all(True):  # type: ignore[attr-defined]
        assert tag.name in TAGS | set(more), tag
        if tag.name not in more:
            assert set(tag.attrs) <= ATTRIBUTES.get(tag.name, set()), tag


@given(
    st.lists(
        st.sampled_from([
            "ab", "Z ", " ", "(", "`", "`code`", " x `", "`a\nb`", "`[x]`", "\n", "\n\n", "- ", "1. ", "1.5",
            "2)", "7", "&", "'", "\u00a0", "```\n", "```python\nimport a\n```", "\n```", "    ", "\t",
            "[a](https://b.c)", "\\", "+",
        ]),
        max_size=14,
    ).map("".join)
    | MARKS
)  # fmt: skip
@settings(max_examples=500, deadline=None)
def test_texts_without_markup_look_as_the_parser_would_have_them(text: str) -> None:
    assert str(markdown.render_blocks(text)) == markdown._MARKDOWN.render(text)
    assert str(markdown.render_inline(text)) == markdown._MARKDOWN.renderInline(text.strip())


def test_most_texts_of_the_cards_need_no_parser() -> None:
    texts = [text for card in library(SNAPSHOT).cards.values() for text in card.prose]
    simple = [text for text in texts if markdown._render_simple(text.strip()) is not None]
    assert len(simple) > 0.9 * len(texts)
    for text in texts:
        assert str(markdown.render_blocks(text)) == markdown._MARKDOWN.render(text)
