"""Executes cards for the tests under whatever user it was started as: JSON lines in, JSON lines out."""

import json
import sys
from pathlib import Path

from fixcards.records.card import Card
from fixcards.verify.card_runner import CardRunner, RunSettings
from fixcards.verify.interpreters import installed_interpreters
from fixcards.verify.plan import plan
from fixcards.verify.sandbox import Limits


def serve(order: dict) -> str:
    settings = RunSettings(Path(order["cache"]), "bubblewrap", repetitions=1, limits=Limits(**order["limits"]))
    executor = CardRunner(Card.model_validate(order["card"]), settings)
    runs = plan(executor.card, executor.index.releases(executor.card.package), installed_interpreters())
    return executor.run(runs.broken).model_dump_json()


def main() -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        answers.write(serve(json.loads(line)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
