"""The engine alone: plain tasks, no cards, no MkDocs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from fixcards.build.incremental_build import BuildResult, IncrementalBuild, OutputWriter
from fixcards.build.page import DataFile, Page
from fixcards.build.page_frame import PageFrame
from fixcards.build.task import BuildTask, Output
from fixcards.cache import CacheFile
from fixcards.worker_pool import MIN_PARALLEL_ITEMS, WorkerPool
from tests.sites import REPOSITORY, tree

MANY = MIN_PARALLEL_ITEMS + 150
Texts = dict[str, str]


def render(page: Page, url: str) -> str:
    return f"<title>{page.title}</title><link href='{url}'><nav>the frame</nav>{page.body()}"


def outputs(name: str, text: str, settings: str) -> Iterator[Output]:
    """Yield a page and a file of a task; the log in the folder `settings` says that it ran."""
    with Path(settings, "log").open("a", encoding="utf-8") as log:
        log.write(f"{name}\n")
    yield Page(name, name.title(), "", lambda: f"<p>{text}</p>")
    yield DataFile(f"{name}/data.txt", text.encode())


def task(name: str, text: str) -> BuildTask:
    return BuildTask(name, text.encode(), partial(outputs, name, text), Page(name, "", "", str).kind)


def tasks(texts: Texts) -> list[BuildTask]:
    return [task(name, text) for name, text in texts.items()]


class Project:
    """A folder for a site, with everything that an incremental build needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "site"
        self.other = folder / "other"
        self.other.mkdir(parents=True)

    def build(
        self,
        texts: Texts,
        jobs: int = 1,
        shared: bytes = b"",
        local: Sequence[BuildTask] = (),
        meanwhile: Callable[[], object] = lambda: None,
    ) -> BuildResult:
        """Build the site; `meanwhile` is called between the start of the build and its end."""
        page_tasks = tasks(texts)
        frames = {kind: PageFrame(kind, render, "https://example.org/") for kind in {each.kind for each in page_tasks}}
        writer = OutputWriter(str(self.site), str(self.folder), frames)
        with WorkerPool(jobs) as pool:
            build = IncrementalBuild(str(self.site), CacheFile(self.folder / "state" / "one"), pool)
            meanwhile()
            return build.run(writer, page_tasks, local, shared, str(self.other))

    def log(self) -> list[str]:
        """Return the names of the tasks that ran since the last call, sorted."""
        log = self.folder / "log"
        lines = log.read_text(encoding="utf-8").split() if log.exists() else []
        log.unlink(missing_ok=True)
        return sorted(lines)

    def times(self) -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in self.site.rglob("*") if path.is_file()}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that is built."""
    project = Project(tmp_path / "project")
    (project.other / "style.css").write_text("a {}", encoding="utf-8")
    project.build({"a": "one", "b": "two", "c": "three"})
    assert project.log() == ["a", "b", "c"]
    return project


def test_a_build_that_another_one_overtakes_writes_its_own_state_of_the_site(project: Project) -> None:
    many = {f"page{number}": "old" for number in range(MANY)}
    project.build(many)
    changed = {**many, "page7": "new"}
    for jobs in (1, 2):
        project.build(many, jobs, meanwhile=lambda: project.build(changed))
        assert (project.site / "page7" / "data.txt").read_text(encoding="utf-8") == "old"


def test_the_folder_has_the_files_of_all_tasks_and_the_other_files(project: Project) -> None:
    files = tree(project.site)
    assert files.keys() == {"style.css", *(f"{name}/{file}" for name in "abc" for file in ("index.html", "data.txt"))}
    assert files["b/data.txt"] == b"two"
    assert files["b/index.html"].decode() == (
        "<title>B</title><link href='https://example.org/b/'><nav>the frame</nav><p>two</p>"
    )


def test_no_task_runs_and_no_file_is_written_if_nothing_has_changed(project: Project) -> None:
    before = project.times()
    result = project.build({"a": "one", "b": "two", "c": "three"})
    assert (result.run, result.unchanged) == (0, 3)
    assert project.log() == []
    assert project.times() == before


def test_only_changed_and_new_tasks_run_and_the_files_of_removed_ones_go(project: Project) -> None:
    before = project.times()
    result = project.build({"a": "one", "b": "2", "d": "four"})
    assert project.log() == ["b", "d"]
    assert (result.run, result.unchanged) == (2, 1)
    assert not (project.site / "c").exists()
    written = {path for path, at in project.times().items() if before.get(path) != at}
    names = [f"{name}/{file}" for name in "bd" for file in ("data.txt", "index.html")]
    assert sorted(written) == [str(project.site / name) for name in names]


def test_every_page_is_made_again_if_a_shared_input_has_changed_but_equal_files_are_not_written(
    project: Project,
) -> None:
    before = project.times()
    assert project.build({"a": "one", "b": "two", "c": "three"}, shared=b"new").run == 3
    assert project.times() == before
    assert project.build({"a": "one", "b": "two", "c": "three"}, shared=b"new").run == 0


def test_files_without_a_page_stay_if_what_pages_share_has_changed(project: Project) -> None:
    runs: list[str] = []

    def feed(text: str) -> BuildTask:
        def make(_: object) -> list[DataFile]:
            runs.append(text)
            return [DataFile("feed.xml", text.encode())]

        return BuildTask("feed", text.encode(), make)

    texts = {"a": "one", "b": "two", "c": "three"}
    project.build(texts, local=[feed("old")])
    project.build(texts, local=[feed("old")], shared=b"new")
    assert runs == ["old"]
    project.build(texts, local=[feed("new")], shared=b"newer")
    assert runs == ["old", "new"]
    assert (project.site / "feed.xml").read_bytes() == b"new"


def test_a_task_whose_file_was_changed_or_removed_runs_again(project: Project) -> None:
    before = tree(project.site)
    (project.site / "a" / "data.txt").write_text("other", encoding="utf-8")
    (project.site / "c" / "index.html").unlink()
    project.build({"a": "one", "b": "two", "c": "three"})
    assert project.log() == ["a", "c"]
    assert tree(project.site) == before


def test_unknown_files_are_removed_but_hidden_ones_at_the_top(project: Project) -> None:
    before = tree(project.site)
    (project.site / "a" / "more").mkdir()
    (project.site / "stray.txt").write_text("x", encoding="utf-8")
    (project.site / "b" / ".hidden").write_text("x", encoding="utf-8")
    (project.site / ".git").mkdir()
    (project.site / ".git" / "config").write_text("x", encoding="utf-8")
    project.build({"a": "one", "b": "two", "c": "three"})
    assert not (project.site / "a" / "more").exists()
    assert tree(project.site) == {".git/config": b"x", **before}


def test_a_task_takes_precedence_over_another_file_at_its_path(project: Project) -> None:
    (project.other / "a").mkdir()
    (project.other / "a" / "data.txt").write_text("other", encoding="utf-8")
    (project.other / "a" / "more.txt").write_text("other", encoding="utf-8")
    project.build({"a": "one", "b": "two", "c": "three"})
    assert (project.site / "a" / "data.txt").read_bytes() == b"one"
    assert (project.site / "a" / "more.txt").read_bytes() == b"other"


def test_excluded_files_are_not_written(tmp_path: Path) -> None:
    (page,) = tasks({"a": "one"})
    frames = {page.kind: PageFrame(page.kind, render, "")}
    writer = OutputWriter(str(tmp_path), str(tmp_path), frames, frozenset({"a/index.html"}))
    ((entry,),) = writer([page])
    assert entry[0] == "a/data.txt"
    assert not (tmp_path / "a" / "index.html").exists()


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_the_site_and_the_result_are_the_same_for_any_number_of_processes(jobs: int, tmp_path: Path) -> None:
    texts = {f"page-{number}": f"text {number}" for number in range(MANY)}
    project = Project(tmp_path / "project")
    local = BuildTask("all", b"all", lambda _: [DataFile("all.txt", b"all")])  # can't be pickled
    result = project.build(texts, jobs, local=[local])
    assert (result.run, result.unchanged) == (MANY + 1, 0)
    assert result.tasks.keys() == {*texts, "all"}
    assert project.log() == sorted(texts)
    files = tree(project.site)
    assert files.pop("all.txt") == b"all"
    assert len(files) == 2 * MANY
    assert all(files[f"{name}/data.txt"] == text.encode() for name, text in texts.items())
    result = project.build({**texts, "page-7": "new"}, jobs, local=[local])
    assert (result.run, result.unchanged) == (1, MANY)


def slow(name: str, settings: str) -> Iterator[Output]:
    yield from outputs(name, f"slow {name}", settings)
    time.sleep(0.02)


def build_slowly(folder: str, jobs: int) -> None:
    """Build many tasks that take some time each: the process that is killed below."""
    Path(folder).mkdir(exist_ok=True)
    project = Project.__new__(Project)
    project.folder, project.site, project.other = Path(folder), Path(folder, "site"), Path(folder, "other")
    pages = [task(f"page-{number}", f"slow page-{number}") for number in range(MANY)]
    frames = {kind: PageFrame(kind, render, "https://example.org/") for kind in {each.kind for each in pages}}
    pages = [BuildTask(each.name, each.key, partial(slow, each.name), each.kind) for each in pages]
    with WorkerPool(jobs) as pool:
        build = IncrementalBuild(str(project.site), CacheFile(project.folder / "state" / "one"), pool)
        build.run(OutputWriter(str(project.site), folder, frames), pages, (), b"", str(project.other))


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_build_after_one_that_was_killed_is_right(jobs: int, tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.build({f"page-{number}": "old" for number in range(MANY)})
    project.log()
    program = (
        f"from tests.build.test_incremental_build import build_slowly; build_slowly({str(project.folder)!r}, {jobs})"
    )
    killed = subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY)
    end = time.monotonic() + 30
    while not (project.folder / "log").exists() or len((project.folder / "log").read_text(encoding="utf-8")) < 300:
        assert time.monotonic() < end
        assert killed.poll() is None
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    project.log()
    half = {path.read_text(encoding="utf-8") for path in project.site.rglob("data.txt")}
    assert len(half) > 1, "it was killed in the middle"
    texts = {f"page-{number}": f"slow page-{number}" for number in range(MANY)}
    project.build(texts)
    clean = Project(tmp_path / "clean")
    clean.build(texts)
    assert tree(project.site) == tree(clean.site)
    assert project.build(texts).run == 0
