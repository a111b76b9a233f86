"""Every lock format gives what is installed together on a target."""

from __future__ import annotations

import pytest

from fixcards.audit.locks import FORMATS, read_lock
from fixcards.audit.target import TargetChoice, this_platform, this_python
from fixcards.errors import FixcardsError
from tests.audit.samples import LINUX_312, versions

UV = """
version = 1
revision = 3
requires-python = ">=3.9"
resolution-markers = ["python_full_version >= '3.10'", "python_full_version < '3.10'"]

[[package]]
name = "app"
version = "0.1"
source = { virtual = "." }
dependencies = [
    { name = "numpy", version = "1.26.0", source = { registry = "r" }, marker = "python_full_version < '3.10'" },
    { name = "numpy", version = "2.2.0", source = { registry = "r" }, marker = "python_full_version >= '3.10'" },
    { name = "colorama", marker = "sys_platform == 'win32'" },
    { name = "requests", extra = ["socks"] },
]

[package.optional-dependencies]
plot = [{ name = "matplotlib" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }]

[package.metadata]
requires-dist = [
    { name = "numpy", specifier = ">=1" },
    { name = "matplotlib", marker = "extra == 'plot'", specifier = "<4" },
]

[package.metadata.requires-dev]
dev = [{ name = "pytest" }]

[[package]]
name = "colorama"
version = "0.4.6"
source = { registry = "r" }
sdist = { url = "x", hash = "sha256:0" }
wheels = [
    { url = "x", hash = "sha256:0" },
]

[[package]]
name = "matplotlib"
version = "3.9.0"
source = { registry = "r" }

[[package]]
name = "numpy"
version = "1.26.0"
source = { registry = "r" }

[[package]]
name = "numpy"
version = "2.2.0"
source = { registry = "r" }

[[package]]
name = "orphan"
version = "1.0"
source = { registry = "r" }

[[package]]
name = "pysocks"
version = "1.7.1"
source = { registry = "r" }

[[package]]
name = "pytest"
version = "8.0.0"
source = { registry = "r" }

[[package]]
name = "requests"
version = "2.32.0"
source = { registry = "r" }

[package.optional-dependencies]
security = [{ name = "orphan" }]
socks = [{ name = "pysocks" }]
""".lstrip()


def read(text: str, name: str, choice: TargetChoice = TargetChoice()):  # noqa: B008 - a tuple
    return read_lock(text.encode(), name, choice, name)


def test_of_a_universal_uv_lock_each_target_has_what_its_project_reaches_there() -> None:
    audited = read(UV, "uv.lock")
    common = {"matplotlib": "3.9.0", "pysocks": "1.7.1", "pytest": "8.0.0", "requests": "2.32.0"}
    assert versions(audited, "3.9", "linux") == {**common, "numpy": "1.26.0"}
    assert versions(audited, "3.12", "linux") == {**common, "numpy": "2.2.0"}
    assert versions(audited, "3.12", "windows") == {**common, "colorama": "0.4.6", "numpy": "2.2.0"}
    assert {target.platform for target in audited.targets} == {"linux", "macos", "windows"}
    assert min(audited.targets, key=lambda each: int(each.python[2:])).python == "3.9"


def test_a_release_of_a_lock_has_the_line_of_its_name_though_lists_of_files_are_cut_out() -> None:
    audited = read(UV, "uv.lock", LINUX_312)
    lines = UV.splitlines()
    for environment in audited.environments:
        for release, *_ in environment.releases.values():
            assert lines[release.line - 1] == f'name = "{release.name}"'
            assert lines[release.line] == f'version = "{release.version}"'


def test_the_requirements_of_a_uv_project_are_what_its_lock_was_made_from() -> None:
    assert read(UV, "uv.lock").roots == ("numpy>=1", "matplotlib<4", "pytest")


def test_extras_of_a_uv_project_that_exclude_each_other_are_looked_at_one_by_one() -> None:
    text = """
version = 1
requires-python = "==3.12.*"
conflicts = [[{ package = "app", extra = "old" }, { package = "app", extra = "new" }]]

[[package]]
name = "app"
source = { editable = "." }

[package.optional-dependencies]
old = [{ name = "lamp", version = "1.0", marker = "extra == 'extra-3-app-old'" }]
new = [{ name = "lamp", version = "2.0", marker = "extra == 'extra-3-app-new'" }]

[[package]]
name = "lamp"
version = "1.0"

[[package]]
name = "lamp"
version = "2.0"
"""
    audited = read(text.lstrip(), "uv.lock", LINUX_312)
    assert [
        sorted(release.version for of_name in each.releases.values() for release in of_name)
        for each in audited.environments
    ] == [[], ["2.0"], ["1.0"]]


