from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fixcards.authoring.form import read_form
from fixcards.authoring.report import Report, checked_python, checked_requirement, mentioned, of_text
from fixcards.authoring.script_file import read_code, read_script
from fixcards.errors import FixcardsError

from .tracker_server import BODY, TRACEBACK

FORM = f"""### Package

Flask

### Release that fails

1.1.2

### Python

3.9.18 (Debian)

### Other packages

```text
itsdangerous==2.1.0
Jinja2==3.1.2
```

### Whole output

```text
$ python app.py
### Package
not a heading, for it stands in the output
{TRACEBACK}```

### Upstream issue

See https://github.com/pallets/itsdangerous/issues/289.
"""


def test_a_pasted_failure_gives_package_releases_and_interpreter() -> None:
    report = of_text(BODY + "python 3.9.7\n")
    assert report.package == "flask"
    assert report.releases == {"flask": "1.1.2", "itsdangerous": "2.1.0"}
    assert report.python == "==3.9.*"
    assert mentioned(report.failure, ("itsdangerous", "flask", "jinja2")) == ["itsdangerous", "flask"]


def test_a_module_with_a_name_of_its_own_is_traced_to_its_distribution() -> None:
    text = TRACEBACK.replace("flask/json", "yaml").replace("dist-packages/itsdangerous", "dist-packages/PIL")
    report = of_text(text.replace("'itsdangerous'", "'PIL.Image'") + "PyYAML==5.4\nPillow 10.0.0\n")
    assert report.package == "pyyaml"
    assert mentioned(report.failure, ("pillow", "pyyaml")) == ["pillow", "pyyaml"]


def test_a_text_without_a_frame_of_a_library_names_no_package() -> None:
    assert of_text("ValueError: wrong\n").package is None
    with pytest.raises(FixcardsError, match="there is no text in it; paste the whole output"):
        of_text("  \n")


def test_a_form_gives_everything_that_was_filled_in() -> None:
    report = read_form(FORM.replace("\n", "\r\n"))
    assert report.package == "flask"
    assert report.requires == ("flask==1.1.2",)
    assert report.python == "==3.9.*"
    assert report.releases == {"itsdangerous": "2.1.0", "jinja2": "3.1.2"}
    assert report.url == "https://github.com/pallets/itsdangerous/issues/289"
    assert "not a heading" in report.text
    assert "```" not in report.text


def test_a_form_with_the_headings_in_short_and_no_link_is_read_too() -> None:
    short = (
        FORM.replace("Release that fails", "Release")
        .replace("Whole output", "Output")
        .replace("Upstream issue", "Link")
    )
    report = read_form(short.replace("See https://github.com/pallets/itsdangerous/issues/289.", "_No response_"))
    assert report.url is None
    assert report.requires == ("flask==1.1.2",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("It does not work", "the form has no answer for: package, output"),
        (FORM.replace("Flask", "_No response_"), "no answer for: package;"),
        (FORM.replace("Flask", "flask @ https://evil.example/x.whl"), "installs from an address"),
        (FORM.replace("Flask", "$(rm -rf ~)"), "is no requirement"),
        (FORM.replace("Flask", "-r /etc/passwd"), "is no requirement"),
    ],
)
def test_a_form_that_is_none_or_asks_for_something_else_is_refused(text: str, message: str) -> None:
    with pytest.raises(FixcardsError, match=message):
        read_form(text)


SCRIPT = """#!/usr/bin/env python
# /// script
# requires-python = ">=3.8,<3.10"
# dependencies = [
#   "flask==1.1.2",
#   "itsdangerous==2.1.0",
# ]
#
# [tool.uv]
# exclude-newer = "2022-03-01T00:00:00Z"
# ///
import flask
"""


def test_inline_metadata_of_a_script_is_used_and_taken_out_of_the_code(tmp_path: Path) -> None:
    path = tmp_path / "repro.py"
    path.write_text("\ufeff" + SCRIPT.replace("\n", "\r\n"), encoding="utf-8")
    report = read_script(path)
    assert report.requires == ("flask==1.1.2", "itsdangerous==2.1.0")
    assert report.python == ">=3.8,<3.10"
    assert report.exclude_newer == date(2022, 2, 28)
    assert report.code == "#!/usr/bin/env python\nimport flask\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no code"),
        ("def f(:\n", "is no Python"),
        ("# /// script\n# dependencies = [\n# ///\nimport a\n", "is no TOML"),
        ("# /// script\n# dependencies = 5\n# ///\nimport a\n", "is no list of texts"),
        ('# /// script\n# requires-python = ["3.8"]\n# ///\nimport a\n', "is no text"),
        (
            "# /// script\n# ///\n" * 0 + "# /// script\n# a = 1\n# ///\n\n# /// script\n# a = 1\n# ///\nimport a\n",
            "more than one",
        ),
        (
            '# /// script\n# dependencies = ["a @ https://evil.example/x"]\n# ///\nimport a\n',
            "installs from an address",
        ),
    ],
)
def test_a_script_that_can_not_be_used_says_why(text: str, message: str) -> None:
    with pytest.raises(FixcardsError, match=message):
        read_code(text, "repro.py")


def test_a_script_that_is_no_small_text_file_says_why(tmp_path: Path) -> None:
    path = tmp_path / "repro.py"
    with pytest.raises(FixcardsError, match=r"repro\.py: can't be read: No such file"):
        read_script(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(FixcardsError, match="is not UTF-8"):
        read_script(path)
    path.write_text("x = 1\n" * 20_000)
    with pytest.raises(FixcardsError, match="has more than 32,768 bytes; cut it down"):
        read_script(path)


def test_what_was_typed_counts_before_what_a_text_says() -> None:
    typed = Report(requires=("flask==1.0",), package="flask")
    other = Report(requires=("flask==2.0", "jinja2<3"), package="jinja2", code="import flask\n", url="https://a.b/1")
    joined = typed.filled_from(other)
    assert joined.requires == ("flask==1.0", "jinja2<3")
    assert (joined.package, joined.code, joined.url) == ("flask", "import flask\n", "https://a.b/1")


@pytest.mark.parametrize(
    ("text", "specifier"), [("3.9", "==3.9.*"), ("3.12.4", "==3.12.*"), (" >=3.8,<3.12 ", ">=3.8,<3.12")]
)
def test_a_python_is_named_by_its_number_or_a_range(text: str, specifier: str) -> None:
    assert checked_python(text) == specifier


def test_what_is_no_python_or_no_requirement_is_refused_with_an_example() -> None:
    with pytest.raises(FixcardsError, match=r"names no Python; write 3\.9 or a range"):
        checked_python("python3")
    with pytest.raises(FixcardsError, match="is no requirement; write it as pip does"):
        checked_requirement("flask=1")
