from __future__ import annotations

from markupsafe import escape

from fixcards.build.page import Page, Section, json_for_script
from fixcards.build.page_frame import PageFrame

SITE = "https://example.org/"


def render(page: Page, url: str) -> str:
    """Return a page as a theme might: each word of the page in several places."""
    data = f"<script type='application/ld+json'>{json_for_script(page.data)}</script>" if page.data else ""
    sections = "".join(f"<a href='#{section.id}'>{section.title}</a>" for section in page.sections)
    title = escape(page.title)
    return (
        f"<title>{title}</title><meta content='{escape(page.description)}'><link href='{url}'>{data}"
        f"<nav>{'../' * page.kind.depth}{sections}</nav><h1>{title}</h1>{page.body()}<a href='{page.source}'>edit</a>"
    )


def page(path: str, title: str, **more: object) -> Page:
    return Page(path, title, f"About {title}", lambda: f"<p>{title}</p>", **more)


PAGES = [
    page("", "Home & <more>"),
    page("a/1", "One", sections=(Section("s", "S"),), source="a/1.yaml", data={"name": "</script>One", "n": [1, 2]}),
    page("about/rules", "Ünïcode \udc80", area="about", json_url="x.json"),
]


def test_a_frame_renders_each_page_of_its_kind_as_the_theme_does() -> None:
    for each in PAGES:
        frame = PageFrame(each.kind, render, SITE)
        assert frame.matches(each, render)
        assert frame.render(each) == render(each, f"{SITE}{each.path}/" if each.path else SITE).encode(
            "utf-8", "xmlcharrefreplace"
        )


def test_the_theme_is_called_once_for_all_pages_of_a_kind() -> None:
    calls = []

    def counted(page: Page, url: str) -> str:
        calls.append(url)
        return render(page, url)

    frame = PageFrame(PAGES[1].kind, counted, SITE)
    assert b"<h1>Two</h1>" in frame.render(page("b/2", "Two", source="b/2.yaml", data={"name": "Two"}))
    assert len(calls) == 1


def test_a_theme_that_changes_what_a_page_says_does_not_match() -> None:
    def shouting(page: Page, url: str) -> str:
        return render(page, url).replace(page.title, page.title.upper())

    assert not PageFrame(PAGES[1].kind, shouting, SITE).matches(PAGES[1], shouting)


def test_the_text_of_a_frame_has_no_words_of_a_page_and_changes_with_the_theme() -> None:
    def other(page: Page, url: str) -> str:
        return render(page, url) + "<footer></footer>"

    kind = PAGES[1].kind
    assert PageFrame(kind, render, SITE).text == PageFrame(kind, render, SITE).text
    assert PageFrame(kind, render, SITE).text != PageFrame(kind, other, SITE).text
