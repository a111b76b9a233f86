"""The types of single values of a record: text, version, range, address, path.

Each type refuses a value with an error of its own kind, which `rules/shape.py` puts into words, with a repair as hint.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement
from packaging.specifiers import InvalidSpecifier
from packaging.version import InvalidVersion
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from fixcards.ecosystems import PYPI
from fixcards.ecosystems.pypi import parse_requirement, parse_specifier, parse_version
from fixcards.records.identity import DISCOVERY_KEY
from fixcards.records.problem import quoted

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
"""A distribution name as PEP 503 normalises it."""
CARD_ID = rf"{NAME}-[1-9][0-9]{{0,11}}"
"""A card's id. The key of its issue may have letters, which look like a part of the name here."""

_PACKAGE_NAME = re.compile(NAME)
_CARD_ID = re.compile(CARD_ID)
FRAME = re.compile(r"[\w.\-]+(?:/[\w.\-]+)*\.(?:py|pyx|pyi):(?:<\w+>|[\w.<>]+)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ADVISORY = r"CVE-[0-9]{4}-[0-9]{4,12}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|PYSEC-[0-9]{4}-[0-9]{1,12}"
_ADVISORY_ID = re.compile(_ADVISORY)
"""CVE ids as cve.org has them, those of GitHub's advisory database, and those of the Python advisory database."""
_ORDINARY_URL = re.compile(r"https://(?:[a-z0-9]+[.-])+[a-z]+(?:/[A-Za-z0-9/._#?=&%+~-]*)?")
"""Nearly all addresses; what it matches is right beyond doubt and needs no closer look."""
_WEB_SCHEME = re.compile("https?://")


def value_error(kind: str, message: str, hint: str = "", repaired: str = "") -> PydanticCustomError:
    """Return the error of a validator; `kind` is what the lint rules know it by (see `rules/shape.py`).

    `repaired` is the value that was meant, where it can be no other.
    """
    return PydanticCustomError(kind, "{problem}", {"problem": message, "hint": hint, "repaired": repaired})


def _not_blank(text: str) -> str:
    if not text[:1].isalnum() and not any(char.isprintable() and not char.isspace() for char in text):
        raise value_error("blank", "is empty", "write the text, or remove the key where it is optional")
    return text


def _one_line(text: str) -> str:
    if text.splitlines() != [text]:
        raise value_error(
            "one_line", "takes more than one line", "write it on one line, in quotes instead of below `|`"
        )
    return text


def _package_name(name: str) -> str:
    if not _PACKAGE_NAME.fullmatch(name):
        normal = PYPI.normalize_name(name)
        message = f"{quoted(name)} is not a normalised distribution name"
        if _PACKAGE_NAME.fullmatch(normal):
            raise value_error(
                "package_name", message, f"write {normal!r}: lower case, single hyphens (PEP 503)", normal
            )
        hint = "write the name under which pip installs it: a to z, 0 to 9 and single hyphens"
        raise value_error("package_name", message, hint)
    return name


def _specifier(text: str) -> str:
    try:
        parse_specifier(text)
    except InvalidSpecifier:
        raise value_error(
            "specifier",
            f"{quoted(text)} is not a version specifier",
            'write it as PEP 440 does, for example ">=2.0,<=2.2.4"',
            _respelled(text),
        ) from None
    return text


def _respelled(text: str) -> str:
    """Return a specifier with its operators as PEP 440 spells them, empty where that makes it none."""
    spelled = re.sub(r"=([<>])", r"\1=", text.replace("\u2265", ">=").replace("\u2264", "<="))
    spelled = re.sub(r"(^|,)(\s*)=(?!=)", r"\1\2==", spelled).strip(" ,")
    try:
        parse_specifier(spelled)
    except InvalidSpecifier:
        return ""
    return spelled


def _version(text: str) -> str:
    try:
        parse_version(text)
    except InvalidVersion:
        raise value_error(
            "version", f"{quoted(text)} is not a version", 'name one release as PEP 440 does, for example "2.2.5"'
        ) from None
    return text


def _requirement(text: str) -> str:
    try:
        requirement = parse_requirement(text)
    except InvalidRequirement:
        raise value_error(
            "requirement",
            f"{quoted(text)} is not a requirement",
            'write it as PEP 508 does, for example "httpx=={version}" or "werkzeug==3.0.0"',
        ) from None
    if requirement.url:
        raise value_error(
            "requirement",
            f"{quoted(text)} installs from an address",
            "name the distribution and a version; a card runs on what the package index offers",
        )
    return text


def _web_url(text: str) -> str:
    if _ORDINARY_URL.fullmatch(text):
        return text
    hint = "write the whole address, for example https://github.com/encode/httpx/issues/271"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise value_error("url", f"{quoted(text)} is not an address", hint) from None
    if not _WEB_SCHEME.match(text) or not host or re.search(r"[\s\"'<>\\`{}|^]", text) or not text.isascii():
        raise value_error("url", f"{quoted(text)} is not an https URL", hint)
    if "@" in parts.netloc:
        raise value_error("url", f"{quoted(text)} has a user name before its host", "remove what stands before the @")
    return text


def fault_for_readers(url: str) -> str:
    """Return the fault of an address that is not safe or not the same for every reader; empty for any other."""
    if _ORDINARY_URL.fullmatch(url) and ".local" not in url:
        return ""
    if _is_of_one_machine(urlsplit(url).hostname or ""):
        return "leads to the reader's own machine or network"
    return "" if url.startswith("https://") else "is not an https URL"


def _is_of_one_machine(host: str) -> bool:
    """Return whether a host is another one for each reader: a loopback or private address, or a name of such."""
    if host == "localhost" or host.endswith((".localhost", ".local")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _frame(text: str) -> str:
    if not FRAME.fullmatch(text):
        raise value_error(
            "frame",
            f"{quoted(text)} is not a library frame",
            f"write it relative to {PYPI.library_folder} as package/module.py:function, "
            "for example httpx/client.py:send",
        )
    return text


def _card_id(text: str) -> str:
    if not _CARD_ID.fullmatch(text):
        raise value_error(
            "card_id",
            f"{quoted(text)} is not a card id",
            "write <package>-<issue number>, for example httpx-271",
            text.lower() if _CARD_ID.fullmatch(text.lower()) else "",
        )
    return text


def _discovery_key(text: str) -> str:
    if not re.fullmatch(DISCOVERY_KEY, text):
        raise value_error(
            "card_id",
            f"{quoted(text)} is not the key of a found card",
            "leave it as the program wrote it: `found-` and nine digits",
        )
    return text


def _advisory_id(text: str) -> str:
    if not _ADVISORY_ID.fullmatch(text):
        raise value_error(
            "advisory_id",
            f"{quoted(text)} is not the id of an advisory",
            "write a CVE, GHSA or PYSEC id, such as CVE-2024-12345",
            next(filter(_ADVISORY_ID.fullmatch, (text.strip().upper(), f"GHSA{text.strip().lower()[4:]}")), ""),
        )
    return text


def _alternatives(value: Any) -> Any:
    """Take one specifier for a list of one; an error then has a last step 0 that the record has not."""
    return value if isinstance(value, (list, tuple, dict)) or value is None else (value,)


_WINDOWS_DEVICES = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\xb9\xb2\xb3]|lpt[0-9\xb9\xb2\xb3]) *(?:\..*)?", re.IGNORECASE
)
_WINDOWS_CHARACTERS = re.compile(r'[<>:"|?*\\\x00-\x1f]|[ .]$')


