"""The index of a stranger's site: whatever it has, the answer is one line that says what is wrong, in bounded time."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixcards.errors import FixcardsError
from fixcards.matching.index.reader import Index
from fixcards.search.finder import Finder
from fixcards.search.text_report import lines
from tests import foreign_index
from tests.foreign_index import BAD, TEXTS, changed, files, parts, write
from tests.matching.samples import JavaScript, javascript


def search(site: str | Path) -> list[str]:
    """Search a site and read everything of the answers, as the command does."""
    finder = Finder.of_site(str(site))
    printed: list[str] = []
    for text in TEXTS:
        answer = finder.answer(io.BytesIO(text.encode()))
        json.dumps(answer.as_dict())
        printed += ["".join(span.text for span in line) for line in lines(answer, 8)]
    return printed


def test_a_good_index_is_searched(tmp_path: Path) -> None:
    assert any("numpy" in line for line in search(write(tmp_path, files(parts()))))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_index_is_one_line_that_names_the_file(name: str, tmp_path: Path) -> None:
    write(tmp_path, files(changed(BAD[name])))
    with pytest.raises(FixcardsError, match=r"^[^\n]*(index|terms/\d+-\w+|cards/\d+-\w+)\.json: [^\n]+$") as error:
        search(tmp_path)
    assert len(str(error.value)) < 300


HARMLESS = {"term files are lists", "term files are numbers", "requirements is a number", "requirements is text"}
"""What JavaScript takes for an object without terms, or without requirements that a text contradicts."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with javascript(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.mark.parametrize("name", BAD)
def test_the_browser_refuses_the_same(name: str, browser: JavaScript) -> None:
    bad = {path: content.decode() for path, content in files(changed(BAD[name])).items()}
    answers = [browser.ask(foreign=bad, text=text) for text in TEXTS]
    assert name in HARMLESS or any(answer.get("refused") for answer in answers), answers
    good = {path: content.decode() for path, content in files(parts()).items()}
    assert browser.ask(foreign=good, text=TEXTS[0])["matches"]


CONTENTS = {
    "empty": b"",
    "not UTF-8": b"\xff\xfe{}",
    "UTF-16": "{}".encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "half": b'{"a": [1,',
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 50_000,
    "a long number": b"1" * 100_000,
    "no number": b"NaN",
    "half a character": b'"\\ud800"',
    "steers": b'{"\x1b[2J\xc2\x9b": \x1b]0;x\x07',
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
@pytest.mark.parametrize("kind", ["index", "terms", "cards"])
def test_content_that_is_no_json_of_the_format_is_one_line(kind: str, content: bytes, tmp_path: Path) -> None:
    good = files(parts())
    hashed = {path: (content if path.startswith(kind) else old) for path, old in good.items()}
    with pytest.raises(FixcardsError, match=rf"{kind}.*\.json: "):
        search(write(tmp_path, hashed))


def test_a_file_with_another_content_than_its_name_says_is_refused(tmp_path: Path) -> None:
    for kind in ("terms", "cards"):
        altered = {
            path: content.replace(b"numpy", b"nunpy") if path.startswith(kind) else content
            for path, content in files(parts()).items()
        }
        with pytest.raises(FixcardsError, match="doesn't have the hash in its name"):
            search(write(tmp_path / kind, altered))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(3_000_000_000)


def nothing(path: Path) -> None:
    """There is no file."""


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices are Unix's")
@pytest.mark.parametrize("kind", ["index", "terms", "cards"])
@pytest.mark.parametrize("make", [pipe, link, device, folder, large, nothing])
def test_what_is_no_file_of_an_index_is_refused_at_once(
    make: Callable[[Path], None], kind: str, tmp_path: Path
) -> None:
    write(tmp_path, files(parts()))
    pattern = "index.json" if kind == "index" else f"{kind}/*.json"
    for path in sorted((tmp_path / "search").glob(pattern)):
        path.unlink()
        make(path)
    with pytest.raises(FixcardsError, match=rf"{kind}.*\.json: "):
        search(tmp_path)


SITES = ["javascript:alert(1)", "//evil.example/", "https://user:pw@evil.example/", "https://evil.example/\x1b[2J",
         "file:///etc/", "https://", "ftp://evil.example/", 7, None, ["https://evil.example/"]]  # fmt: skip


@pytest.mark.parametrize("site", SITES, ids=ascii)
def test_results_of_a_folder_have_no_address_but_http(site: object, tmp_path: Path) -> None:
    write(tmp_path, files(changed({"file": "index.json", "path": ["site"], "value": site})))
    with pytest.raises(FixcardsError, match="`site` is no address"):
        search(tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("\u202e\x1b[2J"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to some values of parsed JSON."""
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in list(children)[:40] for place in places(value, (*path, key)))]


GOOD = parts()
GOOD["index.json"]["tables"] = {}  # which only browsers read
PLACES = [(name, place) for name, data in GOOD.items() for place in places(data)]


@given(st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_of_an_index_is_an_answer_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    bad = foreign_index.copy.deepcopy(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        name, place = data.draw(st.sampled_from(PLACES))
        try:
            bad[name] = foreign_index.with_value(bad[name], list(place), data.draw(JSON))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change has removed the place
    content_by_path = files(bad)
    if data.draw(st.booleans()):
        path = data.draw(st.sampled_from(sorted(content_by_path)))
        content = content_by_path[path]
        at = data.draw(st.integers(0, len(content)))
        content_by_path[path] = content[:at] + data.draw(st.binary(max_size=8)) + content[at + 1 :]
    try:
        finder = Finder(Index(content_by_path.__getitem__))
        for text in TEXTS:
            json.dumps(finder.answer(io.BytesIO(text.encode())).as_dict())
    except FixcardsError as error:
        message = str(error)
        assert "\n" not in message


def test_an_index_that_was_renewed_between_two_reads_is_one_line(tmp_path: Path) -> None:
    site = write(tmp_path, files(parts()))
    finder = Finder.of_site(str(site))
    shutil.rmtree(site / "search" / "terms")
    with pytest.raises(FixcardsError, match=r"terms/\d+-\w+\.json: No such file"):
        finder.match(TEXTS[0])
