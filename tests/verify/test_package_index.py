from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.verify import package_index
from fixcards.verify.package_index import PackageIndex, uv_index_variables, without_password


@pytest.fixture
def no_index_set(monkeypatch, tmp_path):
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")


def test_the_configured_index_names_releases_with_days_and_what_they_need(tmp_path):
    listing = PackageIndex(tmp_path).releases("iniconfig")
    old = listing.get("1.1.1")
    assert (old.uploaded, old.yanked, old.wheels) == (date(2020, 10, 14), False, ("py2-none-any", "py3-none-any"))
    assert listing.get("2.0.0").requires_python == ">=3.7"
    assert listing.get("2.0") == listing.get("2.0.0")
    assert listing.get("99") is None
    assert [each.version for each in listing.releases] == [
        str(v) for v in sorted(each.parsed for each in listing.releases)
    ]


def test_withdrawn_releases_are_listed_and_marked(tmp_path):
    yanked = PackageIndex(tmp_path).releases("transforms3d").get("0.4")
    assert yanked.yanked


def test_a_package_that_nobody_offers_has_no_releases(tmp_path, an_index, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", an_index.url)
    assert PackageIndex(tmp_path).releases("nothing-of-this-name").releases == ()


def test_a_private_index_works_and_its_password_is_kept_to_itself(tmp_path, an_index, monkeypatch):
    an_index.with_source("mine", "1.2", "")
    monkeypatch.setenv("UV_DEFAULT_INDEX", an_index.url.replace("//", "//user:hush@"))
    offer = PackageIndex(tmp_path).releases("mine").newest
    assert (offer.version, offer.uploaded, offer.source, offer.wheels) == ("1.2", date(2023, 5, 6), True, ())
    assert "hush" not in (tmp_path / "mine.json").read_text()
    assert without_password("https://user:hush@host/simple/") == "https://host/simple/"


def test_days_that_an_html_index_tells_only_to_those_who_ask_for_json_are_found(tmp_path, an_index, monkeypatch):
    def page(accept: str) -> str:
        day = ' data-upload-time="2019-08-20T14:15:16.123456Z"' if "json" in accept else ""
        name = "old-1.0-py3-none-any.whl"
        link = f'<a href="../../files/{name}#sha256=00"{day} data-requires-python="&gt;=3.6">{name}</a>'
        return f"<!DOCTYPE html><html><body>{link}</body></html>"

    an_index.pages["old"] = page
    monkeypatch.setenv("UV_DEFAULT_INDEX", an_index.url)
    offer = PackageIndex(tmp_path).releases("old").newest
    assert (offer.uploaded, offer.requires_python) == (date(2019, 8, 20), ">=3.6")


def test_an_index_that_tells_no_days_leaves_them_unknown(tmp_path, an_index, monkeypatch):
    an_index.pages["old"] = lambda accept: '<a href="../../files/old-1.0-py3-none-any.whl">old-1.0-py3-none-any.whl</a>'
    monkeypatch.setenv("UV_DEFAULT_INDEX", an_index.url)
    assert PackageIndex(tmp_path).releases("old").newest.uploaded is None


def test_a_listing_is_kept_for_hours_and_for_its_own_index_only(tmp_path, an_index, monkeypatch):
    an_index.with_source("mine", "1.2", "")
    monkeypatch.setenv("UV_DEFAULT_INDEX", an_index.url)
    PackageIndex(tmp_path).releases("mine")
    PackageIndex(tmp_path).releases("mine")
    assert len(an_index.asked) == 1
    (tmp_path / "mine.json").write_text("{ cut o")
    assert PackageIndex(tmp_path).releases("mine").newest.version == "1.2"
    kept = json.loads((tmp_path / "mine.json").read_text())
    (tmp_path / "mine.json").write_text(json.dumps(kept | {"asked": kept["asked"] - package_index.LISTING_SECONDS}))
    PackageIndex(tmp_path).releases("mine")
    assert len(an_index.asked) == 3
    monkeypatch.setenv("UV_DEFAULT_INDEX", an_index.url.replace("127.0.0.1", "localhost"))
    PackageIndex(tmp_path).releases("mine")
    assert len(an_index.asked) == 4


def test_an_index_that_does_not_answer_is_an_error_that_names_it(tmp_path, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://user:hush@127.0.0.1:9/simple/")
    with pytest.raises(FixcardsError, match=r"index http://127\.0\.0\.1:9/simple/ can't be asked for x") as error:
        PackageIndex(tmp_path).releases("x")
    assert "hush" not in str(error.value)


def test_the_index_of_pip_and_uv_is_taken_where_they_have_one(no_index_set, monkeypatch, tmp_path):
    assert uv_index_variables() == {}
    pip = tmp_path / "pip.conf"
    pip.write_text("[global]\nindex-url = https://pip.example/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(pip))
    assert uv_index_variables() == {"UV_DEFAULT_INDEX": "https://pip.example/simple"}
    uv = Path(tmp_path, "config", "uv", "uv.toml")
    uv.parent.mkdir(parents=True)
    uv.write_text('[[index]]\nurl = "https://other.example"\n[[index]]\nurl = "https://uv.example/s"\ndefault = true\n')
    assert uv_index_variables() == {"UV_DEFAULT_INDEX": "https://uv.example/s"}
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip-variable.example")
    assert uv_index_variables() == {"UV_DEFAULT_INDEX": "https://pip-variable.example"}
    monkeypatch.setenv("UV_INDEX_URL", "https://uv-variable.example")
    assert uv_index_variables() == {"UV_INDEX_URL": "https://uv-variable.example"}


def test_no_address_of_an_index_is_written_down():
    for path in Path(package_index.__file__).parent.rglob("*.py"):
        assert "https://" not in path.read_text(encoding="utf-8").replace("https://docs", ""), path
