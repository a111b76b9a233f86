"""The other two ways in, and a cluster: uploads since a day, suspected pairs, a Dask scheduler."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.scout.runs.test_scout_packages import (
    NEW,
    NEWER,
    OLD,
    WITHOUT_NAME,
    command,
    findings,
    offer_app,
    offer_shapes,
    report,
    scout,
)
from tests.verify.test_session import DASK_SCHEDULER, DASK_WORKER

HEAD = "package\taffected\tpartner\tworks_with\tsource\n"


def pairs(*lines: str) -> str:
    Path("pairs.tsv").write_text(HEAD + "".join(f"{line}\n" for line in lines))
    return "pairs.tsv"


def test_a_suspected_pair_is_confirmed_and_names_the_list(index):
    offer_shapes(index, "from os import path\n" + WITHOUT_NAME, WITHOUT_NAME)
    offer_app(index, "walls", "from shapes import area\n")
    offer_app(index, "walls", "import shapes\n", version="1.1", day=NEWER)
    done = scout(pairs("walls\t<1.1\tshapes\t<2\tconda-forge: walls.yaml"), way="pairs")
    assert done.returncode == 1, done.stderr
    (finding,) = findings()
    assert (finding.package, finding.release, finding.culprit.first_bad) == ("walls", "1.0", "2.0")
    assert finding.listed == "conda-forge: walls.yaml"
    assert report()["on_public_lists"] == 1


def test_a_sound_pair_and_one_that_the_package_itself_refuses_are_not_broken(index):
    offer_shapes(index, WITHOUT_NAME)
    offer_app(index, "walls", "from shapes import edge\n")
    index.offer("doors", "1.0", OLD, {"doors.py": "from shapes import area\n"}, requires=("shapes<2",))
    done = scout(pairs("walls\t\tshapes\t<2\tx", "doors\t\tshapes\t<2\tx"), way="pairs")
    assert done.returncode == 0, done.stderr
    assert "broken" not in report()["outcomes"]
    assert report()["outcomes"]["passes"] == 1


def test_a_package_that_uses_setuptools_without_declaring_it_is_tried_beside_it(index):
    offer_shapes(index, "from os import path\n" + WITHOUT_NAME, WITHOUT_NAME)
    offer_app(index, "walls", "from shapes import area\nimport pkg_resources\n")
    index.offer("setuptools", "60.0", OLD, {"pkg_resources.py": "A = 1\n"})
    index.offer("setuptools", "82.0", OLD, {"setuptools.py": "A = 1\n"})
    scout(pairs("walls\t\tshapes\t<2\tx"), way="pairs")
    seeded = sys.version_info < (3, 12)  # what `venv` installed by itself
    assert [(each.culprit.package, each.culprit.first_bad) for each in findings()] == [("shapes", "2.0")] * seeded


def test_a_file_of_pairs_that_is_wrong_is_refused_with_its_line(index):
    done = scout(pairs("walls\t\tshapes\t2\tx"), way="pairs")
    assert done.returncode == 2
    assert "pairs.tsv:2: " in done.stderr
    Path("pairs.tsv").write_text("walls shapes\n")
    assert "the first line must be the columns package affected partner" in scout("pairs.tsv", way="pairs").stderr


def test_an_upload_is_tried_against_those_that_depend_on_it_and_no_others(index):
    offer_shapes(index, WITHOUT_NAME)
    offer_app(index, "walls", "from shapes import area\n")
    index.offer("doors", "1.0", OLD, {"doors.py": "A = 1\n"})
    done = scout("walls", "doors", "--since", NEW[:8] + "01", way="releases")
    assert done.returncode == 0, done.stderr  # shapes 2.0 was uploaded a month before
    Path("out/journal.jsonl").unlink()
    done = scout("walls", "doors", "--since", "2025-05-10", way="releases")
    assert done.returncode == 1, done.stderr
    (finding,) = findings()
    assert (finding.package, finding.culprit.first_bad, finding.culprit.first_bad_uploaded.isoformat()) == (
        "walls",
        "2.0",
        "2025-05-10",
    )
    assert report()["outcomes"] == {"broken": 1, "unchanged": 1}


def test_a_run_that_is_done_makes_room_for_that_of_the_next_day(index):
    index.offer("walls", "1.0", OLD, {"walls.py": "A = 1\n"})
    index.offer("walls", "1.1", NEW, {"walls.py": "from json import no_such_name\n"})
    assert scout("walls", way="releases", today="2025-06-09").returncode == 0
    assert scout("walls", way="releases", today="2025-06-10").returncode == 1
    assert Path("out/journal-2025-06-09.jsonl").exists()


def test_a_new_release_is_compared_with_the_one_before_it(index):
    index.offer("walls", "1.0", OLD, {"walls.py": "A = 1\n"})
    index.offer("walls", "1.1", NEW, {"walls.py": "from json import no_such_name\n"})
    done = scout("walls", "--since", NEW, way="releases")
    assert done.returncode == 1, done.stderr
    (finding,) = findings()
    assert (finding.kind, finding.culprit.first_bad) == ("release", "1.1")


def test_a_cluster_gives_the_same_report_though_a_worker_dies(index, tmp_path):
    offer_shapes(index, WITHOUT_NAME)
    for number in range(4):
        offer_app(index, f"app{number}", "import time\ntime.sleep(1)\nfrom shapes import area\n")
    names = [f"app{number}" for number in range(4)]
    assert scout(*names, "--no-newest").returncode == 1
    local = Path("out/report.json").read_bytes()
    Path("out/journal.jsonl").unlink()
    file = tmp_path / "scheduler.json"
    scheduler = subprocess.Popen(
        [sys.executable, *DASK_SCHEDULER, "--scheduler-file", str(file)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    workers = []
    try:
        while not (file.exists() and file.read_text().strip()):
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        for name in ("a", "b"):
            arguments = [*DASK_WORKER, "--name", name, "--local-directory", str(tmp_path / "dask"), address]
            workers.append(
                subprocess.Popen(
                    [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )  # fmt: skip
        time.sleep(5)
        client = subprocess.Popen(
            command(*names, "--no-newest", "--scheduler", address), stderr=subprocess.PIPE, text=True
        )
        journal = Path("out/journal.jsonl")
        while not (journal.exists() and journal.read_text().count("\n") >= 2):
            assert client.poll() is None
            time.sleep(0.1)
        os.killpg(workers[0].pid, signal.SIGKILL)
        _, errors = client.communicate(timeout=240)
        assert client.returncode == 1, errors
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()
    assert Path("out/report.json").read_bytes() == local
