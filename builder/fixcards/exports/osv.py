"""Cards in the format of the OSV schema, for tools that read it: https://ossf.github.io/osv-schema/.

A card is no vulnerability, so its record has an id of a local database (`x_...`), which no aggregator takes. The format
knows alternatives only: a release is affected if it is in one of the ranges. It has no way to say that a second
package, an interpreter or a platform is needed, too, so a card that takes one would be an alarm for everybody who has
the package alone. Such cards are left out unless they are asked for; then `database_specific.requires` has the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fixcards.matching.parse.versions import ALTERNATIVE
from fixcards.records.card import Card
from fixcards.records.evidence import Evidence

SCHEMA_VERSION = "1.7.5"
ID_PREFIX = "x_FIXCARDS-"
_CLAUSE = re.compile(r"(~=|===?|!=|<=|>=|<|>)([^,*]+?)(\.\*)?(?=,|$)")


class InexpressibleError(ValueError):
    """A card can't be said in the format. The message is the reason."""


def osv_record(
    card: Card, evidence: Evidence | None, site_url: str = "", *, with_conditions: bool = False
) -> dict[str, Any]:
    """Return the record of a card.

    Raises `InexpressibleError` for one that can't be said in the format, one about Python itself, one without evidence
    (a record needs the day of its last change, and a claim that was never executed is none to hand on), and one that
    takes more than its package unless `with_conditions`.
    """
    requires = _requires(card)
    if requires and not with_conditions:
        raise InexpressibleError(f"takes {', '.join(requires)}, too")
    if evidence is None:
        raise InexpressibleError("was never executed")
    if card.status.state == "retired":
        raise InexpressibleError("is retired")
    if card.about_python:
        raise InexpressibleError("is about Python, which is no package of the index")
    page = f"{site_url}{card.package}/{card.key}/" if site_url else ""
    links = [("REPORT", card.issue), ("FIX", card.pr), ("EVIDENCE", page)]
    return {
        "schema_version": SCHEMA_VERSION,
        "id": f"{ID_PREFIX}{card.id}",
        "modified": f"{evidence.last_verified.isoformat()}T00:00:00Z",
        **({"aliases": list(card.ids)} if card.ids else {}),
        "summary": card.title,
        "details": "\n\n".join(text.strip() for text in (card.symptom, card.trigger, card.mechanism) if text),
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": card.package, "purl": f"pkg:pypi/{card.package}"},
                **_affected(str(card.versions.affected_set)),
            }
        ],
        "references": [{"type": kind, "url": str(url)} for kind, url in links if url],
        "database_specific": {
            "kind": "known failure",
            "category": card.category,
            "error": card.signature.error,
            **({"requires": requires} if requires else {}),
        },
    }


def _requires(card: Card) -> dict[str, str]:
    """Return the conditions of a card beside its package: other packages, `python` and `platform`."""
    versions = card.versions
    requires: dict[str, str] = dict(versions.with_ or {})
    if versions.python:
        requires["python"] = str(versions.python)
    if versions.platform:
        requires["platform"] = versions.platform
    return requires


def _affected(affected: str) -> Mapping[str, Any]:
    """Return `ranges` and `versions` for a PEP 440 range."""
    ranges, versions = [], []
    for alternative in affected.split(ALTERNATIVE):
        clauses = _CLAUSE.findall(alternative.replace(" ", ""))
        exact = [version for operator, version, wildcard in clauses if operator in ("==", "===") and not wildcard]
        if exact and len(clauses) == 1:
            versions += exact
        else:
            ranges.append({"type": "ECOSYSTEM", "events": _events(clauses, alternative)})
    return {**({"ranges": ranges} if ranges else {}), **({"versions": versions} if versions else {})}


def _events(clauses: list[tuple[str, str, str]], text: str) -> list[dict[str, str]]:
    """Return the events of a range of one piece. Raises `InexpressibleError` for one with gaps or an open lower end."""
    introduced, end = "0", {}
    for operator, version, wildcard in clauses:
        if operator == ">=":
            introduced = version
        elif operator == "<":
            end = {"fixed": version}
        elif operator == "<=":
            end = {"last_affected": version}
        elif operator == "==" and wildcard:
            introduced, end = version, {"fixed": _next(version)}
        elif operator == "~=":
            introduced, end = version, {"fixed": _next(version.rpartition(".")[0])}
        else:
            raise InexpressibleError(f"affects {text}, which has no form there")
    return [{"introduced": introduced}, *([end] if end else [])]


def _next(prefix: str) -> str:
    """Return the first release after all that begin so."""
    head, _, last = prefix.rpartition(".")
    if not last.isdigit():
        raise InexpressibleError(f"affects {prefix}, which has no form there")
    return f"{head}.{int(last) + 1}" if head else str(int(last) + 1)
