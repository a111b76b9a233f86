from __future__ import annotations

import os
import time

import pytest

from fixcards.authoring.trackers import TrackerError, tracker_of
from fixcards.authoring.trackers.gitea import Gitea
from fixcards.authoring.trackers.github import GitHub
from fixcards.authoring.trackers.gitlab import GitLab
from fixcards.authoring.trackers.json_api import JsonApi

from .tracker_server import BODY, Answer, TrackerServer, dripping, tracker_server

COMMIT = "a" * 40
GITHUB_ISSUE = "https://github.com/pallets/demo/issues/7"


@pytest.fixture
def server():
    with tracker_server() as server:
        yield server


def github(server: TrackerServer, token: str | None = None) -> GitHub:
    return GitHub.at(server.url, token, ("GH_TOKEN", "GITHUB_TOKEN"))


def github_issue(number: int = 7, owner: str = "pallets", **more: object) -> dict:
    return {
        "number": number,
        "title": "It broke",
        "body": BODY,
        "state": "closed",
        "closed_at": "2021-05-12T10:00:00Z",
        "html_url": f"https://github.com/{owner}/demo/issues/{number}",
        "user": {"login": "someone"},
    } | more


def mention(number: int, merged: str | None, owner: str = "pallets") -> dict:
    pull = {"merged_at": merged, "html_url": f"https://github.com/{owner}/demo/pull/{number}"}
    source = {"type": "issue", "issue": {"html_url": pull["html_url"], "pull_request": pull}}
    return {"event": "cross-referenced", "source": source}


def test_a_closed_issue_of_github_comes_with_the_pull_request_that_closed_it(server: TrackerServer) -> None:
    server.answers = {
        "/repos/pallets/demo/issues/7": Answer(github_issue()),
        "/repos/pallets/demo/issues/7/timeline?per_page=100": Answer(
            [
                mention(8, None),
                mention(9, "2021-05-11T10:00:00Z"),
                mention(10, "2021-05-12T09:59:58Z"),
                mention(11, "2021-06-01T00:00:00Z"),
                mention(12, "2021-05-12T09:59:59Z", owner="other"),
                {"event": "closed", "commit_id": None},
            ]
        ),
    }
    issue = github(server).issue(GITHUB_ISSUE)
    assert issue.fixes == ("https://github.com/pallets/demo/pull/10", "https://github.com/pallets/demo/pull/9")
    assert issue.url == GITHUB_ISSUE
    assert not issue.moved
    assert issue.text == BODY


def test_a_commit_that_closed_an_issue_leads_to_its_pull_request_or_stands_alone(server: TrackerServer) -> None:
    pulls = f"/repos/pallets/demo/commits/{COMMIT}/pulls"
    server.answers = {
        "/repos/pallets/demo/issues/7": Answer(github_issue()),
        "/repos/pallets/demo/issues/7/timeline?per_page=100": Answer([{"event": "closed", "commit_id": COMMIT}]),
        pulls: Answer([{"html_url": "https://github.com/pallets/demo/pull/10"}]),
    }
    assert github(server).issue(GITHUB_ISSUE).fixes == ("https://github.com/pallets/demo/pull/10",)
    server.answers[pulls] = Answer([])
    assert github(server).issue(GITHUB_ISSUE).fixes == (f"https://github.com/pallets/demo/commit/{COMMIT}",)


def test_an_issue_that_was_transferred_is_followed_within_the_host_and_has_its_new_address(
    server: TrackerServer,
) -> None:
    server.answers = {
        "/repos/pallets/demo/issues/7": Answer({}, 301, {"Location": f"{server.url}/repositories/1/issues/70"}),
        "/repositories/1/issues/70": Answer(github_issue(70, "moved", closed_at=None)),
    }
    issue = github(server, "secret").issue(GITHUB_ISSUE)
    assert (issue.url, issue.moved) == ("https://github.com/moved/demo/issues/70", True)
    assert server.requests[-1][1]["Authorization"] == "Bearer secret"


def test_a_redirect_to_another_host_is_refused_and_gets_no_token(server: TrackerServer) -> None:
    with tracker_server() as other:
        server.answers["/repos/pallets/demo/issues/7"] = Answer({}, 302, {"Location": f"{other.url}/x"})
        with pytest.raises(TrackerError, match="which is another host; open the issue in a browser") as refused:
            github(server, "secret").issue(GITHUB_ISSUE)
        assert other.requests == []
    assert refused.value.permanent


def test_redirects_in_a_circle_end(server: TrackerServer) -> None:
    place = "/repos/pallets/demo/issues/7"
    server.answers[place] = Answer({}, 301, {"Location": place})
    with pytest.raises(TrackerError, match="redirects more than 5 times"):
        github(server).issue(GITHUB_ISSUE)


