"""GitHub: https://docs.github.com/rest/issues."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from fixcards.authoring.trackers.fields import field, items, text_of
from fixcards.authoring.trackers.interface import Issue, TrackerError
from fixcards.authoring.trackers.json_api import JsonApi

_PATH = re.compile(r"/([\w.-]+)/([\w.-]+)/(?:issues|pull|discussions)/([1-9][0-9]{0,11})/?")
_EVENTS = 100


class GitHub:
    """The issues of github.com, or of a GitHub inside a company."""

    def __init__(self, api: JsonApi) -> None:
        self._api = api

    @classmethod
    def at(cls, root: str, token: str | None, token_names: tuple[str, ...]) -> GitHub:
        """Return the tracker whose REST interface is below `root`."""
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return cls(JsonApi(root, headers, token_names=token_names))

    def issue(self, url: str) -> Issue:
        """Return an issue with the pull requests or commits that closed it."""
        match = _PATH.fullmatch(urlsplit(url).path)
        if match is None or "/discussions/" in url:
            raise TrackerError(
                f"{url}: not the address of an issue, such as https://github.com/encode/httpx/issues/271"
            )
        data = self._api.get(f"/repos/{match[1]}/{match[2]}/issues/{match[3]}")
        address = text_of(data, "html_url") or url
        parts = _PATH.fullmatch(urlsplit(address).path) or match
        place = f"/repos/{parts[1]}/{parts[2]}/issues/{parts[3]}"
        fixes = tuple(dict.fromkeys(self._fixes(place, data))) if field(data, "closed_at") else ()
        moved = parts.groups() != match.groups()
        return Issue(address if moved else url, text_of(data, "body"), fixes, moved)

    def _fixes(self, place: str, issue: Mapping[str, Any]) -> Iterator[str]:
        """Yield the changes that closed an issue: what the event says, then merged pull requests that mention it."""
        closed = text_of(issue, "closed_at")
        events = [each for each in items(self._api.get(f"{place}/timeline?per_page={_EVENTS}")) if field(each, "event")]
        for event in events:
            commit = text_of(event, "commit_id")
            if event["event"] == "closed" and re.fullmatch("[0-9a-f]{40}", commit):
                repository = place.rpartition("/issues/")[0]
                pulls = items(self._api.get(f"{repository}/commits/{commit}/pulls"))
                yield from (text_of(each, "html_url") for each in pulls if text_of(each, "html_url"))
                if not pulls:
                    yield re.sub(r"/issues/[0-9]+$", f"/commit/{commit}", text_of(issue, "html_url"))
        merged = []
        for event in events:
            source = field(field(event, "source"), "issue")
            at = text_of(field(source, "pull_request"), "merged_at")
            address = text_of(source, "html_url")
            same = address.rpartition("/pull/")[0] == text_of(issue, "html_url").rpartition("/issues/")[0]
            if event["event"] == "cross-referenced" and at and same and at <= closed:
                merged.append((at, address))
        # The one that was merged last before the issue was closed, for a merge closes it.
        yield from (address for _, address in sorted(merged, reverse=True))
