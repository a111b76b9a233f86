"""`card.json`: the record of a card with its computed values."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic_core import to_json

from fixcards.build.page import DataFile
from fixcards.exports.interface import CARD, CARD_DAYS, DAY, RELATED, REPORTS, SITE_URL, CardExport, Inputs

FILE_NAME = "card.json"


class CardJson(CardExport):
    """One file next to the page of each card."""

    inputs = frozenset({CARD, RELATED, REPORTS, CARD_DAYS, DAY, SITE_URL})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the file. Its keys are those of the record, then the computed ones."""
        facts = inputs[CARD]
        card, evidence, judgement = facts.card, facts.evidence, facts.judgement
        record = card.model_dump(mode="json", by_alias=True, exclude_none=True)
        computed = {
            "url": f"{inputs[SITE_URL]}{facts.path}/",
            "explained": card.explained,
            "verdict": judgement.verdict,
            "confidence": judgement.confidence,
            "reproduced": judgement.reproduced,
            "published": inputs[CARD_DAYS].published or None,
            "updated": inputs[CARD_DAYS].updated or None,
            "last_verified": evidence.last_verified.isoformat() if evidence else None,
            "own_content_ratio": round(facts.own_content_ratio, 2),
            "lines": [
                {"fix": number, "state": state, "lines": facts.install_lines(number)}
                for number, state in facts.install_states.items()
            ],
            "related": [other.id for other in inputs[RELATED]],
            "victims": [other.id for other in inputs[RELATED] if other.cause == card.id],
        }
        content = to_json({"id": card.id, **record, **computed}, indent=1) + b"\n"
        yield DataFile(f"{facts.path}/{FILE_NAME}", content)
