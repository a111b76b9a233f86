from __future__ import annotations

import pytest

from fixcards.matching.parse.parser import parse
from tests.matching.samples import TEXTS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I use httpx 0.27.0 here", {"httpx": "0.27.0"}),
        ("/x/Flask_Login-0.6.2.dist-info/METADATA", {"flask-login": "0.6.2"}),
        ("deprecated in NumPy 1.20; see the notes", {}),
        ('File "/usr/lib/python3.12/json/x.py"', {"python": "3.12"}),
        (r"~\pyenv-win\versions\3.7.9\lib\runpy.py", {"python": "3.7"}),
        (r"C:\WindowsApps\PythonSoftwareFoundation.Python.3.12_3.12.2032.0_x64__q\Lib\runpy.py", {"python": "3.12"}),
        ("/usr/lib64/pypy3.9/runpy.py", {"python": "3.9"}),
        ("tox with python3.7, still", {"python": "3.7"}),
        ("it is the image python:3.12-slim", {"python": "3.12"}),
        ("/opt/hostedtoolcache/Python/3.9.12/x64/bin", {"python": "3.9"}),
        ("tags: runtime CPython 3.11.4", {"python": "3.11.4"}),
        ("needs foo>=1.2", {}),
        ("newer than 2.0", {}),
        ("it is 3.1 now, version 2.2 of it, after 1.2", {}),
        ("**Package Version**: 1.3.0", {}),
        ("works with click 8.1.7", {}),
        ("We have `flake8==4.0.1` in the lock", {"flake8": "4.0.1"}),
        ("With chardet==4.0.0 in requirements.txt it works", {}),
        ("Works, add to the file:\n\n```\nflask==2.0.2\nwerkzeug==2.2.2\n```", {}),
        ("It has not worked for weeks, with\nflask==2.0.2", {"flask": "2.0.2"}),
        ("That solved it.\n\nMy other machine has these of them:\nflask==2.0.2", {"flask": "2.0.2"}),
        ("Keep Flask at 2.2.3", {}),
        ("we keep Flask at 2.2.3", {"flask": "2.2.3"}),
        ("### Apache Airflow version\n\n2.10.2\n\n### What happened?\n\n3.1 of them fail", {"airflow": "2.10.2"}),
        ("### SQLAlchemy Version in Use\n\n`2.0.0`", {"sqlalchemy": "2.0.0"}),
        ("**Python version**:\n3.7", {"python": "3.7"}),
        ("### Python version\n\nnot sure.\n\n3.7", {}),
    ],
)
def test_a_sentence_gives_releases_where_it_neither_compares_nor_advises(text: str, expected: dict[str, str]) -> None:
    assert parse(text).versions == expected


@pytest.mark.parametrize(
    "advice",
    [
        "pip install lamp==1.5.1",
        "fix: lamp==1.5.1",
        "I added lamp==1.5.1 and it is gone",
        "someone said lamp==1.5.1 helps",
        "conda install lamp=1.5.1",
        "just use lamp 1.5.1",
        "I had to downgrade lamp to lamp 1.5.1",
        "fixed by pinning lamp 1.5.1",
    ],
)
def test_advice_is_no_installed_release(advice: str) -> None:
    assert parse(advice).versions == {}


FREEZE = "lamp==1.3.0\nNumPy==2.0.1\nwaxworks[dark]==0.17.1 ; python_version < '3.8'\n"
LISTS = {
    "pip freeze": FREEZE,
    "quoted": "> lamp==1.3.0\n> numpy==2.0.1\n> waxworks==0.17.1\n",
    "pip list": "Package  Version\n-------- -------\nlamp     1.3.0\nnumpy    2.0.1\nwaxworks 0.17.1\n",
    "editable": "lamp  1.3.0  /home/kim/lamp\nnumpy 2.0.1\nwaxworks 0.17.1\n",
    "conda list": (
        "# Name  Version  Build  Channel\nlamp 1.3.0    pypi_0    pypi\n"
        "numpy     2.0.1     py39h2e25243_0    conda-forge\nwaxworks   0.17.1   py_1   conda-forge\n"
    ),
    "conda export": "  - lamp=1.3.0=py39_0\n  - numpy=2.0.1\n  - waxworks=0.17.1\n",
    "lock": (
        '[[package]]\nname = "lamp"\nversion = "1.3.0"\nsource = { registry = "x" }\n\n'
        '[[package]]\nname = "numpy"\nversion = "2.0.1"\n\n[[package]]\nname = "waxworks"\nversion = "0.17.1"\n'
    ),
    "requirements": "lamp==1.3.0  # via shop\nnumpy==2.0.1 \\\n    --hash=sha256:ab\nwaxworks==0.17.1\noil>=2\n",
    "bullets": "- lamp: 1.3.0\n- **numpy**: 2.0.1\n* `waxworks` 0.17.1\n",
    "equals": "lamp = 1.3.0\nnumpy = 2.0.1\nwaxworks = 0.17.1\n",
    "old pip": "lamp (1.3.0)\nnumpy (2.0.1)\nwaxworks (0.17.1)\n",
    "one line": "lamp 1.3.0, numpy==2.0.1, waxworks (0.17.1)",
    "table": "| lamp | 1.3.0 |\n| numpy | 2.0.1 |\n| waxworks | 0.17.1 |\n",
}


