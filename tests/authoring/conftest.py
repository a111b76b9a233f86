from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from fixcards.verify.card_runner import RunSettings
from tests.verify.conftest import LocalIndex, bubblewrap  # noqa: F401 - a fixture
from tests.verify.packages import offer_source, offer_wheel

USES_HELPER = "from part import helper\n\n\ndef run():\n    return helper()\n"
FAILS_TO_BUILD = "print('compiling')\nraise AttributeError('cython_sources of built are gone')\n"


@pytest.fixture(scope="package")
def index():
    """An index on which demo 1.1 and 1.2 fail with part 2, 1.0 does without it, and 2.0 works with both."""
    index = LocalIndex()
    for version, text in {"1.0": "", "1.1": USES_HELPER, "1.2": USES_HELPER, "2.0": "import part\n"}.items():
        offer_wheel(index, "demo", version, {"demo/__init__.py": text}, requires=("part",))
    for version, text in {"1.0": "", "1.1": "", "2.0": "#", "2.1": "#"}.items():
        offer_wheel(index, "part", version, {"part.py": f"{text}helper = dict\n"})
    strict = {"1.0": "assert not __name__, 'one class too many'\n", "1.5": "answer = 41\n", "2.0": "answer = 42\n"}
    for version, text in strict.items():
        offer_wheel(index, "strict", version, {"strict.py": text})
    for version in ("1.0", "1.1"):
        offer_source(index, "built", version, FAILS_TO_BUILD)
    offer_wheel(index, "built", "2.0", {"built.py": ""})
    yield index
    index.server.shutdown()
    index.server.server_close()


@pytest.fixture(scope="package")
def settings(index, bubblewrap):  # noqa: F811
    """A cache that these tests share: what one has run, the next ones need not run again."""
    folder = Path(tempfile.mkdtemp(prefix="fixcards-tests-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_DEFAULT_INDEX", index.url)
        patch.setenv("FIXCARDS_CACHE", str(folder / "user-cache"))
        yield RunSettings(folder / "cache", "bubblewrap")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "cards"
    folder.mkdir()
    return folder
