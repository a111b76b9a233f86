"""Lines -> the releases that a text shows, told apart by the form of their line.

A line of a list (`pip freeze`, `pip list`, `conda list`, a lock file, `name (1.2)`) says what is installed, whatever
the name is. A sentence says so only with a name and a release side by side, and not where it compares or advises:
`pip install name==1.2` is no installed release.
"""

from __future__ import annotations

import re

from fixcards.matching.parse.packages import distribution_name
from fixcards.matching.parse.tokens import STOPWORDS, lower

_NAME = r"[A-Za-z][A-Za-z0-9_.]{0,50}(?:-[A-Za-z0-9][A-Za-z0-9_.]{0,30}){0,6}"
_RELEASE = r"[0-9]{1,4}(?:[.][0-9]{1,9}){1,4}(?:(?:a|b|rc|[.]?post|[.]?dev)[0-9]{1,9})?"
_IS = (
    "is|at|to|is at|is now|is (?:frozen|pinned|held|locked) (?:at|to)|(?:stays?|frozen|pinned) (?:at|on)|now|went"
    "|must stay (?:at|on)|ist|steht auf|est|est en|es|en|sta a|\u00e9|\u00e8|jest w|\u043d\u0430|\u306f"
)
"""Words between a name and its release, in the languages of most posts."""
_TO = "to|auf|a|\u00e0|vers|para|pro|na|\u043d\u0430"
"""Words between an old release and the one after it."""

RELEASE_MENTION = (
    r"(^|[^A-Za-z0-9_.])([A-Za-z][A-Za-z0-9_.]{0,50}(?:-[A-Za-z][A-Za-z0-9_.]{0,30}){0,4})"
    rf"(?:[ @-]|==|[ ]v|[ ]{{2,60}}|[ ]?\(|:[ ]|[ ](?:{_IS})[ ])"
    rf"(?:{_RELEASE}[ ]?(?:-{{1,2}}>|=>|\u2192|[ ](?:{_TO})[ ])[ ]?)?({_RELEASE})"
    "(?![0-9A-Za-z_+]|[.][0-9]|,? (?:or|and) (?:newer|later|higher|above|up))"
)
"""A name followed by a release in a sentence: `name 1.2`, `name-1.2`, `name (1.2)`, folders of metadata, `name is 1.2`.
Of `name 1.2 -> 1.3` and `name 1.2 to 1.3` it is the second one."""
LISTED_RELEASE = (
    rf"^(?:[ \t>+*\u2022|\-]{{0,40}}|[^\n]{{0,80}}user requested )"
    rf"[*`]{{0,2}}({_NAME})(?:\[[a-z0-9, _-]{{0,80}}\])?(?:[ ][Vv]ersion(?: used)?)?"
    r"(?::[*]{2}|[*`]{0,2})(?:[ ]?===?[ ]?|[ ]?=[ ]?\"?|[ ]?:[ ]|[ ]?\(|[ \t]{1,80}\|?[ ]?)"
    rf"[*`v]{{0,3}}({_RELEASE})"
    r"(?:[+][a-z0-9.]{1,40})?[*`\")]{0,3}"
    r"(?:[ ]*(?:[,|\\]?[ ]*$|=[a-z0-9_]{1,40}$|[#;|][^\n]*$|--hash[^\n]*$)|[ \t]{2,80}[^ \n][^\n]*$)"
)
"""A line that consists of a name and its release: what lists, tables, lock files and requirements have, and what pip
says of a conflict that it can't resolve: `The user requested name==1.2`."""
LISTED_ITEM = rf"^[ \t]*[*`]{{0,2}}({_NAME})(?:[ ]?==[ ]?|[ -]|[ ]?:[ ]|[ ]?\()v?({_RELEASE})[*`)]{{0,3}}[ \t.]*$"
"""One item of a list in one line."""
LIST_SEPARATOR = "[,;/]"
LOCKED_NAME = (
    rf"^(?:name = \"|(?:#{{1,6}} |[*]{{2}})(?:[A-Za-z'-]{{1,20}} ){{0,3}})({_NAME})"
    r"(?:\"| [Vv]ersion(?: in [Uu]se| used)?[?:]{0,2}(?:[*]{2})?:?[ ]?)$"
)
LOCKED_RELEASE = rf"^(?:version = \"|[ ]{{0,8}}`?v?)({_RELEASE})[\"`]?(?:[ ][(|][^\n]*)?$"
"""Two lines of `uv.lock` or `poetry.lock`, or the heading of a tracker's form and the answer below it."""
PYTHON_PATH = (
    r"(?:[Pp]ython[/\\.]?|[Pp]y[Pp]y|[/\\]py|pyenv(?:-win)?[/\\]versions[/\\])"
    r"([23])[.]?([0-9]{1,2})(?=[/\\.]|_[0-9]|-32[/\\])"
)
"""The interpreter in a path."""
PYTHON_PROGRAM = (
    r"(?:(?:^|[^A-Za-z0-9_])[Pp]y(?:thon)?:?|(?:removed|deleted|gone|dropped) (?:in|from|with|since) C?[Pp]ython )"
    r"([23][.][0-9]{1,2})(?![0-9./\\])"
)
"""The interpreter by the name of its program, which people also write in sentences, or of its image; or the one
that a person says no longer has something."""
LISTED_VALUE = r"^[ ]*(?:- )?[a-z_]{1,40}: \[([^\]\n]*)\]$"
"""A list in one line as the value of a key, as YAML has it."""
PLUGINS = "plugins: "
"""What pytest writes before its plugins, whose names it shortens."""
PLATFORM = r"^platform [^\n]{1,80} -- "
"""What pytest writes before the releases of Python and its own."""
INSTALL_COMMAND = r"(?:pip3?|conda|mamba|uv|poetry|pipenv|pdm|pipx)(?:[ ]pip)?[ ](?:install|add|inject)[ ]"
"""A command that installs. What it names may be installed some day."""

