"""Which tracker an address belongs to, and the token for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from urllib.parse import urlsplit

from fixcards.authoring.trackers.gitea import Gitea
from fixcards.authoring.trackers.github import GitHub
from fixcards.authoring.trackers.gitlab import GitLab
from fixcards.authoring.trackers.interface import Tracker, TrackerError

PUBLIC_HOSTS = frozenset({"github.com", "gitlab.com", "codeberg.org", "gitea.com"})
"""Hosts that are asked about an address that comes from a stranger, such as one in a form."""
_GITHUB, _ENTERPRISE = ("GH_TOKEN", "GITHUB_TOKEN"), ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
_GITLAB, _GITEA = ("GITLAB_TOKEN",), ("GITEA_TOKEN",)
_GH_SECONDS = 10


def tracker_of(url: str, environment: Mapping[str, str] = os.environ) -> Tracker | None:
    """Return the tracker of an issue, None for one that has no interface here, such as Jira.

    github.com, gitlab.com and Codeberg have their names, others are recognised as `gh`, `glab` and `tea` do it: by
    GH_HOST, GITLAB_HOST and GITEA_SERVER_URL, or else by the path. A token is used for the host that its program uses
    it for, so
    that no address can draw it elsewhere.
    """
    parts = urlsplit(url)
    host = parts.netloc.lower()
    if host == "github.com":
        token = _variable(environment, _GITHUB) or _token_of_gh(environment)
        return GitHub.at("https://api.github.com", token, _GITHUB)
    if host == environment.get("GH_HOST", "").lower():
        return GitHub.at(f"{parts.scheme}://{host}/api/v3", _variable(environment, _ENTERPRISE), _ENTERPRISE)
    own_gitlab = _host(environment.get("GITLAB_HOST", "gitlab.com"))
    if host in {"gitlab.com", own_gitlab} or "/-/issues/" in parts.path or "/-/work_items/" in parts.path:
        token = _variable(environment, _GITLAB) if host == own_gitlab else None
        return GitLab.at(f"{parts.scheme}://{host}/api/v4", token, _GITLAB)
    own_gitea = _host(environment.get("GITEA_SERVER_URL", "codeberg.org"))
    if host in {"codeberg.org", "gitea.com", own_gitea} or parts.path.count("/issues/") == 1 == _depth(parts.path) - 3:
        token = _variable(environment, _GITEA) if host == own_gitea else None
        return Gitea.at(f"{parts.scheme}://{host}/api/v1", token, _GITEA)
    return None


def _depth(path: str) -> int:
    return len(path.strip("/").split("/"))


def _host(text: str) -> str:
    return (urlsplit(text).netloc if "://" in text else text).lower()


def _variable(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    for name in names:
        if token := environment.get(name, "").strip():
            if not token.isascii() or not token.isprintable() or " " in token:
                # Here, since the library's own message would print it.
                raise TrackerError(f"{name} holds no token: it has characters that none has", permanent=True)
            return token
    return None


def _token_of_gh(environment: Mapping[str, str]) -> str | None:
    """Return the token that GitHub's own program holds; None where it isn't there or not logged in."""
    program = shutil.which("gh", path=environment.get("PATH"))
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the user's own program
            [program, "auth", "token", "--hostname", "github.com"],
            capture_output=True,
            text=True,
            timeout=_GH_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