@pytest.mark.parametrize(
    ("answer", "token", "message", "permanent"),
    [
        (Answer({}, 404), None, "404, the issue is not there; a private one needs a token in GH_TOKEN", True),
        (Answer({}, 404), "t", r"404, the issue is not there$", True),
        (Answer({}, 410), "t", r"410, the issue was deleted$", True),
        (Answer({}, 401), "t", "401, not allowed; the token in GH_TOKEN or GITHUB_TOKEN is not accepted", True),
        (Answer({}, 403), None, "403, not allowed; set GH_TOKEN or GITHUB_TOKEN to a token", True),
        (Answer({}, 500), None, "500, the server has a problem; try again later", False),
        (Answer({}, 503), None, "503, the server has a problem; try again later", False),
        (Answer(raw=b'{"body": "cu'), None, "the answer is cut off, or no JSON", False),
        (Answer(raw=b"<html>"), None, "the answer is cut off, or no JSON", False),
        (Answer(raw=b"[" * 100_000), None, "the answer is cut off, or no JSON", False),
        (Answer(raw=b"{}", headers={"Content-Length": "99"}), None, "the answer was cut off; try again", False),
        (Answer(raw=b'"' + b"x" * (9 << 20) + b'"'), None, "answers more than 8 MB", True),
    ],
)
def test_a_refusal_says_what_to_do(
    server: TrackerServer, answer: Answer, token: str | None, message: str, permanent: bool
) -> None:
    server.answers["/repos/pallets/demo/issues/7"] = answer
    with pytest.raises(TrackerError, match=message) as refused:
        github(server, token).issue(GITHUB_ISSUE)
    assert refused.value.permanent is permanent


def test_a_spent_limit_says_when_it_begins_anew_and_how_to_raise_it(server: TrackerServer) -> None:
    at = int(time.time()) + 1800
    clock = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(at))
    spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(at)}
    server.answers["/repos/pallets/demo/issues/7"] = Answer({}, 403, spent)
    with pytest.raises(TrackerError, match=rf"403, too many requests; try again after {clock}, or set GH_TOKEN"):
        github(server).issue(GITHUB_ISSUE)
    server.answers["/repos/pallets/demo/issues/7"] = Answer({}, 429, {"Retry-After": "60"})
    with pytest.raises(TrackerError, match=r"429, too many requests; try again after .* UTC$"):
        github(server, "token").issue(GITHUB_ISSUE)


@pytest.mark.parametrize("reset", ["", "-1", "soon", "9" * 30, "1e300", "0"])
def test_a_limit_without_a_usable_time_is_an_ordinary_refusal(server: TrackerServer, reset: str) -> None:
    spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    server.answers["/repos/pallets/demo/issues/7"] = Answer({}, 403, spent)
    with pytest.raises(TrackerError, match="403, not allowed"):
        github(server).issue(GITHUB_ISSUE)


def test_an_answer_that_drips_is_given_up(server: TrackerServer) -> None:
    server.answers["/slow"] = Answer({"body": "x" * 1000}, sent=dripping)
    start = time.monotonic()
    with pytest.raises(TrackerError, match=r"took more than 0\.6 s; try again later"):
        JsonApi(server.url, seconds=0.6).get("/slow")
    assert time.monotonic() - start < 6


def test_a_server_that_is_not_there_is_a_plain_message() -> None:
    with pytest.raises(TrackerError, match=r"(?i)refused|connection") as refused:
        JsonApi("http://127.0.0.1:9").get("/x")
    assert not refused.value.permanent


@pytest.mark.parametrize("shape", [[], "text", 5, None, {"body": 7, "html_url": ["x"], "closed_at": {}}])
def test_an_answer_of_another_shape_gives_nothing_and_no_traceback(server: TrackerServer, shape: object) -> None:
    server.answers["/repos/pallets/demo/issues/7"] = Answer(shape)
    server.answers["/repos/pallets/demo/issues/7/timeline?per_page=100"] = Answer({"no": "list"})
    issue = github(server).issue(GITHUB_ISSUE)
    assert (issue.text, issue.fixes, issue.url) == ("", (), GITHUB_ISSUE)


def test_an_issue_of_gitlab_comes_with_the_merge_requests_that_closed_it(server: TrackerServer) -> None:
    place = "/projects/group%2Fsub%2Fdemo/issues/7"
    web = "https://gitlab.com/group/sub/demo/-"
    server.answers = {
        place: Answer({"iid": 7, "description": BODY, "web_url": f"{web}/issues/7", "closed_at": "2021-05-12"}),
        f"{place}/closed_by": Answer(
            [
                {"iid": 8, "state": "closed", "web_url": f"{web}/merge_requests/8"},
                {"iid": 9, "state": "merged", "web_url": f"{web}/merge_requests/9"},
            ]
        ),
    }
    tracker = GitLab.at(server.url, "secret", ("GITLAB_TOKEN",))
    issue = tracker.issue(f"{web}/work_items/7")
    assert issue.fixes == (f"{web}/merge_requests/9",)
    assert issue.text == BODY
    assert not issue.moved
    assert {name.lower(): value for name, value in server.requests[0][1].items()}["private-token"] == "secret"


