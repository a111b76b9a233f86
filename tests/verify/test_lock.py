from __future__ import annotations

from datetime import date

import pytest

from fixcards.verify.index_client import IndexClient
from fixcards.verify.lock import LockedRelease, check_lock, lock_text, parse_lock
from fixcards.verify.unavailable import EnvironmentUnavailable

from .packages import offer_wheel

DIGEST = "0" * 64
LINE = f"demo==1.0 \\\n    --hash=sha256:{DIGEST}\n"


def test_a_lock_is_read_and_written_alike():
    releases = [LockedRelease("demo", "1.0", (DIGEST, "1" * 64)), LockedRelease("other", "2!1.0+x", ("2" * 64,))]
    assert parse_lock(lock_text(releases)) == releases


@pytest.mark.parametrize(
    "text",
    [
        "--index-url http://evil.example/simple\n" + LINE,
        LINE + "--extra-index-url http://evil.example/simple\n",
        "-r /etc/passwd\n",
        f"demo @ http://evil.example/demo.whl \\\n    --hash=sha256:{DIGEST}\n",
        f"demo==1.0 ; python_version > '3' \\\n    --hash=sha256:{DIGEST}\n",
        f"demo==1.0 \\\n    --hash=md5:{DIGEST}\n",
        "demo==1.0\n",
        "demo==1.0 \\\n",
        LINE + LINE,
        LINE + f"DEMO==2.0 \\\n    --hash=sha256:{DIGEST}\n",
        f"demo==1.0 \\\n    --hash=sha256:{DIGEST} --config-settings=x\n",
        f"demo==not-a-version \\\n    --hash=sha256:{DIGEST}\n",
        f"demo=={'1' * 200} \\\n    --hash=sha256:{DIGEST}\n",
        f"$HOME==1.0 \\\n    --hash=sha256:{DIGEST}\n",
        "# comment\n" + LINE,
        "\x00" + LINE,
    ],
)
def test_a_lock_with_anything_else_is_refused(text, local_index):
    with pytest.raises(EnvironmentUnavailable, match=r"^build: it left a lock that can't be right: "):
        check_lock(text, ["demo"], None, IndexClient([local_index.url]))


def test_a_lock_is_compared_with_the_requirements_the_day_and_the_index(local_index):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": ""})
    offer_wheel(local_index, "demo", "2.0", {"demo.py": "x = 2\n"})
    client = IndexClient([local_index.url])
    one, two = (
        client.project(local_index.url, "demo").files[f"demo-{n}-py3-none-any.whl"].sha256 for n in ("1.0", "2.0")
    )
    good = lock_text([LockedRelease("demo", "1.0", (one,))])
    assert check_lock(good, ["Demo==1.0"], date(2023, 5, 6), client) == good
    for text, requires, day, message in (
        (good, ["demo==2.0"], None, "demo==2.0 does not allow 1.0"),
        (good, ["demo", "other"], None, "other is missing"),
        (good, ["demo"], date(2023, 5, 4), "demo-1.0-py3-none-any.whl is newer than 2023-05-04"),
        (good.replace(one, two), ["demo"], None, "no file of demo 1.0 with the hash"),
        (good.replace("==1.0", "==3.0"), ["demo"], None, "the index offers no demo 3.0"),
        (good + lock_text([LockedRelease("more", "1.0", (DIGEST,))]), ["demo"], None, "the index offers no more 1.0"),
    ):
        with pytest.raises(EnvironmentUnavailable, match=message):
            check_lock(text, requires, day, client)
