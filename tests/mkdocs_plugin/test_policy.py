from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.mkdocs_plugin.blocked_content import blocked_content
from fixcards.mkdocs_plugin.icons import move_icons
from fixcards.mkdocs_plugin.inline_code import InlineCode
from fixcards.mkdocs_plugin.policy import DIRECTIVES, Policy
from tests.sites import LIBRARY, REPOSITORY, build, change, own_pages, project, tree

DEFAULT = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types fixcards"
)


def hash_of(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def secure(html: str, folder: Path, *, records: bool = False, **option: object) -> str:
    return InlineCode(str(folder), Policy(option)).secure(html, "../..", records=records)


def test_a_site_that_adds_nothing_allows_its_own_files_alone() -> None:
    assert Policy({}).text() == DEFAULT


def test_sources_are_added_to_those_that_the_directive_has_or_starts_with() -> None:
    option = {
        "script-src": "https://a.example https://b.example",
        "default-src": ["https://c.example"],
        "object-src": ["'self'"],
        "trusted-types": "theirs",
        "form-action": False,
    }
    assert Policy(option).text() == (
        "default-src 'self' https://c.example; base-uri 'none'; object-src 'self'; "
        "require-trusted-types-for 'script'; trusted-types fixcards theirs; "
        "script-src 'self' https://c.example https://a.example https://b.example"
    )


@pytest.mark.parametrize(
    "name", ["analytics", "search", "navigation.instant", "content.code.copy", "content.tooltips", "version"]
)
def test_a_theme_that_writes_html_is_not_asked_for_trusted_types(name: str) -> None:
    assert "trusted-types" not in Policy({}, [name]).text()


def test_other_features_of_the_theme_keep_trusted_types() -> None:
    names = ["content.action.edit", "navigation.tabs", "navigation.top", "custom", "fixcards", "social"]
    assert Policy({}, names).text() == DEFAULT


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"frame-ancestors": "'none'"}, "set it in the header of your server"),
        ({"report-uri": "/x"}, "set it in the header of your server"),
        ({"Img_Src": "x"}, "is no directive"),
        ({1: "x"}, "is no directive"),
        ({"img-src": True}, "takes sources"),
        ({"img-src": [1]}, "takes sources"),
        ({"img-src": ["a b"]}, "is no source"),
        ({"img-src": ['"><script>']}, "is no source"),
        ({"img-src": ["data:; script-src *"]}, "is no source"),
    ],
)
def test_what_a_browser_would_ignore_or_misread_is_refused(option: dict[object, object], message: str) -> None:
    with pytest.raises(FixcardsError, match=message):
        Policy(option)


def test_a_bad_option_is_one_sentence(tmp_path: Path) -> None:
    options = "  - fixcards:\n      content_security_policy:\n        sandbox: x\n"
    done = build(change(project(tmp_path, LIBRARY), "  - fixcards\n", options))
    assert done.returncode == 1
    assert "fixcards: `content_security_policy`: browsers ignore `sandbox` in a page" in done.stderr
    assert "Traceback" not in done.stderr


def test_scripts_become_files_that_run_at_the_same_place(tmp_path: Path) -> None:
    html = "<head><meta charset='utf-8'><script>a = 1</script></head><script id=b async>b = '>'</script>"
    page = secure(html, tmp_path)
    files = sorted((tmp_path / "assets" / "javascripts").iterdir())
    assert sorted(file.read_text(encoding="utf-8") for file in files) == ["a = 1", "b = '>'"]
    first, second = sorted(files, key=lambda file: file.read_text(encoding="utf-8"))
    assert page == (
        f'<head><meta charset=\'utf-8\'><meta http-equiv="Content-Security-Policy" content="{DEFAULT}">'
        f'<script src="../../assets/javascripts/{first.name}"></script></head>'
        f'<script id=b src="../../assets/javascripts/{second.name}"></script>'
    )


@pytest.mark.parametrize(
    "script",
    [
        '<script type="application/ld+json">{"a": "</b>"}</script>',
        "<script src='x.js'></script>",
        "<script type=text/template><b>x</b></script>",
        "<script> </script>",
        "<p title='<script>'>x</p>",
    ],
)
def test_what_is_no_script_inside_a_page_stays(script: str, tmp_path: Path) -> None:
    assert secure(script, tmp_path) == script
    assert not tree(tmp_path)


def test_modules_and_styles_of_an_author_are_allowed_by_their_hashes(tmp_path: Path) -> None:
    html = "<style>\r\np {}</style><i style='color: &quot;red&quot;'><b STYLE=left><script type=module>x\r\n</script>"
    page = secure(f"<head></head>{html}", tmp_path)
    module = hash_of("x\n")
    hashes = sorted(map(hash_of, ("\np {}", 'color: "red"', "left")))
    assert f"script-src 'self' {module}" in page
    assert f"style-src 'self' 'unsafe-hashes' {' '.join(hashes)}" in page


