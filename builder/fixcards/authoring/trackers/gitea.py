"""Gitea and Forgejo, such as Codeberg: their REST interface, version 1."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fixcards.authoring.trackers.fields import field, items, text_of
from fixcards.authoring.trackers.interface import Issue, TrackerError
from fixcards.authoring.trackers.json_api import JsonApi

_PATH = re.compile(r"/([\w.-]+)/([\w.-]+)/issues/([1-9][0-9]{0,11})/?")


class Gitea:
    """The issues of one host that runs Gitea or Forgejo."""

    def __init__(self, api: JsonApi) -> None:
        self._api = api

    @classmethod
    def at(cls, root: str, token: str | None, token_names: tuple[str, ...]) -> Gitea:
        """Return the tracker whose REST interface is below `root`."""
        return cls(JsonApi(root, {"Authorization": f"token {token}"} if token else {}, token_names=token_names))

    def issue(self, url: str) -> Issue:
        """Return an issue with the merged pull requests that mention it."""
        match = _PATH.fullmatch(urlsplit(url).path)
        if match is None:
            raise TrackerError(f"{url}: not the address of an issue, such as https://codeberg.org/owner/name/issues/7")
        place = f"/repos/{match[1]}/{match[2]}/issues/{match[3]}"
        data = self._api.get(place)
        address = text_of(data, "html_url") or url
        new = _PATH.fullmatch(urlsplit(address).path)
        moved = new is not None and new.groups() != match.groups()
        merged = []
        closed = text_of(data, "closed_at")
        for event in items(self._api.get(f"{place}/timeline")) if closed else ():
            other = field(event, "ref_issue")
            at = text_of(field(other, "pull_request"), "merged_at")
            if at and at <= closed and text_of(other, "html_url"):
                merged.append((at, text_of(other, "html_url")))
        fixes = tuple(dict.fromkeys(each for _, each in sorted(merged, reverse=True)))
        return Issue(address if moved else url, text_of(data, "body"), fixes, moved)