def windows_refuses(name: str) -> bool:
    """Return whether Windows can't hold a file or folder of this name (learn.microsoft.com, "Naming Files")."""
    return bool(_WINDOWS_DEVICES.fullmatch(name) or _WINDOWS_CHARACTERS.search(name))


def _file_path(text: str) -> str:
    hint = "write a path below the reproduction's folder, with `/`, for example package/__init__.py"
    if any(part in {"", ".", ".."} for part in text.split("/")):
        raise value_error("file_path", f"{quoted(text)} is no path below the reproduction's folder", hint)
    if not text.isprintable() or "\\" in text or any(map(windows_refuses, text.split("/"))):
        raise value_error("file_path", f"{quoted(text)} can't be a file name on every system", hint)
    return text


def _files_apart(files: Mapping[str, str]) -> Mapping[str, str]:
    names = {name.casefold() for name in files}
    for name in files:
        parts = name.casefold().split("/")
        for end in range(1, len(parts)):
            if "/".join(parts[:end]) in names:
                folder = "/".join(name.split("/")[:end])
                raise value_error(
                    "file_path", f"has {folder!r} both as a file and as a folder", "rename one of the two"
                )
    if len(names) < len(files):
        raise value_error(
            "file_path", "has two names that differ only in upper and lower case", "rename one of the two"
        )
    return files


