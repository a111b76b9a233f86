"""A found card for tests, the card of a person in its place, and evidence without an execution."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import yaml

from fixcards.records.card import Card
from fixcards.records.evidence import Evidence, Outcome, Provenance, Run, run_digest

CARD_ID = "demo-found-481239057"
FILE = "_found/demo/found-481239057.yaml"
ERROR = "ImportError: cannot import name 'helper' from 'part' (/venv/lib/python3.11/site-packages/part.py)"
DISCOVERED = """# yaml-language-server: $schema=../../card.schema.json
package: demo
discovery:
  key: found-481239057
  culprit: part
  release: "2.0"
  last_good: "1.9"
  uploaded: "2024-05-01"
  day: "2024-05-06"
  victims: ["wick==1.2"]
title: "demo 1.0 to 1.10 with part 2.0: ImportError: cannot import name 'helper' from 'part'"
category: import-error
symptom: "`import demo` stops with an `ImportError`, so nothing of demo can be used."
trigger: demo 1.0 to 1.10 together with part 2.0 or later.
mechanism: part 2.0 no longer has `part.helper`; 1.9 still has it.
versions:
  affected: ">=1.0,<=1.10"
  fixed: "1.11"
  with: {part: ">=2.0"}
signature:
  error: "ImportError: cannot import name 'helper' from 'part' ({path})"
  exception: ImportError
  frames: ["demo/client.py:<module>"]
reproduction:
  python: "==3.11.*"
  requires: ["demo=={version}", "part==2.0"]
  exclude_newer: "2024-05-06"
  code: |
    import demo
fixes:
  - title: Upgrade demo to 1.11 or later
    kind: upgrade
    body: demo 1.11 is the first release after 1.10 with which the program passes, together with part 2.0.
    avoid_when: "Other code of yours relies on demo 1.10: only the program on this page was run with 1.11."
    install: ["demo>=1.11"]
    requires: ["demo==1.11", "part==2.0"]
prevention:
  - Install from a lock file, or bound part beside demo.
"""
EXPLAINED = (
    DISCOVERED.replace("../../card", "../card")
    .replace('  day: "2024-05-06"\n', '  day: "2024-05-06"\n  explained: "2024-05-20"\n')
    .replace(
        "title:",
        "issue: https://github.com/example/demo/issues/7\npr: https://github.com/example/demo/pull/8\ntitle:",
        1,
    )
    + f"supersedes: [{CARD_ID}]\n"
)


def write(folder: Callable[[dict[str, str | bytes]], Path], more: Mapping[str, str]) -> Path:
    """Write the found card and further files; return the folder of the cards."""
    return folder({FILE: DISCOVERED, **more})


def evidence_of(text: str) -> Evidence:
    """Return compact evidence of a card, as an execution would give it for one with a single fix."""
    card = Card.model_validate(yaml.safe_load(text))

    def run(role: str, release: str, part: str, outcome: Outcome, **more: object) -> Run:
        failed = outcome == "failed-as-described"
        values = {
            "role": role,
            "release": release,
            "packages": {"demo": release, "part": part},
            "exclude_newer": date(2024, 5, 6),
            "python": "3.11.7",
            "exit": int(outcome != "passed"),
            "outcome": outcome,
            "matched": ERROR if failed else None,
            "reason": "ended with 1, without the signature" if outcome == "failed-otherwise" else None,
            "seconds": 0.1,
            "repetitions": (outcome,) * (1 if role in {"stub", "disguised"} else 3),
            "date": date(2024, 5, 6),
            **more,
        }
        return Run.model_validate(values)

    frames = list(card.signature.frames)
    return Evidence(
        card=card.id,
        digest=run_digest(card),
        provenance=Provenance(runner="person"),
        exclude_newer=date(2024, 5, 6),
        platform="linux-x86_64",
        isolation="bubblewrap",
        runs=(
            run("broken", "1.10", "2.0", "failed-as-described", output=f"Traceback\n{ERROR}\n", frames=frames),
            run("fix", "1.11", "2.0", "passed", fix=1),
            run("latest", "1.11", "2.0", "passed"),
            run("stub", "1.10", "2.0", "failed-otherwise"),
            run("disguised", "1.10", "2.0", "failed-as-described"),
            run("install", "1.11", "2.0", "passed", fix=1, others="kept", exclude_newer=None),
            run("install", "1.11", "2.0", "passed", fix=1, others="newest", exclude_newer=None),
        ),
    )
