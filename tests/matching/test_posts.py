"""What people paste, one small text for each way in which an answer went wrong; the vectors hold it for the browser."""

from __future__ import annotations

import pytest

from fixcards.matching.parse.parser import parse
from fixcards.matching.score.matcher import match
from tests.matching.samples import TEXTS, index

EXPECTED: dict[str, tuple[str, str] | None] = {
    "post-foreign-frames": ("onnx-4222", "possible"),
    "post-frames-of-a-dependency": ("typer-1145", "possible"),
    "post-message-of-a-dependency": ("moviepy-2002", "possible"),
    "post-title-before-the-traceback": ("moviepy-2002", "possible"),
    "post-value-out-of-range": None,
    "post-value-missing": None,
    "post-value-in-range": ("requests-7219", "likely"),
    "post-line-goes-on": None,
    "post-line-goes-on-in-docker": None,
    "post-advice": ("flask-2789", "possible"),
    "post-advice-to-install": ("flask-login-744", "possible"),
    "post-without-the-path": ("flask-2789", "likely"),
    "post-twins": ("flake8-1701", "possible"),
    "post-twins-by-source": ("kombu-1620", "likely"),
    "post-twins-by-path": ("kombu-1620", "likely"),
    "post-other-interpreter": None,
    "post-pytest-header": None,
    "post-own-assertion": None,
    "post-usage": None,
    "post-log-line": None,
    "post-pip-log": None,
    "post-cut-before-the-message": ("aioredis-1443", "possible"),
    "post-line-before": ("pyopenssl-1179", "likely"),
    "post-slip-in-the-class": ("kombu-1620", "likely"),
    "post-long-line": ("onnx-4222", "possible"),
    "post-package-in-a-list": ("pandas-51015", "likely"),
    "post-frames-but-not-affected": ("pydantic-9607", "possible"),
    "post-colab-links": ("openai-1902", "possible"),
    "post-editor-links": ("pandas-51015", "exact"),
    "post-own-script": ("pydantic-9607", "likely"),
    "post-keyword": ("taper-7", "possible"),
    "post-without-class": ("pip-tools-2319", "likely"),
    "post-fatal": ("docker-3256", "likely"),
    "post-releases-in-words": None,
    "post-quoted-in-a-sentence": ("bcrypt-684", "likely"),
    "post-cause-alone": ("wax-1", "likely"),
    "post-cause-under-a-stranger": ("wax-1", "likely"),
    "post-cause-under-a-victim": ("taper-7", "exact"),
    "post-module-of-python": ("python-3", "likely"),
    "post-module-of-an-older-python": None,
    "post-cut-below-its-title": ("taper-7", "exact"),
    "post-chain-in-one-line": ("taper-7", "exact"),
    "post-version-in-bold": None,
    "post-function": ("python-3", "likely"),
    "post-py-spy": None,
    "post-threads": ("aioredis-1443", "possible"),
    "post-from-python-to-python": ("pandas-59052", "likely"),
    "post-similar-message": ("jsonschema-1", "possible"),
    "post-own-class": ("snuffer-4", "possible"),
    "post-own-import": ("snuffer-4", "possible"),
    "post-own-variable": ("snuffer-4", "possible"),
    "post-called-module": ("snuffer-4", "possible"),
    "post-imported-from-the-package": ("snuffer-4", "likely"),
    "post-other-names": ("snuffer-4", "possible"),
    "post-own-subclass": ("snuffer-4", "likely"),
    "post-base-of-the-package": ("snuffer-4", "likely"),
    "post-our-class": ("snuffer-4", "possible"),
    "post-class-behind-a-word": ("taper-7", "exact"),
    "post-suggestion": ("bcrypt-684", "likely"),
    "post-form": None,
    "post-wheel-of-pex": ("taper-7", "exact"),
    "post-sure-alias": ("pydantic-2776", "likely"),
    "post-form-without-an-answer": ("pip-tools-2319", "likely"),
    "post-named-after-of": ("pip-tools-2319", "likely"),
    "post-plain-start": ("pydantic-9607", "possible"),
    "post-number-first": ("flask-2789", "possible"),
    "post-release-in-a-sentence": ("bcrypt-684", "possible"),
    "post-own-function": ("setuptools-4483", "possible"),
    "post-from-one-release-to-another": ("openai-1902", "likely"),
    "post-bold": ("wax-1", "possible"),
    "post-indented-notebook": ("taper-7", "exact"),
    "post-sentry": ("aioredis-1443", "exact"),
    "post-cure-below-it": ("taper-7", "exact"),
    "post-copy-inside": ("wax-1", "likely"),
    "post-broken-line": ("pydantic-2776", "likely"),
    "post-announced-by-an-earlier-release": ("wax-1", "possible"),
    "post-plugins-behind-times": ("pytest-asyncio-737", "likely"),
    "post-nix": ("taper-7", "exact"),
    "post-removed-in-words": ("python-3", "possible"),
    "post-removed-in-a-sentence": ("python-3", "possible"),
    "post-removed-and-a-cut-traceback": ("python-3", "possible"),
    "post-import-error": ("python-3", "likely"),
    "post-message-after-a-warning": ("multidict-1117", "likely"),
    "post-indented-pytest": ("wax-1", "likely"),
    "post-without-the-last-mark": ("requests-7219", "likely"),
    "post-isolated-build": ("wax-1", "likely"),
    "post-interrupted": ("pydantic-2776", "possible"),
    "post-another-end": None,
    "post-common-words": None,
}


def test_every_post_has_an_expectation() -> None:
    assert set(EXPECTED) == {name for name in TEXTS if name.startswith("post-")}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_post_gets_the_answer_that_helps(name: str) -> None:
    matches = match(parse(TEXTS[name]), index())
    answer = (matches[0].entry.id, matches[0].tier) if matches else None
    assert answer == EXPECTED[name]


def test_of_a_module_that_python_no_longer_has_the_traceback_needs_no_frame_of_its_package() -> None:
    best = match(parse(TEXTS["post-module-of-python"]), index())[0]
    assert best.reasons == ("same exception and message", "you seem to have python 3.13, which is affected")
    assert [fix.title for fix in best.fixes] == [
        "Install standard-sconces",
        "Upgrade the package whose frame is innermost",
    ]


def test_a_warning_that_an_earlier_release_prints_is_no_sign_of_another_cause() -> None:
    best = match(parse(TEXTS["post-announced-by-an-earlier-release"]), index())[0]
    assert best.warning == ""


def test_what_starts_a_build_in_another_process_is_no_package_of_the_failure() -> None:
    best = match(parse(TEXTS["post-isolated-build"]), index())[0]
    assert best.reasons == ("same exception and message",)