def test_an_author_who_allows_everything_inside_pages_gets_no_hashes_that_would_cancel_it(tmp_path: Path) -> None:
    page = secure("<head></head><style>p {}</style>", tmp_path, **{"style-src": "'unsafe-inline'"})
    assert "style-src 'self' 'unsafe-inline'\"" in page


@pytest.mark.parametrize("body", ["<article><script>x</script><i style=a></article>", "<script>x</script>"])
def test_the_body_of_a_page_about_records_is_left_to_the_browser_to_refuse(body: str, tmp_path: Path) -> None:
    page = secure(f"<head></head>{body}", tmp_path, records=True)
    assert body in page
    assert DEFAULT in page
    assert not tree(tmp_path)


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ("<img src='https://img.example/a.png'>", "add `img-src: https://img.example`"),
        ("<img src='//img.example/a.png'>", "add `img-src: https://img.example`"),
        ("<img src='data:image/png;base64,AA'>", "add `img-src: data:`"),
        ("<script src='https://cdn.example/a.js'></script>", "add `script-src: https://cdn.example`"),
        ("<link rel=stylesheet href='https://cdn.example/a.css'>", "add `style-src: https://cdn.example`"),
        ("<iframe src='https://video.example/1'></iframe>", "add `frame-src: https://video.example`"),
        ("<p onclick='x()'>", "`onclick` of <p>"),
        ("<a href=' JavaScript:x()'>", "`javascript:` in a link"),
    ],
)
def test_an_author_reads_what_browsers_will_refuse(html: str, sentence: str) -> None:
    (one,) = blocked_content(html + html, Policy({}), "https://cards.example.org/")
    assert sentence in one


@pytest.mark.parametrize(
    "html",
    [
        "<img src='../a.png'><a href='https://else.example/'>x</a><link rel=canonical href='https://else.example/'>",
        "<img src='https://cards.example.org/a.png'>",
        "<img src='https://img.example/a.png'>",
        "<img src='http://[bad'>",
    ],
)
def test_what_the_policy_allows_is_no_news(html: str) -> None:
    policy = Policy({"img-src": "https://img.example"})
    assert blocked_content(html, policy, "https://cards.example.org/") == []


def test_a_strict_build_fails_on_a_page_that_would_have_a_gap(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - Rules: about", "  - Notes: notes.md\n  - Rules: about")
    (own_pages(config) / "notes.md").write_text("![x](https://img.example/a.png)\n", encoding="utf-8")
    done = build(config, "--strict")
    assert done.returncode == 1
    assert "notes.md: https://img.example/a.png: browsers refuse it; add `img-src: https://img.example`" in done.stderr
    change(
        config,
        "      pages: pages\n",
        "      pages: pages\n      content_security_policy:\n        img-src: https://img.example\n",
    )
    assert build(config, "--strict").returncode == 0


def test_pages_are_the_same_in_both_builds(library_site: Path, tmp_path: Path) -> None:
    options = "  - fixcards:\n      parallel: false\n"
    assert build(change(project(tmp_path, LIBRARY), "  - fixcards\n", options), "--strict").returncode == 0
    pages = {path: text for path, text in tree(library_site).items() if path.endswith((".html", ".js", ".css", ".svg"))}
    others = tree(tmp_path / "site")
    assert pages.keys() <= others.keys()
    for path, text in pages.items():
        if path.endswith(".html"):
            head = b'<meta http-equiv="Content-Security-Policy" content="' + DEFAULT.encode() + b'">'
            assert head in text, path
            assert head in others[path], path
        else:
            assert text == others[path]


def test_icons_become_files_wherever_their_style_sheet_is() -> None:
    css = (
        """a{b:url("data:image/svg+xml;charset=utf-8,<svg a='%23'/>")} c{d:url('data:image/svg+xml;base64,PHN2Zy8+')}"""
    )
    escaped = r"""x{y:url("data:image/svg+xml,\3c !-- \'-->")} z{png:url("data:image/png,x")}"""
    moved, icons = move_icons({"assets/stylesheets/a.css": css, "assets/b.css": escaped})
    assert sorted(icons.values()) == ["<!-- '-->", "<svg a='#'/>", "<svg/>"]
    for path, content in icons.items():
        folder = "../images/icons" if content.startswith("<svg") else "images/icons"
        address = f'url("{folder}/{path.rpartition("/")[2]}")'
        assert address in "".join(moved.values())
    assert 'png:url("data:image/png,x")' in moved["assets/b.css"]


def test_the_readme_has_the_policy_as_a_header() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    header = "; ".join(" ".join((name, *sources)) for name, sources in DIRECTIVES.items())
    assert readme.count(f"{header}; frame-ancestors 'none'") >= 3


def test_a_script_of_another_server_in_the_configuration_is_named_at_the_build(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    more = "extra_javascript:\n  - https://stats.example.com/x.js\n"
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    done = build(config, "--strict")
    assert done.returncode == 1
    assert "mkdocs.yml: https://stats.example.com/x.js: browsers refuse it; add `script-src: " in done.stderr
    options = "  - fixcards:\n      content_security_policy:\n        script-src: https://stats.example.com\n"
    assert build(change(config, "  - fixcards\n", options), "--strict").returncode == 0