COMPARISON_WORDS = frozenset(
    ("above", "after", "and", "before", "below", "from", "in", "of", "or", "requires", "since", "than", "to", "until")
)
"""Words before a name with a release that make it a statement about releases, not about the installed one."""
PLACE_WORDS = ("from", "in", "of")
"""Those of them that say nothing of the kind before a name without a release: "an issue of name"."""
_ADVICE_TEXT = """
add added adding built bump bumping compiled deprecated downgrade downgraded downgrading dropped fix fixed fixes hold
holding install installing introduced keep keeping limit limiting lock locking need needs pin pinned pinning pins
recommend recommended removed revert reverted reverting rollback rolled set setting should solution solved suggest
suggested suggests switch switched take tried try trying update upgrade upgrading use want workaround worked works
"""
ADVICE_WORDS = frozenset(_ADVICE_TEXT.split())
"""Words shortly before it that make it advice."""
CURE = (
    r"^(?![^\n]*(?:^|[^a-z_])(?:before|broke|broken|failed|fails|longer|n['\u2019]t|not|since|still|stopped|without)"
    r"(?:[^a-z_]|$))"
    r"[^\n]*(?:(?:^|[^a-z_])(?:add|adding|added(?! [0-9])|did it|downgraded|downgrading|fix|fixed|fixes|helps|made it"
    r"|pinning|solution|solved|solves|workaround|worked|works|hilft|geholfen|funktioniert|l\u00f6st|aide|marche"
    r"|fonctionne|passe|funciona|soluciona|ajuda|resolve)(?:[^a-z_]|$)"
    r"|\u043f\u043e\u043c\u043e\u0433|\u89e3\u51b3|\u89e3\u6c7a|\u5efa\u8bae|\u6700\u597d|\u6539\u6210|\u6362\u6210|\u964d)"
)
"""A sentence, in lower case, that says what helps. Requirements in it, or written below it, are the cure, and no list
of what is installed."""
SENTENCE = r"^(?![^\n]*==) *(?:[^ ]+ +){6}"
"""The beginning of a line that is a sentence. Shorter ones stand between the blocks of requirements of one cure."""
READER_WORDS = ("i", "we")
"""Words before one of these that make it a report: "I use"."""
REPORTS = ("after", "bumped", "migrated", "moved", "since", "the", "updated", "upgraded", "went")
"""Words before "to" that make it a report, too: "we moved to", "after the upgrade to"."""
PAIR = "(?:[^ ]+[ =]+)?v?[0-9][^ ,]* (?:and|und|et|y|e) $"
"""Another name with its release before a name: in "on python 3.9 and name 1.2" what stands before both decides."""
ADVICE_REACH = 3
"""Words before a name that are looked at."""
MAX_CONTEXT = 80
"""Characters before a name that are looked at."""
NO_NAMES = STOPWORDS | COMPARISON_WORDS | ADVICE_WORDS | frozenset(("http", "ipv", "py", "release", "time"))
"""Words that are no package where a sentence has a number after them."""
DISTRIBUTOR = "^(?:py|python)3-"
"""What distributions of Linux put before the names of packages."""
NO_RELEASE = "^0[.]0(?:[.]post|$)"
"""The release of a distribution that only keeps a name, such as `sklearn`, and brings another one."""
PYTHON_NAMES = frozenset(("cpython", "py", "python"))
"""Names of the interpreter. A distribution `py` exists, too, whose releases start with 0 or 1."""

_MENTION, _LISTED, _ITEM = re.compile(RELEASE_MENTION), re.compile(LISTED_RELEASE), re.compile(LISTED_ITEM)
_LISTED_VALUE = re.compile(LISTED_VALUE)
_SEPARATOR = re.compile(LIST_SEPARATOR)
_PLATFORM = re.compile(PLATFORM)
_LOCKED_NAME, _LOCKED_RELEASE = re.compile(LOCKED_NAME), re.compile(LOCKED_RELEASE)
_PYTHON_PATH, _PYTHON_PROGRAM = re.compile(PYTHON_PATH), re.compile(PYTHON_PROGRAM)
_INSTALL_COMMAND = re.compile(INSTALL_COMMAND)
_CURE, _SENTENCE = re.compile(CURE), re.compile(SENTENCE)
_HAS_RELEASE = re.compile(r"[0-9][.][0-9]").search  # as all the expressions with a release demand: most lines have none
_DISTRIBUTOR, _NO_RELEASE = re.compile(DISTRIBUTOR), re.compile(NO_RELEASE)
_PAIR = re.compile(PAIR)
_PUNCTUATION = "\"'`*()[].,;:!?"