@pytest.mark.parametrize("name", LISTS)
def test_each_form_of_a_list_gives_what_is_installed(name: str) -> None:
    failure = parse(LISTS[name])
    assert failure.versions == {"lamp": "1.3.0", "numpy": "2.0.1", "waxworks": "0.17.1"}
    assert set(failure.listed) == set(failure.versions)


def test_the_header_of_pytest_gives_its_plugins_by_their_full_names() -> None:
    failure = parse("platform linux -- Python 3.11.7, pytest-8.0.0, pluggy-1.4.0\nplugins: asyncio-0.23.2\n")
    assert failure.versions == {"python": "3.11.7", "pytest": "8.0.0", "pluggy": "1.4.0", "pytest-asyncio": "0.23.2"}


def test_all_releases_of_a_text_that_compares_some_are_read() -> None:
    failure = parse("passes on lamp 1.2.0\nfails on lamp 1.3.0")
    assert failure.releases("lamp") == ("1.2.0", "1.3.0")
    assert failure.versions == {"lamp": "1.3.0"}
    assert failure.releases("oil") == ()


def test_what_a_user_requested_in_a_conflict_is_that_release() -> None:
    failure = parse(TEXTS["pip-resolver"])
    assert failure.versions["httpcore"] == "1.0.0"
    assert failure.listed == ("httpcore",)
    assert parse("61.67     The user requested wax[dye]==3.1.0").versions == {"wax": "3.1.0"}
    assert parse("The user requested wax<3 and >=2.1").listed == ()


def test_a_package_is_known_by_the_name_that_it_is_imported_by() -> None:
    failure = parse("sklearn 1.6.1\nPIL 9.5.0\nimblearn==0.12.0\n")
    assert failure.versions == {"scikit-learn": "1.6.1", "pillow": "9.5.0", "imbalanced-learn": "0.12.0"}
    assert parse("sklearn==0.0.post1\nscikit-learn==1.6.1\nsklearn==0.0").releases("scikit-learn") == ("1.6.1",)
    assert parse("constructor 1.2.0").versions == {"constructor": "1.2.0"}


def test_an_environment_named_by_its_python_shows_it() -> None:
    assert parse(r'  File "C:\tools\envs\py37\lib\runpy.py", line 193, in main').versions == {"python": "3.7"}
    assert parse(".tox/py312/lib/wax.py:3: in melt").versions == {"python": "3.12"}
    assert parse("wax-3.1.0-py3-none-any.whl").versions == {"wax": "3.1.0"}


@pytest.mark.parametrize(
    ("text", "releases"),
    [
        ("on python 3.9 and lamp 1.2.0 it stops", {"python": "3.9", "lamp": "1.2.0"}),
        ("works with oil 2.0 and lamp 1.2.0", {}),
        ("make sure you have lamp 1.2.0 or newer", {}),
        ("Bump lamp to 1.2.0", {}),
        ("this was removed with lamp 1.2.0", {}),
        (" + lamp==1.2.0", {"lamp": "1.2.0"}),
        ("- Lamp version used: 1.2.0", {"lamp": "1.2.0"}),
    ],
)
def test_a_release_that_is_asked_for_or_told_of_is_not_the_installed_one(text: str, releases: dict[str, str]) -> None:
    assert parse(text).versions == releases
