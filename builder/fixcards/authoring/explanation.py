"""From a found card to the draft of an explained one: everything measured stays, what a person knows is left open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from fixcards.authoring.yaml_writer import Plain
from fixcards.records.card import Card, Fix
from fixcards.records.evidence import Evidence
from fixcards.records.rules.draft import TODO


def explained_record(card: Card, evidence: Evidence | None, url: str, pr: str | None, day: date) -> dict[str, Plain]:
    """Return the record that takes the place of a found card, with the issue at `url`.

    `day` is that of the explanation. The found card's id is among `supersedes`, so that its address leads to the new
    card.
    """
    measured = _plain(card)
    record: dict[str, Plain] = {"package": card.package}
    record["discovery"] = {**_mapping(measured["discovery"]), "explained": day}
    record |= {"issue": url, **({"pr": pr} if pr else {})}
    record |= {key: measured[key] for key in ("title", "category", "symptom", "trigger")}
    record["mechanism"] = (
        f"{TODO}: why it broke, as a chain of cause, with upstream's words. Runs show: {card.mechanism}"
    )
    record["impact"] = f"{TODO}: what happens if it is left alone, as seen in production; or remove this key"
    record |= {key: measured[key] for key in ("cause", "versions") if key in measured}
    record["signature"] = _signature(card, measured["signature"], evidence)
    record |= {key: measured[key] for key in ("keywords", "reproduction") if key in measured}
    record["fixes"] = [_fix(fix, each) for fix, each in zip(card.fixes, _list(measured["fixes"]), strict=True)]
    record |= {key: measured[key] for key in ("verify", "prevention", "related", "status") if key in measured}
    record["supersedes"] = [card.id]
    return record


def _plain(card: Card) -> dict[str, Plain]:
    return dict(card.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True))


def _signature(card: Card, measured: Plain, evidence: Evidence | None) -> dict[str, Plain]:
    """Return the signature with the traceback, which a found card leaves to its evidence."""
    signature = dict(_mapping(measured))
    output = evidence.runs[0].output if evidence else ""
    if card.signature.traceback is None and "Traceback (most recent call last)" in output:
        traceback = output[output.index("Traceback (most recent call last)") :]
        signature["traceback"] = "\n".join(map(str.rstrip, traceback.rstrip().splitlines())) + "\n"
    order = ("error", "exception", "traceback", "frames", "aliases")
    return {key: signature[key] for key in order if key in signature}


def _fix(fix: Fix, measured: Plain) -> dict[str, Plain]:
    texts = dict(_mapping(measured))
    if fix.why is None:
        why = "what changed upstream" if fix.kind == "upgrade" else "why it works"
        texts["why"] = f"{TODO}: {why}, in your own words"
    texts["avoid_when"] = f"{TODO}: the situation in which it is the wrong choice. The program wrote: {fix.avoid_when}"
    order = ("title", "kind", "body", "why", "use_when", "avoid_when", "install", "requires", "code")
    return {key: texts[key] for key in order if key in texts}


def _mapping(value: Plain) -> Mapping[str, Plain]:
    return value if isinstance(value, Mapping) else json.loads(json.dumps(value))


def _list(value: Plain) -> list[Plain]:
    return list(value) if isinstance(value, (list, tuple)) else []
