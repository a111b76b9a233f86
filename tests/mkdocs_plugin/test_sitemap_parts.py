from __future__ import annotations

import gzip
import xml.etree.ElementTree as ET

import pytest

from fixcards.mkdocs_plugin.sitemap import divided

SITE = "https://cards.example.org/"
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
TAIL = "\n</urlset>\n"


def whole(*addresses: str) -> str:
    return HEAD + "".join(f"\n<url><loc>{address}</loc></url>" for address in addresses) + TAIL


def located(text: str | bytes, kind: str) -> list[str | None]:
    """Return the addresses in a map (`url`) or in an index of maps (`sitemap`)."""
    return [place.text for place in ET.fromstring(text).findall(f"{SPACE}{kind}/{SPACE}loc")]  # noqa: S314 - our own


def test_a_map_that_fits_into_one_file_stays_as_it_is() -> None:
    for text in (whole(f"{SITE}a/", f"{SITE}b/"), whole(), "anything"):
        assert divided(text, SITE, most=2) == (text, [])


def test_a_larger_map_is_an_index_of_files_that_have_every_address_once_in_their_order() -> None:
    addresses = [f"{SITE}{number}/" for number in range(7)]
    index, files = divided(whole(*addresses), SITE, most=3)
    content = {file.path: file.content for file in files}
    names = [f"sitemap-{number}.xml" for number in (1, 2, 3)]
    assert located(index, "sitemap") == [SITE + name for name in names]
    assert [located(content[name], "url") for name in names] == [addresses[:3], addresses[3:6], addresses[6:]]
    assert content["sitemap-1.xml"].decode() == whole(*addresses[:3])
    assert content.keys() == {*names, *(f"{name}.gz" for name in names)}
    assert all(gzip.decompress(content[f"{name}.gz"]) == content[name] for name in names)


@pytest.mark.parametrize("room", [1, 2, 3])
def test_no_file_has_more_bytes_than_allowed(room: int) -> None:
    addresses = [f"{SITE}{letter}/" for letter in "aäöü漢字"]
    largest = len(whole(*addresses[-room:]).encode())
    _, files = divided(whole(*addresses), SITE, largest=largest)
    maps = [file.content for file in files if file.path.endswith(".xml")]
    assert [address for each in maps for address in located(each, "url")] == addresses
    assert max(map(len, maps)) <= largest
    assert len(maps) < len(addresses) or room == 1


def test_the_same_map_has_the_same_bytes_and_one_more_address_changes_only_the_last_file() -> None:
    addresses = [f"{SITE}{number}/" for number in range(6)]
    before, again, after = (divided(whole(*addresses[:to]), SITE, most=2) for to in (5, 5, 6))
    assert before == again
    assert before[0] == after[0]
    changed = [file.path for file, other in zip(before[1], after[1], strict=True) if file != other]
    assert changed == ["sitemap-3.xml", "sitemap-3.xml.gz"]


def test_a_map_with_its_own_form_keeps_it_and_an_address_with_special_characters_stays_one() -> None:
    text = '<urlset xmlns="x">\n  <url>\n    <loc>a</loc>\n  </url>\n  <url>\n    <loc>b</loc>\n  </url>\n</urlset>'
    index, files = divided(text, "https://example.org/a&b/", most=1)
    assert located(index, "sitemap")[0] == "https://example.org/a&b/sitemap-1.xml"
    assert files[0].content.decode() == '<urlset xmlns="x">\n  <url>\n    <loc>a</loc>\n  </url>\n</urlset>'


def test_a_site_without_an_address_has_no_index() -> None:
    text = whole("/a/", "/b/")
    assert divided(text, "", most=1) == (text, [])
