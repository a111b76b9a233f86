"""Where a project's repository is hosted, and the addresses of its forms: they differ from host to host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

KINDS = ("github", "gitlab", "gitea", "bitbucket", "other")
"""Kinds of hosts; Forgejo and Codeberg have the addresses of Gitea."""
_WORDS = {
    "github": "github", "gitlab": "gitlab", "gitea": "gitea", "forgejo": "gitea", "codeberg": "gitea",
    "bitbucket": "bitbucket",
}  # fmt: skip
"""Words in the names of hosts, and the kind that each stands for."""
_BRANCH = "main"


@dataclass(frozen=True, slots=True)
class CodeHost:
    """The host of one repository. Texts in its addresses are quoted; the address of the repository is the author's."""

    repo_url: str
    """Address of the repository without a slash at its end; empty where there is none."""
    kind: str

    @classmethod
    def of(cls, repo_url: str, kind: str | None = None) -> CodeHost:
        """Return the host of a repository, of the `kind` given or of that which the name of the host says.

        A self-managed host is often called after its program, such as gitlab.example.com. Where its name has no such
        word, it is of the kind `other`, which has no forms.
        """
        repo_url = repo_url.rstrip("/")
        words = re.split(r"[.\-0-9]+", (urlsplit(repo_url).hostname or "").lower())
        return cls(repo_url, kind or next((_WORDS[word] for word in words if word in _WORDS), "other"))

    @property
    def has_forms(self) -> bool:
        """Whether an address can open an issue with a text in it."""
        return self.kind != "other" and bool(self.repo_url)

    def new_issue(self, title: str, body: str, label: str = "") -> str:
        """Return the address that opens a new issue with these texts, without them where the host takes none."""
        if self.kind == "github":
            labels = {"labels": label} if label else {}
            return self._at("/issues/new", {**labels, "title": title, "body": body})
        if self.kind == "gitlab":
            text = f"{body}\n\n/label ~{label}\n" if label else body
            return self._at("/-/issues/new", {"issue[title]": title, "issue[description]": text})
        if self.kind == "gitea":
            return self._at("/issues/new", {"title": title, "body": body})
        if self.kind == "bitbucket":
            return self._at("/issues/new", {"title": title, "content": body})
        return self.repo_url

    def edit_uri(self, folder: str) -> str:
        """Return the start of the addresses for editing files of a folder, empty where the host has none."""
        start = {"github": "edit", "gitlab": "-/edit", "gitea": "_edit", "bitbucket": "src"}.get(self.kind)
        return f"{start}/{_BRANCH}/{quote(folder.strip('/'))}/" if start else ""

    def history_url(self, edit_url: str) -> str:
        """Return the address of the history of the file that is edited at `edit_url`; empty where the host has none."""
        edit, history = {
            "github": ("/edit/", "/commits/"),
            "gitlab": ("/-/edit/", "/-/commits/"),
            "gitea": ("/_edit/", "/commits/branch/"),
        }.get(self.kind, ("", ""))
        start = f"{self.repo_url}{edit}"
        return f"{self.repo_url}{history}{edit_url.removeprefix(start)}" if edit and edit_url.startswith(start) else ""

    def _at(self, path: str, fields: Mapping[str, str]) -> str:
        return f"{self.repo_url}{path}?{urlencode(fields, quote_via=quote)}"