def _day(value: Any) -> Any:
    hint = "write year-month-day, for example 2023-10-02"
    if isinstance(value, datetime):
        raise value_error("day", f"{value} has a time of day", hint)
    if not isinstance(value, str):
        return value
    try:
        if not _DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise value_error("day", f"{quoted(value)} is no day of the calendar", hint) from None


def _this_century(day: date) -> date:
    if not 2000 <= day.year < 2100:
        raise value_error("day", f"{day} is no day on which a package index had releases", "correct the year")
    return day


def _schema(pattern: str, most: int | None = None) -> WithJsonSchema:
    limits = {} if most is None else {"maxLength": most}
    return WithJsonSchema({"type": "string", "minLength": 1, "pattern": pattern, **limits})


_LINE = r"^[^\n]*\S[^\n]*$"
Text = Annotated[str, AfterValidator(_not_blank), _schema(r"\S")]
Line = Annotated[str, AfterValidator(_not_blank), AfterValidator(_one_line), _schema(_LINE)]
Title = Annotated[
    str, Field(max_length=100), AfterValidator(_not_blank), AfterValidator(_one_line), _schema(_LINE, 100)
]
FixTitle = Annotated[
    str, Field(max_length=120), AfterValidator(_not_blank), AfterValidator(_one_line), _schema(_LINE, 120)
]
ErrorLine = Annotated[
    str, Field(max_length=1000), AfterValidator(_not_blank), AfterValidator(_one_line), _schema(_LINE, 1000)
]
Quote = Annotated[str, Field(max_length=200), AfterValidator(_not_blank), _schema(r"\S", 200)]
Specifier = Annotated[
    str, Field(max_length=300), AfterValidator(_not_blank), AfterValidator(_specifier), _schema("[<>=~!]", 300)
]
Affected = Annotated[
    tuple[Specifier, ...],
    Field(min_length=1, max_length=20),
    BeforeValidator(_alternatives),
    PlainSerializer(lambda ranges: ranges[0] if len(ranges) == 1 else list(ranges)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "pattern": "[<>=~!]", "maxLength": 300},
                {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 20,
                    "items": {"type": "string", "minLength": 1, "pattern": "[<>=~!]", "maxLength": 300},
                },
            ]
        }
    ),
]
AdvisoryId = Annotated[str, Field(max_length=100), AfterValidator(_advisory_id), _schema(f"^(?:{_ADVISORY})$", 100)]
Keyword = Annotated[
    str, Field(max_length=60), AfterValidator(_not_blank), AfterValidator(_one_line), _schema(_LINE, 60)
]
Release = Annotated[str, Field(max_length=100), AfterValidator(_version), _schema("^[0-9]", 100)]
PackageName = Annotated[str, Field(max_length=100), AfterValidator(_package_name), _schema(f"^{NAME}$", 100)]
Url = Annotated[str, Field(max_length=2000), AfterValidator(_web_url), _schema("^https?://", 2000)]
RequirementText = Annotated[str, Field(max_length=300), AfterValidator(_requirement), _schema(r"^\s*[A-Za-z0-9]", 300)]
Frame = Annotated[str, Field(max_length=300), AfterValidator(_frame), _schema(r"^[^/].*\.pyx?i?:", 300)]
CardId = Annotated[str, Field(max_length=120), AfterValidator(_card_id), _schema(f"^{CARD_ID}$", 120)]
DiscoveryKey = Annotated[str, Field(max_length=20), AfterValidator(_discovery_key), _schema(f"^{DISCOVERY_KEY}$", 20)]
FilePath = Annotated[
    str,
    Field(max_length=200),
    AfterValidator(_not_blank),
    AfterValidator(_file_path),
    _schema(r"^[^/\\:][^\\:]*$", 200),
]
ExtraFiles = Annotated[dict[FilePath, str], Field(max_length=30), AfterValidator(_files_apart)]
SecondPackages = Annotated[dict[PackageName, Specifier], Field(max_length=20)]
Requirements = Annotated[tuple[RequirementText, ...], Field(max_length=50)]
Day = Annotated[date, BeforeValidator(_day), Field(strict=True), AfterValidator(_this_century)]