def test_a_spent_limit_of_gitlab_says_when_it_begins_anew(server: TrackerServer) -> None:
    spent = {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(time.time()) + 60), "Retry-After": "60"}
    server.answers["/projects/group%2Fdemo/issues/7"] = Answer({}, 429, spent)
    with pytest.raises(TrackerError, match=r"429, too many requests; try again after .* UTC, or set GITLAB_TOKEN"):
        GitLab.at(server.url, None, ("GITLAB_TOKEN",)).issue("https://gitlab.com/group/demo/-/issues/7")


def test_an_issue_of_gitea_comes_with_the_pull_requests_that_mention_it(server: TrackerServer) -> None:
    place = "/repos/owner/demo/issues/7"
    web = "https://codeberg.org/owner/demo"
    pull = {"html_url": f"{web}/pulls/9", "pull_request": {"merged": True, "merged_at": "2021-05-01T00:00:00Z"}}
    data = {"body": BODY, "html_url": f"{web}/issues/7", "closed_at": "2021-05-12T00:00:00Z"}
    server.answers = {
        place: Answer(data),
        f"{place}/timeline": Answer([{"type": "pull_ref", "ref_issue": pull}, {"type": "close", "ref_issue": None}]),
    }
    issue = Gitea.at(server.url, None, ("GITEA_TOKEN",)).issue(f"{web}/issues/7")
    assert issue.fixes == (f"{web}/pulls/9",)


@pytest.mark.parametrize(
    ("url", "environment", "kind", "root", "header"),
    [
        ("https://github.com/a/b/issues/1", {"GH_TOKEN": "t"}, GitHub, "https://api.github.com", "Bearer t"),
        ("https://github.com/a/b/issues/1", {"GITHUB_TOKEN": "t"}, GitHub, "https://api.github.com", "Bearer t"),
        ("https://git.corp.example/a/b/issues/1", {"GH_HOST": "git.corp.example", "GH_TOKEN": "t"}, GitHub,
         "https://git.corp.example/api/v3", None),
        ("https://gitlab.com/a/b/-/issues/1", {"GITLAB_TOKEN": "t"}, GitLab, "https://gitlab.com/api/v4", "t"),
        ("https://evil.example/a/b/-/issues/1", {"GITLAB_TOKEN": "t"}, GitLab, "https://evil.example/api/v4", None),
        ("https://git.corp.example/a/-/issues/1", {"GITLAB_TOKEN": "t", "GITLAB_HOST": "https://git.corp.example"},
         GitLab, "https://git.corp.example/api/v4", "t"),
        ("https://gitlab.com/a/b/-/issues/1", {"GITLAB_TOKEN": "t", "GITLAB_HOST": "git.corp.example"}, GitLab,
         "https://gitlab.com/api/v4", None),
        ("https://codeberg.org/a/b/issues/1", {"GITEA_TOKEN": "t"}, Gitea, "https://codeberg.org/api/v1", "token t"),
        ("https://evil.example/a/b/issues/1", {"GITEA_TOKEN": "t", "GH_TOKEN": "t"}, Gitea,
         "https://evil.example/api/v1", None),
    ],
)  # fmt: skip
def test_a_token_goes_to_the_host_that_it_is_for_and_to_no_other(url, environment, kind, root, header) -> None:
    tracker = tracker_of(url, environment | {"PATH": ""})
    assert isinstance(tracker, kind)
    assert tracker._api.root == root
    sent = tracker._api.headers
    assert (sent.get("Authorization") or sent.get("PRIVATE-TOKEN")) == header


@pytest.mark.parametrize(
    "url", ["https://corp.atlassian.net/browse/ABC-12", "https://bugs.example.org/show_bug.cgi?id=7"]
)
def test_a_tracker_without_an_interface_here_is_none(url: str) -> None:
    assert tracker_of(url, {}) is None


def test_the_token_of_githubs_own_program_is_used_where_no_variable_has_one(tmp_path) -> None:
    program = tmp_path / "gh"
    program.write_text('#!/bin/sh\n[ "$1 $2" = "auth token" ] && echo from-gh\n')
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    tracker = tracker_of("https://github.com/a/b/issues/1", {"PATH": path})
    assert tracker._api.headers["Authorization"] == "Bearer from-gh"
    program.write_text("#!/bin/sh\necho not logged in >&2\nexit 1\n")
    assert "Authorization" not in tracker_of("https://github.com/a/b/issues/1", {"PATH": path})._api.headers


def test_a_variable_that_holds_no_token_is_refused_without_its_words() -> None:
    with pytest.raises(TrackerError, match="GH_TOKEN holds no token") as refused:
        tracker_of("https://github.com/a/b/issues/1", {"GH_TOKEN": "se\ncret", "PATH": ""})
    assert "cret" not in str(refused.value)