def test_packages_of_a_uv_lock_from_a_repository_are_named_and_not_guessed_at() -> None:
    text = """
version = 1
requires-python = ">=3.12"

[[package]]
name = "app"
source = { virtual = "." }
dependencies = [{ name = "lamp" }]

[[package]]
name = "lamp"
source = { git = "https://example.org/lamp" }
"""
    audited = read(text.lstrip(), "uv.lock", LINUX_312)
    assert audited.without_release == ("lamp",)
    assert audited.size == 0


PYLOCK = """
lock-version = "1.0"
requires-python = ">=3.11"
environments = ["sys_platform == 'linux'", "sys_platform == 'win32'"]
extras = ["plot"]
dependency-groups = ["dev"]
created-by = "hand"

[[packages]]
name = "numpy"
version = "2.0.0"
marker = "'plot' in extras and sys_platform == 'win32'"
wheels = [{ url = "x", hashes = { sha256 = "0" } }]

[[packages]]
name = "pytest"
version = "8.0.0"
marker = "'dev' in dependency_groups"

[[packages]]
name = "tomli"
version = "2.0.0"
requires-python = "<3.12"

[[packages]]
name = "here"
directory = { path = "." }

[[packages]]
name = "lamp"
vcs = { type = "git", url = "https://example.org/lamp" }
"""


def test_a_pylock_is_read_with_all_its_extras_and_groups_for_the_environments_that_it_names() -> None:
    audited = read(PYLOCK, "pylock.toml")
    assert versions(audited, "3.11", "windows") == {"numpy": "2.0.0", "pytest": "8.0.0", "tomli": "2.0.0"}
    assert versions(audited, "3.12", "linux") == {"pytest": "8.0.0"}
    assert {target.platform for target in audited.targets} == {"linux", "windows"}
    assert audited.without_release == ("here", "lamp")


@pytest.mark.parametrize("name", ["pylock.toml", "pylock.dev.toml"])
def test_a_pylock_may_have_a_name(name: str) -> None:
    assert read(PYLOCK, name).kind == "pylock.toml"


POETRY = """
# This file is automatically @generated by Poetry 2.1.3 and should not be changed by hand.

[[package]]
name = "colorama"
version = "0.4.6"
description = ""
optional = false
python-versions = "!=3.0.*,>=2.7"
groups = ["main"]
markers = "sys_platform == \\"win32\\""
files = [
    {file = "x.whl", hash = "sha256:0"},
]

[[package]]
name = "numpy"
version = "1.26.0"
python-versions = ">=3.9"
groups = ["main", "dev"]
markers = {main = "python_version < \\"3.12\\"", dev = "python_version < \\"3.10\\""}

[[package]]
name = "numpy"
version = "2.2.0"
python-versions = ">=3.10"
groups = ["main"]
markers = "python_version >= \\"3.12\\""

[[package]]
name = "lamp"
version = "1.0"
python-versions = "*"

[package.source]
type = "git"
url = "https://example.org/lamp"

[metadata]
lock-version = "2.1"
python-versions = "^3.10"
"""


def test_of_a_poetry_lock_each_package_is_where_its_markers_say() -> None:
    audited = read(POETRY.lstrip(), "poetry.lock")
    assert versions(audited, "3.11", "linux") == {"numpy": "1.26.0"}
    assert versions(audited, "3.12", "windows") == {"colorama": "0.4.6", "numpy": "2.2.0"}
    assert "3.9" not in {target.python for target in audited.targets}
    assert audited.without_release == ("lamp",)


PDM = """
# This file is @generated by PDM.

[metadata]
groups = ["default"]
strategy = ["inherit_metadata"]

[[metadata.targets]]
requires_python = ">=3.10,<3.13"

[[package]]
name = "tomli"
version = "2.0.1"
requires_python = ">=3.8"
groups = ["default"]
marker = "python_version < \\"3.11\\""
files = [
    {file = "x.whl", hash = "sha256:0"},
]

[[package]]
name = "lamp"
version = "1.0"
requires_python = ">=3.12"
groups = ["default"]
"""


def test_of_a_pdm_lock_each_package_is_where_its_marker_and_its_interpreters_are() -> None:
    audited = read(PDM.lstrip(), "pdm.lock")
    assert versions(audited, "3.10", "linux") == {"tomli": "2.0.1"}
    assert versions(audited, "3.12", "macos") == {"lamp": "1.0"}
    assert {target.python for target in audited.targets} == {"3.10", "3.11", "3.12"}


PIPFILE = """
{
    "_meta": {"hash": {"sha256": "0"}, "requires": {"python_version": "3.11"}, "sources": []},
    "default": {
        "colorama": {
            "hashes": [],
            "markers": "sys_platform == 'win32'",
            "version": "==0.4.6"
        },
        "lamp": {
            "git": "https://example.org/lamp",
            "ref": "0"
        }
    },
    "develop": {
        "pytest": {
            "hashes": [],
            "version": "==8.0.0"
        }
    }
}
"""


