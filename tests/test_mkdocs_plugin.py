from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from builder.records.schema import SCHEMAS, schema_text
from tests import sites
from tests.sites import CARDS, LIBRARY, REPOSITORY, build, library, project, soup, tool, words

PROGRAMS = ("mkdocs", "properdocs")
NAV = {
    "Search": "",
    "All cards": "cards/",
    "Packages": "cards/packages/",
    "Add a card": "about/adding-a-card/",
    "How sure we are": "about/certainty/",
    "Rules": "about/rules/",
}
ADDRESS = "https://fixcards.github.io/fixcards/"


def tree(site: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a site, by its path."""
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}


def read(site: Path, path: str) -> BeautifulSoup:
    """Return a page of a site."""
    return soup((site / path / "index.html").read_text(encoding="utf-8"))


def change(config: Path, old: str, new: str) -> Path:
    """Change `mkdocs.yml`."""
    text = config.read_text(encoding="utf-8")
    assert old in text
    config.write_text(text.replace(old, new), encoding="utf-8")
    return config


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_strict_build_of_the_projects_own_site_passes_and_says_what_it_found(program: str, tmp_path: Path) -> None:
    site = tmp_path / "out"
    done = build(REPOSITORY / "mkdocs.yml", "--strict", "--site-dir", str(site), program=program)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    found = library(CARDS)
    assert f"{len(found.cards)} cards, {len(found.packages)} packages, 0 problems" in done.stderr
    assert len(list(site.glob("*/*/card.json"))) == len(found.cards)
    assert (site / "httpx" / "271" / "index.html").is_file()


def test_the_fork_builds_the_same_pages(library_site: Path, tmp_path: Path) -> None:
    done = build(project(tmp_path, LIBRARY), "--strict", program="properdocs")
    assert done.returncode == 0, done.stderr
    ours, theirs = tree(library_site), tree(tmp_path / "site")
    assert ours.keys() == theirs.keys()
    for path in ours:
        if path.endswith("index.html") or path.startswith("assets/fixcards"):
            assert soup(ours[path].decode()).select("article") == soup(theirs[path].decode()).select("article")
        elif path.endswith((".json", ".py", ".yaml")):
            assert ours[path] == theirs[path]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_card_with_a_problem_fails_a_strict_build_and_is_left_out_of_another(program: str, tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    card = tmp_path / "cards" / "lantern" / "34.yaml"
    card.write_text(card.read_text(encoding="utf-8").replace("title:", "tittle:"), encoding="utf-8")
    strict = build(config, "--strict", program=program)
    assert strict.returncode == 1
    assert "lantern/34.yaml:5:1: FC101" in strict.stderr
    assert "did you mean 'title'?" in strict.stderr
    assert "Traceback" not in strict.stderr
    loose = build(config, program=program)
    assert loose.returncode == 0
    site = tmp_path / "site"
    assert not (site / "lantern" / "34" / "index.html").exists()
    assert (site / "lantern" / "12" / "index.html").is_file()
    assert [title.text for title in read(site, "lantern").select(".fc-row-title")] == [
        "Lantern goes out when the wick is trimmed twice",
        "Lantern burns the whole night when nobody waits",
    ]
    assert "lantern-34" not in (site / "cards.json").read_text(encoding="utf-8")
    assert "lantern/34/" not in (site / "sitemap.xml").read_text(encoding="utf-8")


def test_evidence_with_a_problem_is_left_out_and_its_card_shown_without_it(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    (tmp_path / "cards" / "lantern" / "34.evidence.json").write_text("{", encoding="utf-8")
    assert build(config, "--strict").returncode == 1
    assert build(config).returncode == 0
    assert read(tmp_path / "site", "lantern/34").select_one(".fc-badge").text == "not executed"


def test_records_are_published_beside_their_pages(library_site: Path) -> None:
    for path in LIBRARY.rglob("*.*"):
        assert (library_site / path.relative_to(LIBRARY)).read_bytes() == path.read_bytes()
    links = {link["href"] for link in read(library_site, "lantern/12").select("#sources ~ ul a")}
    assert {"../12.yaml", "../12.evidence.json", "card.json"} <= links


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_published_with_any_library(name: str, library_site: Path, real_site: Path) -> None:
    for site in (library_site, real_site):
        assert (site / f"{name}.schema.json").read_text(encoding="utf-8") == schema_text(name)


def test_every_address_in_the_pages_leads_to_a_file_of_the_site(library_site: Path) -> None:
    for path in library_site.rglob("*.html"):
        for tag in soup(path.read_text(encoding="utf-8")).select("[href], [src]"):
            target = (tag.get("href") or tag.get("src")).partition("#")[0].partition("?")[0]
            if not target or target.startswith("http"):
                continue
            where = library_site / target.removeprefix("/fixcards/") if target.startswith("/") else path.parent / target
            if target.endswith("/") or where.is_dir():
                where /= "index.html"
            assert where.is_file(), f"{path.relative_to(library_site)}: {tag}"


def test_the_sitemap_has_every_card_and_list(library_site: Path) -> None:
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    xml = (library_site / "sitemap.xml").read_bytes()
    found = {element.text for element in ET.fromstring(xml).findall("s:url/s:loc", names)}  # noqa: S314 - our own
    pages = {path.parent.relative_to(library_site).as_posix() for path in library_site.rglob("index.html")}
    assert found == {ADDRESS + ("" if page == "." else f"{page}/") for page in pages}
    assert ADDRESS + "lantern/12/" in found
    assert gzip.decompress((library_site / "sitemap.xml.gz").read_bytes()) == xml


@pytest.mark.parametrize(
    ("path", "edited"),
    [("lantern/12", "lantern/12.yaml"), ("cards", None), ("", None), ("about/rules", None)],
)
def test_the_edit_link_of_a_card_opens_its_yaml(path: str, edited: str | None, library_site: Path) -> None:
    links = [link["href"] for link in read(library_site, path).select("a.md-content__button[rel=edit]")]
    assert links == ([f"https://github.com/fixcards/fixcards/edit/main/cards/{edited}"] if edited else [])


def test_the_head_of_a_card_says_what_it_is_and_where_it_lives(library_site: Path) -> None:
    head = read(library_site, "lantern/12").head
    assert head.select_one("link[rel=canonical]")["href"] == ADDRESS + "lantern/12/"
    assert head.title.text == "Lantern goes out when the wick is trimmed twice - fixcards"
    description = "lantern: lantern.Dark: no wick in lamp {lamp} Fix: Upgrade to 1.4."
    assert head.select_one("meta[name=description]")["content"] == description
    assert head.select_one("meta[property='og:title']")["content"] == "Lantern goes out when the wick is trimmed twice"
    assert head.select_one("link[type='application/json']")["href"] == "card.json"
    assert read(library_site, "").head.select_one("link[rel=canonical]")["href"] == ADDRESS
    assert (
        len({path.read_text(encoding="utf-8").count('rel="canonical"') for path in library_site.rglob("index.html")})
        == 1
    )


@pytest.mark.parametrize("card", list(library(LIBRARY).cards.values()), ids=lambda card: card.id)
def test_the_structured_data_of_a_card_is_an_article_about_its_error(card: object, library_site: Path) -> None:
    (script,) = read(library_site, f"{card.package}/{card.number}").select('script[type="application/ld+json"]')
    data = json.loads(script.string)
    assert (data["@context"], data["@type"]) == ("https://schema.org", "TechArticle")
    assert data["headline"] == card.title
    assert card.signature.error in data["keywords"]
    assert data["url"] == f"{ADDRESS}{card.package}/{card.number}/"
    assert data["isBasedOn"] == [url for url in (card.issue, card.pr) if url]


def test_hostile_cards_stay_text_in_the_head_and_the_frame_of_the_page(hostile_site: Path, library_site: Path) -> None:
    frames = []
    for site, path in ((hostile_site, "hostile/1"), (library_site, "lantern/12")):
        page = read(site, path)
        for article in page.select("article"):
            article.decompose()
        for tag in page.select(".md-nav--secondary, link[rel=canonical]"):
            tag.decompose()
        frames.append([(tag.name, sorted(tag.attrs)) for tag in page.find_all(True)])
    assert frames[0] == frames[1]
    head = read(hostile_site, "hostile/1").head
    assert head.title.text.startswith('"><script>window.ran=1</script>{{ 7*7 }}{% raw %} &amp; `x`')
    description = head.select_one("meta[name=description]")["content"]
    assert "<script>window.ran=1</script><img src=x onerror=window.ran=1>" in description
    assert "{{ cycler.__init__.__globals__ }}" in description


def test_pages_in_the_navigation_are_called_what_the_configuration_calls_them(library_site: Path) -> None:
    for path in ("", "lantern/12"):
        links = read(library_site, path).select(".md-tabs a")
        assert [words(link.text) for link in links] == list(NAV)
    assert read(library_site, "cards").select_one(".md-tabs__item--active").text.strip() == "All cards"


def test_a_navigation_of_several_levels_is_followed(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - Rules: about/rules.md", "  - More:\n      - Lint: about/rules.md")
    assert build(config, "--strict").returncode == 0
    assert "Lint" in [words(link.text) for link in read(tmp_path / "site", "").select(".md-nav--primary a")]


def test_the_page_for_what_is_not_there_offers_the_search_with_links_that_hold_at_any_address(
    library_site: Path,
) -> None:
    page = soup((library_site / "404.html").read_text(encoding="utf-8"))
    assert page.title.text == "Page not found - fixcards"
    assert page.select_one("form.fc-search")["data-root"] == "/fixcards/"
    for tag in page.select("[href], [src]"):
        address = tag.get("href") or tag.get("src")
        assert address.startswith(("/fixcards/", "https://", "#")), tag


def test_pages_ask_no_other_origin_for_anything(real_site: Path) -> None:
    loads = re.compile(r"<(?:script|link|img|iframe|source|object)\b[^>]*>")
    for path in real_site.rglob("*.html"):
        for tag in loads.findall(path.read_text(encoding="utf-8")):
            address = re.search(r'\b(?:src|href|data)="([^"]*)"', tag)
            if address and 'rel="canonical"' not in tag:
                assert not address[1].startswith(("http", "//")), f"{path}: {tag}"
    for path in (real_site / "assets").rglob("*.css"):
        addresses = re.findall(r"url\(['\"]?([^'\")]{0,5})", path.read_text(encoding="utf-8"))
        assert set(addresses) <= {"data:"}, path


def test_only_pages_that_the_author_wrote_have_the_whole_of_the_themes_styles(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  font: false", "  language: en")
    (tmp_path / "cards" / "notes.md").write_text("# Notes\n\n<div class='admonition'>So</div>\n", encoding="utf-8")
    assert build(config).returncode == 0
    styles = {
        path: [link["href"] for link in read(tmp_path / "site", path).select("link[rel=stylesheet]")]
        for path in ("", "lantern/12", "notes")
    }
    (ours,) = styles[""]
    assert ours.startswith("assets/stylesheets/cards.")
    assert styles["lantern/12"] == [f"../../{ours}"]
    assert [path.partition(".min")[0].rpartition("/")[2].split(".")[0] for path in styles["notes"]] == [
        "main",
        "palette",
        "fixcards",
    ]
    for path in styles:
        assert "fonts.g" not in (tmp_path / "site" / path / "index.html").read_text(encoding="utf-8")


def test_cards_do_not_pass_through_the_themes_search(library_site: Path) -> None:
    assert not (library_site / "search" / "search_index.json").exists()


def test_addresses_without_folders_are_refused_in_a_sentence(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    config.write_text(config.read_text(encoding="utf-8") + "\nuse_directory_urls: false\n", encoding="utf-8")
    done = build(config)
    assert done.returncode == 1
    assert "fixcards: cards have addresses like /httpx/271/; remove `use_directory_urls: false`" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_option_of_the_plugin_is_reported(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      template: x\n")
    done = build(config, "--strict")
    assert done.returncode == 1
    assert "Unrecognised configuration name: template" in done.stderr


def test_a_sites_own_theme_folder_goes_before_ours_and_ours_before_materials(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  name: material\n", "  name: material\n  custom_dir: own\n")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "404.html").write_text("own page", encoding="utf-8")
    assert build(config, "--strict").returncode == 0
    assert (tmp_path / "site" / "404.html").read_text(encoding="utf-8") == "own page"
    assert list((tmp_path / "site" / "assets").glob("fixcards.*.css"))
    assert "api.github.com" not in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_templates_of_a_sites_own_replace_ours(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      templates: looks\n")
    shutil.copytree(REPOSITORY / "templates", tmp_path / "looks")
    (tmp_path / "looks" / "packages.html").write_text("<h1>Mine: {{ packages | length }}</h1>", encoding="utf-8")
    assert build(config, "--strict").returncode == 0
    assert read(tmp_path / "site", "cards/packages").h1.text == "Mine: 2"


def test_a_site_without_an_address_and_a_repository_builds(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(("site_url", "repo_", "edit_uri"))]
    config.write_text("".join(kept), encoding="utf-8")
    done = build(config, "--strict")
    assert done.returncode == 0, done.stderr
    assert "uv run" not in (tmp_path / "site" / "lantern" / "12" / "index.html").read_text(encoding="utf-8")


def test_ordinary_pages_stand_beside_the_cards_link_to_them_and_go_before_ours(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - Rules: about/rules.md", "  - Notes: notes.md")
    change(config, "  - fixcards\n", "  - fixcards\n  - search\n")
    (tmp_path / "cards" / "notes.md").write_text("# Notes\n\n[a card](lantern/12.md#fix)\n", encoding="utf-8")
    (tmp_path / "cards" / "index.md").write_text("# Our own home\n", encoding="utf-8")
    done = build(config, "--strict")
    assert done.returncode == 0, done.stderr
    assert "DeprecationWarning" not in done.stderr
    site = tmp_path / "site"
    assert read(site, "notes").select_one("article a[href$='lantern/12/#fix']")
    assert words(read(site, "").select_one("article h1").text).startswith("Our own home")
    assert read(site, "cards").h1.text == "All cards"


def test_an_empty_folder_of_cards_builds_a_site(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    done = build(project(tmp_path / "site", tmp_path / "none"), "--strict")
    assert done.returncode == 0, done.stderr
    assert "No cards yet" in read(tmp_path / "site" / "site", "cards").text


def test_the_home_page_counts_its_own_site(real_site: Path) -> None:
    figures = {
        words(figure.dt.text): int(figure.select_one(".fc-number").text.replace(",", ""))
        for figure in read(real_site, "").select(".fc-figures > div")
    }
    cards = json.loads((real_site / "cards.json").read_bytes())["cards"]
    assert figures["cards"] == len(cards) == len(list(CARDS.glob("*/*.yaml")))
    assert figures["packages"] == len({card["package"] for card in cards})
    assert figures["verified"] == sum(card["verdict"] == "verified" for card in cards)
    evidence = [json.loads(path.read_bytes()) for path in real_site.glob("*/*.evidence.json")]
    assert figures["runs on record"] == sum(len(run["repetitions"]) for each in evidence for run in each["runs"])


def test_two_builds_have_the_same_bytes_from_any_folder_and_with_any_hash_seed(tmp_path: Path) -> None:
    trees = []
    for name, cwd, seed in (("a", tmp_path, "1"), ("b", Path("/"), "2")):
        config = project(tmp_path / name, LIBRARY)
        done = build(config, "--strict", cwd=cwd, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        trees.append(tree(config.parent / "site"))
    assert trees[0].keys() == trees[1].keys()
    assert [path for path in trees[0] if trees[0][path] != trees[1][path]] == []


def test_a_build_on_another_day_changes_the_sitemap_and_what_grows_old(library_site: Path, tmp_path: Path) -> None:
    # MkDocs dates the sitemap; the confidence in what was run falls as it ages.
    done = build(project(tmp_path, LIBRARY), SOURCE_DATE_EPOCH="1900000000")
    assert done.returncode == 0, done.stderr
    before, after = tree(library_site), tree(tmp_path / "site")
    assert before.keys() == after.keys()
    old = [
        f"{card}/{name}" for card in ("lantern/12", "lantern/34", "mooring/7") for name in ("card.json", "index.html")
    ]
    assert [path for path in before if before[path] != after[path]] == sorted(
        ["cards.json", *old, "sitemap.xml", "sitemap.xml.gz"]
    )


def test_make_site_checks_builds_and_greets_nobody_with_a_banner(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    shutil.copy2(REPOSITORY / "Makefile", tmp_path)
    shutil.copy2(REPOSITORY / "pyproject.toml", tmp_path)
    shutil.copy2(REPOSITORY / "constraints.txt", tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("NO_MKDOCS", "MAKE", "MFLAGS"))}
    command = ["make", "--old-file=.venv/site", "site"]
    done = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=120, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "6 cards, 2 packages, 0 problems" in output
    assert (tmp_path / "site" / "lantern" / "12" / "index.html").is_file()
    assert "Material for MkDocs" not in output
    assert "Zensical" not in output
    command = [tool("mkdocs"), "build", "-q", "-f", str(config)]
    bare = subprocess.run(command, env=clean, capture_output=True, text=True, timeout=120, check=True)
    assert "Material for MkDocs" in bare.stderr, "the banner is gone: so can be what keeps it away"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """`mkdocs serve` over a library and templates that the test may change: its folder and address."""
    folder = tmp_path_factory.mktemp("serving")
    config = change(project(folder, LIBRARY), "  - fixcards\n", "  - fixcards:\n      templates: looks\n")
    shutil.copytree(REPOSITORY / "templates", folder / "looks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [tool("mkdocs"), "serve", "--dev-addr", f"127.0.0.1:{port}", "--config-file", str(config)],
            cwd=folder, env=sites.environment(), stdout=output, stderr=output,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}/fixcards/"
    try:
        assert _soon(lambda: "All cards" in _get(address), 30), log.read_text(encoding="utf-8")
        yield folder, address
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize(
    ("file", "old", "new", "page"),
    [
        ("cards/lantern/12.yaml", "title: Lantern goes out when", "title: Lantern dims when", "lantern/12/"),
        ("cards/lantern/34.evidence.json", '"date": "2026-03-01"', '"date": "2026-04-05"', "lantern/34/"),
        ("looks/card.html", "Nothing is raised, so", "Nothing is thrown, so", "lantern/34/"),
        ("looks/theme/404.html", "Cards keep theirs for ever", "Cards never move", "404.html"),
        ("mkdocs.yml", "site_name: fixcards", "site_name: cardfix", ""),
    ],
)
def test_the_server_reloads_when_a_file_changes(
    file: str, old: str, new: str, page: str, serving: tuple[Path, str]
) -> None:
    folder, address = serving
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    shown = new.partition(": ")[2] or new
    if file.endswith("evidence.json"):
        shown = "2026-04-05"
    assert _soon(lambda: shown in _get(address + page), 20), (folder / "log").read_text(encoding="utf-8")


def test_the_server_reloads_a_style_under_its_new_name(serving: tuple[Path, str]) -> None:
    folder, address = serving
    change(folder / "looks" / "theme" / "assets" / "fixcards.css", "background: #0008", "background: #0127")

    def style() -> str:
        (sheet,) = soup(_get(address)).select("link[rel=stylesheet]") or [{"href": ""}]
        return _get(address + sheet["href"])

    assert _soon(lambda: "#0127" in style(), 20), (folder / "log").read_text(encoding="utf-8")


def test_the_server_shows_a_card_that_is_added_and_forgets_one_that_is_removed(serving: tuple[Path, str]) -> None:
    folder, address = serving
    text = (folder / "cards" / "mooring" / "7.yaml").read_text(encoding="utf-8")
    new = folder / "cards" / "mooring" / "11.yaml"
    new.write_text(text.replace("issues/7", "issues/11"), encoding="utf-8")
    assert _soon(lambda: "Mooring lost its second knot" in _get(address + "mooring/11/"), 20)
    new.unlink()
    assert _soon(lambda: "Mooring lost its second knot" not in _get(address + "mooring/11/"), 20)


def test_the_server_survives_a_card_with_a_problem(serving: tuple[Path, str]) -> None:
    folder, address = serving
    path = folder / "cards" / "mooring" / "9.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text("a: [", encoding="utf-8")
    assert _soon(lambda: "Mooring ships without a rope" not in _get(address + "mooring/9/"), 20)
    path.write_text(text, encoding="utf-8")
    assert _soon(lambda: "Mooring ships without a rope" in _get(address + "mooring/9/"), 20)


def _get(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - this machine
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return str(error.read().decode())
    except OSError:
        return ""


def _soon(met: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not met():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{{ nothing.at_all }}", "card.html:1: 'nothing' is undefined"),
        ("{% if %}", "card.html:1: Expected an expression"),
        ('{% from "none.html" import x %}', "none.html"),
    ],
)
def test_a_fault_in_a_template_of_ones_own_is_named_with_its_line(tmp_path: Path, wrong: str, said: str) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      templates: looks\n")
    shutil.copytree(REPOSITORY / "templates", tmp_path / "looks")
    card = tmp_path / "looks" / "card.html"
    card.write_text(wrong + card.read_text(encoding="utf-8"), encoding="utf-8")
    done = build(config)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_number_of_processes_that_makes_nothing_is_refused(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      jobs: 0\n")
    done = build(config)
    assert done.returncode == 1
    assert "fixcards: `jobs: 0` makes nothing; give a number from 1 on" in done.stderr
