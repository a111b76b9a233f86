"""Links to the repository in the form of its host."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from fixcards.site.code_host import KINDS, CodeHost
from tests.sites import LIBRARY, build, change, page, project, read

HOSTS = [
    ("https://github.com/acme/cards", "github"),
    ("https://github.acme.example/team/cards", "github"),
    ("https://gitlab.com/acme/cards/", "gitlab"),
    ("https://gitlab.acme.example/a/b/cards", "gitlab"),
    ("http://gitlab2.acme.example:8080/a/cards", "gitlab"),
    ("https://codeberg.org/acme/cards", "gitea"),
    ("https://forgejo.acme.example/a/cards", "gitea"),
    ("https://gitea.acme.example/a/cards", "gitea"),
    ("https://bitbucket.org/acme/cards", "bitbucket"),
    ("https://jira.acme.example/projects/CARDS", "other"),
    ("https://code.acme.example/cards", "other"),
    ("https://notgithub.example/cards", "other"),
    ("", "other"),
]


@pytest.mark.parametrize(("repo_url", "kind"), HOSTS)
def test_the_name_of_a_host_says_its_kind(repo_url: str, kind: str) -> None:
    assert CodeHost.of(repo_url).kind == kind
    for other in KINDS:
        assert CodeHost.of(repo_url, other).kind == other


@pytest.mark.parametrize(
    ("repo_url", "path", "title", "body"),
    [
        ("https://github.com/acme/cards", "/acme/cards/issues/new", "title", "body"),
        ("https://gitlab.acme.example/a/cards", "/a/cards/-/issues/new", "issue[title]", "issue[description]"),
        ("https://codeberg.org/acme/cards", "/acme/cards/issues/new", "title", "body"),
        ("https://bitbucket.org/acme/cards", "/acme/cards/issues/new", "title", "content"),
    ],
)
def test_a_new_issue_has_its_texts_whatever_they_are(repo_url: str, path: str, title: str, body: str) -> None:
    texts = "[demo-7] fix 1 worked & more #1?", 'Card: a=b\n100% "quoted" <b>'
    parts = urlsplit(CodeHost.of(repo_url).new_issue(*texts, "fix-report"))
    fields = parse_qs(parts.query, strict_parsing=True)
    assert parts.path == path
    assert fields[title] == [texts[0]]
    assert fields[body][0].startswith(texts[1])
    assert not parts.fragment
    if "github" in repo_url:
        assert fields["labels"] == ["fix-report"]
    if "gitlab" in repo_url:
        assert fields[body][0].endswith("/label ~fix-report\n")


def test_any_other_host_gets_a_plain_link() -> None:
    url = "https://jira.acme.example/projects/CARDS"
    assert CodeHost.of(url).new_issue("title", "body") == url
    links = page("lantern/12", repo_url=url).select(".fc-reports a")
    assert [(link["href"], link.text) for link in links] == [(url, "Tell the project")]
    assert not page("lantern/12", repo_url="").select(".fc-reports a")


@pytest.mark.parametrize(
    ("repo_url", "address"),
    [
        ("https://github.com/acme/cards", "https://github.com/acme/cards/edit/main/cards/lantern/12.yaml"),
        (
            "https://gitlab.acme.example/a/cards",
            "https://gitlab.acme.example/a/cards/-/edit/main/cards/lantern/12.yaml",
        ),
        ("https://codeberg.org/acme/cards", "https://codeberg.org/acme/cards/_edit/main/cards/lantern/12.yaml"),
        ("https://bitbucket.org/acme/cards", "https://bitbucket.org/acme/cards/src/main/cards/lantern/12.yaml"),
    ],
)
def test_a_card_is_edited_where_the_host_edits_files(repo_url: str, address: str, tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "https://github.com/fixcards/fixcards", repo_url)
    change(config, "edit_uri: edit/main/cards/\n", "")
    assert build(config).returncode == 0
    card = read(tmp_path / "site", "lantern/12")
    assert card.select_one(f'a[href="{address}"]') is not None
    home = read(tmp_path / "site", "").select_one('meta[name="fixcards-repository"]')
    assert home is not None
    assert (home["content"], home["data-host"]) == (repo_url, CodeHost.of(repo_url).kind)


def test_what_mkdocs_yml_says_goes_before_the_name_of_the_host(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "https://github.com/fixcards/fixcards", "https://code.acme.example/a/b")
    change(config, "  - fixcards\n", "  - fixcards:\n      repo_host: gitlab\n")
    change(config, "edit_uri: edit/main/cards/\n", "edit_uri: -/edit/trunk/kb/\n")
    assert build(config).returncode == 0
    card = read(tmp_path / "site", "lantern/12")
    assert card.select_one('a[href="https://code.acme.example/a/b/-/edit/trunk/kb/lantern/12.yaml"]') is not None
    assert card.select_one('.fc-reports a[href^="https://code.acme.example/a/b/-/issues/new?"]') is not None
    change(config, "repo_host: gitlab", "repo_host: svn")
    done = build(config, "--strict")
    assert done.returncode == 1
    assert "repo_host" in done.stderr


@pytest.mark.parametrize(
    ("url", "edit", "history"),
    [
        ("https://github.com/a/b", "edit/main/cards/x/1.yaml", "commits/main/cards/x/1.yaml"),
        ("https://github.com/edit/edit", "edit/main/edit/x/1.yaml", "commits/main/edit/x/1.yaml"),
        ("https://gitlab.example.org/g/b", "-/edit/main/cards/x/1.yaml", "-/commits/main/cards/x/1.yaml"),
        ("https://codeberg.org/a/b", "_edit/main/cards/x/1.yaml", "commits/branch/main/cards/x/1.yaml"),
        ("https://bitbucket.org/a/b", "src/main/cards/x/1.yaml", None),
        ("https://code.example.org/a/b", "edit/main/x/1.yaml", None),
        ("https://github.com/a/b", "https://elsewhere.example.org/edit/1.yaml", None),
    ],
)
def test_the_history_of_a_file_is_beside_its_edit_form(url: str, edit: str, history: str | None) -> None:
    address = edit if "://" in edit else f"{url}/{edit}"
    assert CodeHost.of(url).history_url(address) == (f"{url}/{history}" if history else "")