def test_a_pipfile_lock_is_for_the_interpreter_that_it_names() -> None:
    audited = read(PIPFILE, "Pipfile.lock", TargetChoice("", "linux"))
    assert versions(audited, "3.11", "linux") == {"pytest": "8.0.0"}
    assert audited.without_release == ("lamp",)
    (release,) = audited.environments[0].releases["pytest"]
    assert '"pytest"' in PIPFILE.splitlines()[release.line - 1]


REQUIREMENTS = """
# This file was autogenerated by uv via the following command:
#    uv pip compile --python-version 3.11 requirements.in
--index-strategy first-index
Flask[async]==2.2.2 \\
    --hash=sha256:0000 \\
    --hash=sha256:1111
    # via app
tomli==2.0.1 ; python_full_version < '3.11'
werkzeug == 3.0.1 --hash=sha256:2
lamp @ https://example.org/lamp-1.2.0-py3-none-any.whl
wick @ git+https://example.org/wick
loose>=1
-e ./here#egg=here
"""


def test_pinned_requirements_are_read_with_hashes_markers_extras_and_wheels_by_address() -> None:
    audited = read(REQUIREMENTS, "requirements.txt", TargetChoice("", "linux"))
    assert versions(audited, "3.11") == {"flask": "2.2.2", "werkzeug": "3.0.1", "lamp": "1.2.0"}
    assert audited.without_release == ("wick", "loose", "here")
    (flask,) = audited.environments[0].releases["flask"]
    assert REQUIREMENTS.splitlines()[flask.line - 1].startswith("Flask")


def test_requirements_that_name_no_interpreter_are_for_this_one() -> None:
    (target,) = read("flask==2.2.2\n", "requirements.txt").targets
    assert target == (this_python(), this_platform())


def test_requirements_without_a_release_are_an_error_that_says_what_to_do() -> None:
    with pytest.raises(FixcardsError, match=r"requirements\.txt: no requirement has an exact release; compile them"):
        read("flask>=2\n", "requirements.txt")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("flask==2.2.2\nwerkzeug==3.0.1\n", "requirements"),
        ('[{"name": "Flask", "version": "2.2.2"}, {"name": "werkzeug", "version": "3.0.1"}]', "pip list --format json"),
        ("Package  Version\n-------- -------\nFlask    2.2.2\nWerkzeug 3.0.1\n", "list of packages"),
        (UV, "uv.lock"),
        (PYLOCK, "pylock.toml"),
        (POETRY.lstrip(), "poetry.lock"),
        (PDM.lstrip(), "pdm.lock"),
        (PIPFILE, "Pipfile.lock"),
    ],
)
def test_standard_input_has_the_format_that_its_text_shows(text: str, kind: str) -> None:
    audited = read_lock(text.encode(), "standard input", LINUX_312)
    assert audited.kind == kind
    if "lask" in text:
        assert versions(audited) == {"flask": "2.2.2", "werkzeug": "3.0.1"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("uv.lock", "version = [", "is no TOML"),
        ("uv.lock", "version = 2\n", "is of version 2, of which this fixcards can read 1 alone"),
        ("uv.lock", 'version = 1\n[[package]]\nversion = "1"\n', "has a package without a name"),
        ("uv.lock", 'version = 1\npackage = "x"\n', "`package` is no list of tables"),
        ("uv.lock", 'version = 1\n[[package]]\nname = "a"\nversion = 1\n', "the version of a is no text"),
        ("pylock.toml", 'lock-version = "2.0"\n', "is of version 2.0"),
        ("Pipfile.lock", "{", "is no JSON"),
        ("Pipfile.lock", "[]", "has no groups"),
        ("notes.txt", "hello", "is no lock that fixcards knows"),
    ],
)
def test_a_file_that_is_no_lock_is_one_line_with_its_name(name: str, text: str, message: str) -> None:
    with pytest.raises(FixcardsError) as error:
        read(text, name)
    assert str(error.value).startswith(f"{name}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_bytes_that_are_no_text_are_an_error() -> None:
    with pytest.raises(FixcardsError, match="not UTF-8"):
        read_lock(b"\xff\xfe\x00", "uv.lock", LINUX_312)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    text = "\ufeff" + UV.replace("\n", "\r\n")
    assert versions(read(text, "uv.lock", LINUX_312)) == versions(read(UV, "uv.lock", LINUX_312))


def test_a_marker_that_cannot_be_read_leaves_its_package_in() -> None:
    assert versions(read("flask==2.2.2 ; what is this\n", "requirements.txt", LINUX_312)) == {"flask": "2.2.2"}


def test_formats_have_names_of_their_own() -> None:
    assert len({each.name for each in FORMATS}) == len(FORMATS)
