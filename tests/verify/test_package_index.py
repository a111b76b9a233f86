from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.verify import package_index
from fixcards.verify.package_index import PackageIndex


def test_the_configured_index_names_releases_with_days_and_what_they_need(tmp_path):
    releases = PackageIndex(tmp_path).releases("iniconfig")
    old = releases.get("1.1.1")
    assert (old.uploaded, old.yanked, old.wheels) == (date(2020, 10, 14), False, ("py2-none-any", "py3-none-any"))
    assert releases.get("2.0.0").requires_python == ">=3.7"
    assert releases.get("2.0") == releases.get("2.0.0")
    assert releases.get("99") is None
    assert [each.version for each in releases.releases] == [
        str(v) for v in sorted(each.parsed for each in releases.releases)
    ]


def test_yanked_releases_are_listed_and_marked(tmp_path):
    yanked = PackageIndex(tmp_path).releases("transforms3d").get("0.4")
    assert yanked.yanked


def test_a_package_that_no_index_has_has_no_releases(tmp_path, local_index, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    assert PackageIndex(tmp_path).releases("nothing-of-this-name").releases == ()


def test_a_file_that_names_another_package_is_no_release(tmp_path, local_index, monkeypatch):
    names = ["old_name-1.0.tar.gz", "Old.Name-1.1-py3-none-any.whl", "old-name-2.0-dev-9340.tar.gz", "old-name-2.0.exe"]
    links = "".join(f'<a href="../../files/{name}#sha256=00">{name}</a>' for name in names)
    local_index.pages["old-name"] = lambda accept: f"<!DOCTYPE html><html><body>{links}</body></html>"
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    assert [each.version for each in PackageIndex(tmp_path).releases("old-name").releases] == ["1.0", "1.1"]


def test_the_password_of_a_private_index_is_not_stored(tmp_path, local_index, monkeypatch):
    local_index.with_source("mine", "1.2", "")
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url.replace("//", "//user:hush@"))
    release = PackageIndex(tmp_path).releases("mine").newest
    assert (release.version, release.uploaded, release.source, release.wheels) == ("1.2", date(2023, 5, 6), True, ())
    assert "hush" not in (tmp_path / "mine.json").read_text()


def html(*attributes: str) -> str:
    name = "old-1.0-py3-none-any.whl"
    link = f'<a {" ".join(attributes)} href="../../files/{name}#sha256=00">\n {name} </a>'
    return f"<!DOCTYPE html><html><body>{link}</body></html>"


def test_upload_times_in_html_for_requests_that_prefer_json_are_read(tmp_path, local_index, monkeypatch):
    def page(accept: str) -> str:
        day = 'data-upload-time="2019-08-20T14:15:16.123456Z"' if "json" in accept else ""
        return html("data-requires-python='&gt;=3.6'", day)

    local_index.pages["old"] = page
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    release = PackageIndex(tmp_path).releases("old").newest
    assert (release.uploaded, release.requires_python) == (date(2019, 8, 20), ">=3.6")
    assert len(local_index.requests) == 1


def test_a_release_without_an_upload_time_has_no_day(tmp_path, local_index, monkeypatch):
    local_index.pages["old"] = lambda accept: html()
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    assert PackageIndex(tmp_path).releases("old").newest.uploaded is None


def test_a_list_is_cached_for_hours_and_for_its_own_index_only(tmp_path, local_index, monkeypatch):
    local_index.with_source("mine", "1.2", "")
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    PackageIndex(tmp_path).releases("mine")
    PackageIndex(tmp_path).releases("mine")
    assert len(local_index.requests) == 1
    (tmp_path / "mine.json").write_text("{ cut o")
    assert PackageIndex(tmp_path).releases("mine").newest.version == "1.2"
    cached = json.loads((tmp_path / "mine.json").read_text())
    old = {"fetched": cached["fetched"] - package_index.CACHE_SECONDS}
    (tmp_path / "mine.json").write_text(json.dumps(cached | old))
    PackageIndex(tmp_path).releases("mine")
    assert len(local_index.requests) == 3
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url.replace("127.0.0.1", "localhost"))
    PackageIndex(tmp_path).releases("mine")
    assert len(local_index.requests) == 4


def test_an_index_that_does_not_answer_is_an_error_that_names_it(tmp_path, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://user:hush@127.0.0.1:9/simple/")
    with pytest.raises(FixcardsError, match=r"index http://127\.0\.0\.1:9/simple/ can't be asked for x") as error:
        PackageIndex(tmp_path).releases("x")
    assert "hush" not in str(error.value)


def test_no_address_of_an_index_is_written_down():
    for path in Path(package_index.__file__).parent.rglob("*.py"):
        assert "https://" not in path.read_text(encoding="utf-8").replace("https://docs", ""), path