class SeenReleases:
    """The releases of the lines so far."""

    def __init__(self) -> None:
        self._releases: dict[str, dict[str, None]] = {}
        self._paths: dict[str, None] = {}  # interpreters in paths
        self._is_cure = False  # whether the last sentence says that what is written below it helps
        self._locked = ""  # package whose release the next line of a lock file or a form gives
        self.listed: dict[str, None] = {}
        """Packages that a line of a list names."""

    def add(self, line: str) -> None:
        """Add the releases of a line."""
        locked = _LOCKED_NAME.match(line)
        if locked:
            self._locked = locked[1]
            return
        is_cure = bool(_CURE.search(lower(line)))
        self._is_cure = is_cure or (self._is_cure and not _SENTENCE.search(line))
        if "." not in line:
            return
        if not _HAS_RELEASE(line):
            self._locked = ""
        elif not self._add_listed(line) and not _INSTALL_COMMAND.search(line):
            for match in _MENTION.finditer(line):
                name = _package(match[2], match[3])
                is_advised = (is_cure and "==" in match[0]) or is_advice(line[: match.start(2)], has_release=True)
                if name and not is_advised:
                    self._add(name, match[3])
            for match in _PYTHON_PROGRAM.finditer(line):
                self._add("python", match[1])
        path = _PYTHON_PATH.search(line)
        if path:
            self._paths[f"{path[1]}.{path[2]}"] = None

    def _add_listed(self, line: str) -> bool:
        """Add what a line of a list says, and return whether it is one."""
        match = _LOCKED_RELEASE.match(line)
        items = [(self._locked, match[1])] if match and self._locked else _items(line)
        self._locked = ""
        is_cure = self._is_cure and "==" in line
        for raw, release in items:
            name = _package(raw, release)
            if name and not is_cure:
                self._add(name, release)
                self.listed[name] = None
        return bool(items)

    def _add(self, name: str, release: str) -> None:
        releases = self._releases.setdefault(name, {})
        releases.pop(release, None)
        releases[release] = None

    def by_package(self) -> dict[str, tuple[str, ...]]:
        """Return all releases of each package, the last one that the text names at the end."""
        releases = {name: tuple(each) for name, each in self._releases.items()}
        if self._paths:
            releases["python"] = tuple(dict.fromkeys((*self._paths, *releases.get("python", ()))))
        return releases

    def certain(self) -> tuple[str, ...]:
        """Return the packages whose release a list or a path gives, not a sentence."""
        return tuple(self.listed | ({"python": None} if self._paths else {}))


def is_listed(line: str) -> bool:
    """Return whether a line belongs to a list of releases."""
    return bool(_LOCKED_NAME.match(line) or (_HAS_RELEASE(line) and (_LOCKED_RELEASE.match(line) or _items(line))))


def _items(line: str) -> list[tuple[str, str]]:
    """Return name and release of each item of a line that consists of such items, none for any other line."""
    line = _LISTED_VALUE.sub(r"\1", line) if line.endswith("]") else line
    match = _LISTED.match(line)
    if match:
        return [(match[1], match[2])]
    head, _, rest = line.partition(PLUGINS)
    plugins = bool(rest) and not head.strip(" ")
    parts = [_ITEM.match(part) for part in _SEPARATOR.split(rest if plugins else _PLATFORM.sub("", line))]
    items = [(part[1], part[2]) for part in parts if part]
    if len(items) < len(parts) or (len(items) < 2 and not plugins):
        return []
    return [(f"pytest-{name}", release) for name, release in items] if plugins else items


def _package(name: str, release: str) -> str:
    """Return the name of a distribution, empty for a word that is none."""
    name = _DISTRIBUTOR.sub("", distribution_name(name))
    if name in PYTHON_NAMES and release[0] in "23":
        return "python"
    return "" if name in NO_NAMES or _NO_RELEASE.match(release) else name


def is_advice(before: str, *, has_release: bool = False) -> bool:
    """Return whether the words before a name make it advice or a comparison. `has_release`: a release follows it."""
    before = _PAIR.sub("", before[-MAX_CONTEXT:])
    words = [lower(word.strip(_PUNCTUATION)) for word in before.split(" ") if word][-ADVICE_REACH:]
    if not words:
        return False
    if words[-1] == "to" and any(word in REPORTS for word in words):
        return False
    advice = [word for before, word in zip(["", *words], words, strict=False) if before not in READER_WORDS]
    compares = words[-1] in COMPARISON_WORDS and (has_release or words[-1] not in PLACE_WORDS)
    return compares or not ADVICE_WORDS.isdisjoint(advice)
