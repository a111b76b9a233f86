from __future__ import annotations

from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.verify.index_configuration import uv_index_variables, without_password


@pytest.fixture(autouse=True)
def no_index_set(monkeypatch, tmp_path):
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")


@pytest.fixture
def uv_toml(tmp_path) -> Path:
    path = tmp_path / "uv" / "uv.toml"
    path.parent.mkdir()
    return path


def test_each_source_goes_before_the_next(monkeypatch, tmp_path, uv_toml):
    assert uv_index_variables() == {}
    pip = tmp_path / "pip.conf"
    pip.write_text("[global]\nindex-url = https://pip.example/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(pip))
    assert uv_index_variables() == {"UV_DEFAULT_INDEX": "https://pip.example/simple"}
    uv_toml.write_text('index-url = "https://uv.example/simple"\n')
    assert uv_index_variables() == {"UV_DEFAULT_INDEX": "https://uv.example/simple"}
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip-variable.example")
    assert uv_index_variables() == {"UV_DEFAULT_INDEX": "https://pip-variable.example"}
    monkeypatch.setenv("UV_INDEX_URL", "https://uv-variable.example")
    assert uv_index_variables() == {"UV_INDEX_URL": "https://uv-variable.example"}


@pytest.mark.parametrize(
    "text",
    [
        'index-url = "https://uv.example/s"',
        "index-url = 'https://uv.example/s'  # the mirror",
        '# index-url = "https://old.example/s"\nindex-url = "https://uv.example/s"',
        '"index-url" = """https://uv.example/s"""',
        '[pip]\nindex-url = "https://uv.example/s"',
        'index-url = "https://project.example/s"\n[pip]\nindex-url = "https://uv.example/s"',
        '[[index]]\nurl = "https://other.example/s"\n[[index]]\nurl = "https://uv.example/s"\ndefault = true',
        "[[index]]\ndefault = true # first\nname = 'x'\nurl = 'https://uv.example/s'",
        'index-url = "https://old.example/s"\n[[index]]\nurl = "https://uv.example/s"\ndefault = true',
        'index = [{ url = "https://other.example/s" }, { url = "https://uv.example/s", default = true }]',
        '[[pip.index]]\nurl = "https://uv.example/s"\ndefault = true',
        'cache-dir = "/c"\r\nindex-url = "https://uv.example/s"\r\n',
    ],
)
def test_every_form_of_the_default_index_in_uv_toml_is_read(text, uv_toml):
    uv_toml.write_bytes(text.encode())
    assert uv_index_variables() == {"UV_DEFAULT_INDEX": "https://uv.example/s"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        '[[index]]\nurl = "https://extra.example/s"',
        '[[index]]\nurl = "https://extra.example/s"\ndefault = false',
        '# [[index]]\n# url = "https://old.example/s"\n# default = true',
        'extra-index-url = ["https://extra.example/s"]',
        'description = """\nindex-url = "https://text.example/s"\n"""',
        'index = "https://wrong.example"\npip = 3\nindex-url = 5',
    ],
)
def test_other_text_of_uv_toml_is_no_default_index(text, uv_toml):
    uv_toml.write_text(text)
    assert uv_index_variables() == {}


@pytest.mark.parametrize("text", [b"index-url = https://uv.example/s\n", b"\xff\xfe"])
def test_a_broken_uv_toml_is_an_error_that_names_it(text, uv_toml):
    uv_toml.write_bytes(text)
    with pytest.raises(FixcardsError, match=rf"^{uv_toml}: not valid TOML: "):
        uv_index_variables()


def test_further_indexes_count_where_variables_of_uv_name_them(monkeypatch, uv_toml):
    uv_toml.write_text('index-url = "https://uv.example/s"\n')
    monkeypatch.setenv("UV_INDEX", "mine=https://mine.example/s")
    assert uv_index_variables() == {
        "UV_INDEX": "mine=https://mine.example/s",
        "UV_DEFAULT_INDEX": "https://uv.example/s",
    }


def test_a_url_loses_its_password():
    assert without_password("https://user:hush@host/simple/") == "https://host/simple/"
