"""What the commands read in a project's mkdocs.yml, without the generator of the site."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.project import AssignedIndex, Project, ProjectOptions, host_allowed

ALL = """
    site_url: https://cards.example.com/kb
    docs_dir: kb/cards
    plugins:
      - search
      - fixcards:
          more_cards: ../public/cards
          tracker_hosts: [Jira.example.com, "*.corp.example", 10.1.2.3]
          package_indexes:
            https://packages.example.com/simple/: [acme-*, Billing_Core]
            ACME_INDEX: rocket
"""


def read(folder: Path, text: str, name: str = "mkdocs.yml") -> Project:
    (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return Project.in_folder(folder)


def test_everything_that_concerns_cards_is_read(tmp_path: Path) -> None:
    project = read(tmp_path, ALL)
    assert project.cards == (tmp_path / "kb/cards", tmp_path / "../public/cards")
    assert project.site_url == "https://cards.example.com/kb/"
    assert project.options.tracker_hosts == ("jira.example.com", "*.corp.example", "10.1.2.3")
    assert project.options.package_indexes == (
        AssignedIndex("https://packages.example.com/simple/", ("acme-*", "billing-core")),
        AssignedIndex("ACME_INDEX", ("rocket",)),
    )
    assert Project.in_folder(tmp_path) == project, "from the cache"


def test_a_file_of_another_site_says_nothing_about_cards(tmp_path: Path) -> None:
    assert read(tmp_path, "docs_dir: docs\nplugins: [search]\n").cards == ()
    assert read(tmp_path, "docs_dir: docs\n").cards == ()
    assert read(tmp_path, "{{ cookiecutter.name }}: [\n") == Project(tmp_path)
    assert Project.in_folder(tmp_path / "nowhere") == Project()


@pytest.mark.parametrize(
    "plugins",
    [
        "[fixcards]",
        "fixcards",
        "{fixcards: {}}",
        "{search: {}, fixcards: }",
        "\n  - fixcards:\n",
        "\n  - search\n  - fixcards",
    ],
)
def test_the_plugin_is_recognised_in_every_form(plugins: str, tmp_path: Path) -> None:
    project = read(tmp_path, f"plugins: {plugins}")
    assert (project.cards, project.options) == ((tmp_path / "docs",), ProjectOptions())


def test_tags_of_others_neither_run_nor_stop_anything(tmp_path: Path) -> None:
    text = f"""
        docs_dir: cards
        plugins: [fixcards]
        hooks: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ["{tmp_path}/touched"]]
        markdown_extensions:
          - pymdownx.emoji: {{emoji_index: !!python/name:material.extensions.emoji.twemoji }}
        theme: {{custom_dir: !relative $docs_dir, other: !unknown {{a: 1}}}}
    """
    assert read(tmp_path, text).cards == (tmp_path / "cards",)
    assert not (tmp_path / "touched").exists()


def test_values_come_from_the_environment_where_the_file_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "docs_dir: !ENV [CARDS_HERE, CARDS_THERE, cards]\nsite_url: !ENV SITE\nplugins: [fixcards]\n"
    project = read(tmp_path, text)
    assert (project.cards, project.site_url) == ((tmp_path / "cards",), "")
    monkeypatch.setenv("CARDS_THERE", "kb")
    monkeypatch.setenv("SITE", "https://cards.example.com")
    project = Project.in_folder(tmp_path)
    assert (project.cards, project.site_url) == ((tmp_path / "kb",), "https://cards.example.com/")


def test_a_file_inherits_from_another_as_it_does_for_the_site(tmp_path: Path) -> None:
    parent = "plugins: {fixcards: {tracker_hosts: jira.example.com, more_cards: shared}}\nsite_url: https://a.example\n"
    (tmp_path / "base.yml").write_text(parent, encoding="utf-8")
    text = "INHERIT: base.yml\ndocs_dir: cards\nplugins: {fixcards: {more_cards: own}}\n"
    project = read(tmp_path, text)
    assert project.cards == (tmp_path / "cards", tmp_path / "own")
    assert (project.options.tracker_hosts, project.site_url) == (("jira.example.com",), "https://a.example/")
    (tmp_path / "base.yml").write_text("INHERIT: mkdocs.yml\n", encoding="utf-8")
    with pytest.raises(FixcardsError, match="`INHERIT` leads through more than 10 files"):
        Project.in_folder(tmp_path)
    (tmp_path / "base.yml").unlink()
    with pytest.raises(FixcardsError, match=r"mkdocs\.yml: `INHERIT: base\.yml`: No such file"):
        Project.in_folder(tmp_path)


def test_the_longer_name_of_the_file_counts_too(tmp_path: Path) -> None:
    assert read(tmp_path, "plugins: [fixcards]", "mkdocs.yaml").cards == (tmp_path / "docs",)


@pytest.mark.parametrize(
    "text",
    [
        "plugins: [&a {fixcards: *a}]",
        "plugins: &a [*a]",
        "x: &a [1]\n" + "".join(f"x{n}: &a{n} [{', '.join(['*a' + str(n - 1 or '')] * 9)}]\n" for n in range(1, 30))
        + "plugins: [fixcards: {x: *a29}]",
    ],
)  # fmt: skip
def test_nodes_that_refer_to_each_other_cost_no_time(text: str, tmp_path: Path) -> None:
    text = text.replace("*a,", "*a ,").replace("*a0", "*a")
    start = time.monotonic()
    read(tmp_path, text)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("more_cards: [{}]", "mkdocs.yml: `more_cards` is not a folder, or a list of folders"),
        ("tracker_hosts: https://jira.example.com/", "'https://jira.example.com/' is not a host; write its name alone"),
        ("tracker_hosts: jira.example.com:8080", "'jira.example.com:8080' is not a host"),
        ("tracker_hosts: ['*']", "'*' is not a host"),
        ("package_indexes: [https://x.example/]", "`package_indexes` is not a mapping of indexes to packages"),
        ("package_indexes: {packages.example.com: x}", "is neither an http(s) address nor the name of an environment"),
        ("package_indexes: {'ftp://x.example/': x}", "is neither an http(s) address nor the name of an environment"),
        ("package_indexes: {'https://x.example/s/': }", "'' is no name of packages"),
        ("package_indexes: {'https://x.example/s/': 'a b'}", "'a b' is no name of packages"),
    ],
)
def test_an_option_that_means_nothing_is_an_error_with_what_to_write(
    options: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(FixcardsError) as error:
        read(tmp_path, f"plugins:\n  - fixcards:\n      {options}\n")
    assert message in str(error.value)


def test_a_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    text = "plugins: [{fixcards: {package_indexes: {'https://me:hush@x.example/simple/': acme-*}}}]"
    with pytest.raises(FixcardsError, match="set an environment variable to the whole address") as error:
        read(tmp_path, text)
    assert "hush" not in str(error.value)


def test_a_file_of_cards_that_is_no_yaml_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(FixcardsError, match=r"mkdocs\.yml:2:\d+: is no YAML"):
        read(tmp_path, "plugins: [fixcards\nsite_url: ]x: [\n")


def test_an_index_is_where_its_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    index = AssignedIndex("ACME_INDEX", ("acme-*", "rocket"))
    assert [name for name in ("acme-core", "rocket", "acme", "rocket-x") if index.serves(name)] == [
        "acme-core",
        "rocket",
    ]
    with pytest.raises(FixcardsError, match=r"ACME_INDEX is not set.* export ACME_INDEX=https://user:password@host/"):
        index.url  # noqa: B018 - raises
    monkeypatch.setenv("ACME_INDEX", "hush")
    with pytest.raises(FixcardsError, match="ACME_INDEX holds no http") as error:
        index.url  # noqa: B018 - raises
    assert "hush" not in str(error.value)
    monkeypatch.setenv("ACME_INDEX", "https://me:hush@x.example/simple/")
    assert index.url == "https://me:hush@x.example/simple/"


def test_cards_belong_to_the_nearest_file_above_them_else_to_that_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("own", "here"):
        (tmp_path / name / "kb" / "cards").mkdir(parents=True)
        read(tmp_path / name, f"site_url: https://{name}.example\nplugins: [fixcards]")
    (tmp_path / "loose").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert Project.of_cards(tmp_path / "own" / "kb" / "cards").site_url == "https://own.example/"
    assert Project.of_cards(tmp_path / "loose").site_url == "https://here.example/"
    assert Project.of_cards(Path("kb/cards")).site_url == "https://here.example/"


def test_a_site_has_the_cards_of_its_own_folders_and_of_no_others(tmp_path: Path) -> None:
    project = read(tmp_path, "plugins: [fixcards: {more_cards: ../shared}]\ndocs_dir: kb/cards\n")
    for folder, expected in (("kb/cards", True), ("../shared", True), ("cards", True), ("tests/data/cards", False)):
        assert project.publishes(tmp_path / folder) == expected
    assert not Project().publishes(tmp_path / "cards")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("jira.example.com", True), ("JIRA.example.com.", True), ("a.corp.example", True), ("corp.example", False),
     ("xcorp.example", False), ("jira.example.com.evil.example", False)],
)  # fmt: skip
def test_a_host_is_allowed_by_its_name_or_what_it_lies_below(host: str, expected: bool) -> None:
    assert host_allowed(host, ("jira.example.com", "*.corp.example")) == expected


def test_reading_the_file_needs_no_generator() -> None:
    program = "import sys; from fixcards.project import Project; from pathlib import Path; "
    program += "Project.in_folder(Path()); print([name for name in sys.modules if name.startswith('mkdocs')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
