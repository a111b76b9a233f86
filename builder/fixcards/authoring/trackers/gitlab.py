"""GitLab: https://docs.gitlab.com/api/issues."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from fixcards.authoring.trackers.fields import items, text_of
from fixcards.authoring.trackers.interface import Issue, TrackerError
from fixcards.authoring.trackers.json_api import JsonApi

_PATH = re.compile(r"/((?:[\w.-]+/)+[\w.-]+)/(?:issues|work_items)/([1-9][0-9]{0,11})/?")


class GitLab:
    """The issues of gitlab.com, or of a GitLab elsewhere."""

    def __init__(self, api: JsonApi) -> None:
        self._api = api

    @classmethod
    def at(cls, root: str, token: str | None, token_names: tuple[str, ...]) -> GitLab:
        """Return the tracker whose REST interface is below `root`."""
        return cls(JsonApi(root, {"PRIVATE-TOKEN": token} if token else {}, token_names=token_names))

    def issue(self, url: str) -> Issue:
        """Return an issue with the merge requests that closed it."""
        match = _PATH.fullmatch(urlsplit(url).path)
        if match is None:
            raise TrackerError(f"{url}: not the address of an issue, such as https://gitlab.com/group/name/-/issues/7")
        project = _project(match)
        place = f"/projects/{quote(project, safe='')}/issues/{match[2]}"
        data = self._api.get(place)
        address = text_of(data, "web_url") or url
        new = _PATH.fullmatch(urlsplit(address).path)
        moved = new is not None and (_project(new), new[2]) != (project, match[2])
        merged = [each for each in items(self._api.get(f"{place}/closed_by")) if text_of(each, "state") == "merged"]
        fixes = tuple(text_of(each, "web_url") for each in merged if text_of(each, "web_url"))
        return Issue(address if moved else url, text_of(data, "description"), fixes, moved)


def _project(match: re.Match[str]) -> str:
    """Return the path of a project in an address, which newer addresses end with `/-`."""
    return match[1].removesuffix("/-")
