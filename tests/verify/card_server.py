"""A program that executes cards for the tests as the user who started it: JSON lines in, JSON lines out."""

import json
import sys
from pathlib import Path

from fixcards.records.card import Card
from fixcards.verify.card_runner import CardRunner, RunSettings
from fixcards.verify.interpreters import installed_interpreters
from fixcards.verify.plan import plan
from fixcards.verify.sandbox import Limits


def run_card(request: dict) -> str:
    settings = RunSettings(Path(request["cache"]), "bubblewrap", repetitions=1, limits=Limits(**request["limits"]))
    runner = CardRunner(Card.model_validate(request["card"]), settings)
    card_plan = plan(runner.card, runner.index.releases(runner.card.package), installed_interpreters())
    return runner.run(card_plan.broken).model_dump_json()


def main() -> None:
    responses = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        responses.write(run_card(json.loads(line)) + "\n")
        responses.flush()


if __name__ == "__main__":
    main()
