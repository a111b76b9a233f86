"""What a reader calls the target of a link: `pandas-dev/pandas #55519` in place of its whole address."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_THREAD = re.compile(
    r"/(?P<project>[^/]+/[^/]+)/(?:-/)?(?P<kind>issues?|pulls?|pull-requests|merge_requests|discussions)/(?P<number>\d+)"
)
_COMMIT = re.compile(r"/(?P<project>[^/]+/[^/]+)/(?:-/)?commits?/(?P<commit>[0-9a-f]{7,})")
_FORGES = re.compile(r"(?:^|\.)(?:github|gitlab|gitea|codeberg|bitbucket|forgejo)\b")
_MAX_LENGTH = 90


def link_name(url: str) -> str:
    """Return the name of an address: project and number of a thread, project and commit, or host and path."""
    parts = urlsplit(url)
    if _FORGES.search(parts.netloc):
        if thread := _THREAD.match(parts.path):
            return f"{thread['project']} #{thread['number']}"
        if commit := _COMMIT.match(parts.path):
            return f"{commit['project']} {commit['commit'][:7]}"
    name = f"{parts.netloc}{parts.path}".rstrip("/") + (f"#{parts.fragment}" if parts.fragment else "")
    return name if len(name) <= _MAX_LENGTH else f"{name[: _MAX_LENGTH - 1]}…"


def change_name(url: str) -> str:
    """Return the name of a change in a sentence: `PR #58126`, `commit 1a2b3c4`, or as other links."""
    path = urlsplit(url).path
    if (thread := _THREAD.match(path)) and thread["kind"].startswith(("pull", "merge")):
        return f"{'MR !' if thread['kind'].startswith('merge') else 'PR #'}{thread['number']}"
    if commit := _COMMIT.match(path):
        return f"commit {commit['commit'][:7]}"
    return link_name(url)
