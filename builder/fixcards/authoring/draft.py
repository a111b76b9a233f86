"""From what was measured to the record of a card, in the order in which people write one.

What a program can't know is a text that begins with `TODO` and says what belongs there; `fixcards check` refuses it
(FC240).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from packaging.version import Version

from fixcards.authoring.investigation import Measurement
from fixcards.authoring.ways_out import MeasuredFix
from fixcards.authoring.yaml_writer import Plain
from fixcards.records.rules.draft import TODO
from fixcards.verify.bisect import FAILING
from fixcards.verify.bisect_result import BisectResult
from fixcards.verify.failure_signature import FailureSignature

MAX_TITLE = 100
_MAX_TRACEBACK_LINES = 40
_END_OF_BUILD = re.compile(r"(?:error|hint|cause): ")
"""What uv prints below the output of a build."""
_PLACEHOLDERS = re.compile(r" ?\(\{\w+\}\)")
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})
_API_ERRORS = frozenset({"AttributeError", "TypeError", "NameError"})


def draft(measured: Measurement, url: str, pr: str | None, cause: str | None) -> dict[str, Plain]:
    """Return the record of a card. `cause` is the id of the card about the change that the failure comes from."""
    record: dict[str, Plain] = {"package": measured.script.package, "issue": url}
    record |= {"pr": pr} if pr else {}
    record |= {"title": title(measured), "category": category(measured)}
    record |= dict(_prose(measured))
    record |= {"cause": cause} if cause else {}
    record |= {
        "versions": versions(measured),
        "signature": signature(measured),
        "reproduction": reproduction(measured),
        "fixes": [*(fix_record(fix) for fix in measured.fixes)] or [_unknown_fix()],
        "verify": f"{TODO}: how a reader checks the fix in their own system, with a command; or remove this key",
        "prevention": [f"{TODO}: a habit or a check that would have caught this very failure"],
    }
    return record


def title(measured: Measurement) -> str:
    """Return a title from the facts: package, releases, what they fail with. A person may find better words."""
    second = f" with {measured.partner.package} {measured.partner.affected}" if measured.partner else ""
    head = f"{measured.script.package} {' or '.join(affected(measured.bisection))}{second}"
    message = measured.signature.message or measured.signature.error
    text = f"{head}: {_PLACEHOLDERS.sub('', message).strip(' :')}"
    return text if len(text) <= MAX_TITLE else f"{text[: MAX_TITLE - 1].rstrip()}…"


def category(measured: Measurement) -> str:
    """Return the sort of failure, as far as the exception tells."""
    return category_of(measured.signature, measured.during is not None)


def category_of(signature: FailureSignature, packaging: bool) -> str:
    """Return the sort of failure with a signature; `packaging` says that no program was reached."""
    name = (signature.exception or "").rpartition(".")[2]
    if packaging:
        return "packaging"
    if signature.hangs:
        return "hang"
    if name == "AssertionError" and (signature.innermost or "").startswith("/repro/"):
        return "wrong-result"  # the script's own check; an assertion of the library is a crash
    if name in _IMPORT_ERRORS:
        return "import-error"
    if name in _API_ERRORS or name.endswith("Warning"):
        return "api-change"
    return "crash"


def affected(bisection: BisectResult) -> tuple[str, ...]:
    """Return the releases that fail, one specifier for each stretch; each names its last release where it ends.

    A card names the last affected release, for that is the one that is run, and the lowest one that was run where there
    are older ones that can't be.
    """
    specifiers: list[str] = []
    first = ""
    stretches = bisection.stretches
    for before, each, after in zip([None, *stretches], stretches, [*stretches[1:], None], strict=False):
        if each.state not in FAILING:
            continue
        if before is None or before.state not in FAILING:
            set_aside = any(Version(version) < each.first.parsed for version in bisection.set_aside)
            older = before is not None or set_aside or each.first != bisection.releases[0]
            first = f">={each.first.version}" if older else ""
        if after is None or after.state not in FAILING:
            newest = after is None and bisection.fixed is None and each.last == bisection.releases[-1]
            last = f"<={each.last.version}"
            oldest = f">={each.first.version}"
            parts = [first or oldest] if newest else [first, last]
            specifiers.append(",".join(filter(None, parts)))
    return tuple(specifiers)


def versions(measured: Measurement) -> dict[str, Plain]:
    """Return which releases, second packages and interpreters fail."""
    ranges = affected(measured.bisection)
    record: dict[str, Plain] = {"affected": ranges[0] if len(ranges) == 1 else list(ranges)}
    if measured.bisection.fixed:
        record["fixed"] = measured.bisection.fixed
    if measured.partner is not None:
        record["with"] = {measured.partner.package: measured.partner.affected}
    if measured.python.concerned:
        record["python"] = measured.python.concerned
    return record


def signature(measured: Measurement) -> dict[str, Plain]:
    """Return the signature: message, exception, traceback, frames, other wordings."""
    seen = measured.signature
    if seen.hangs:
        return {"error": f"{TODO}: the line that people search for, such as the last one that is printed"}
    record: dict[str, Plain] = {"error": seen.error}
    record |= {"exception": seen.exception} if seen.exception else {}
    if traceback := traceback_of(measured.failing.output):
        record["traceback"] = traceback
    # Frames of a build are those of the tools that build, in folders of no environment.
    record |= {"frames": list(seen.frames)} if seen.frames and measured.during is None else {}
    record |= {"aliases": list(measured.aliases)} if measured.aliases else {}
    return record


def traceback_of(output: str) -> str | None:
    """Return the last traceback of an output, None where there is none; of a very long one both ends."""
    lines = output.rstrip().splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    if not starts:
        return None
    # What it was raised from stands above, so the first of the chain is where it begins.
    start = starts[-1]
    for at in reversed(starts[:-1]):
        between = " ".join(lines[at:start])
        if "During handling of the above" not in between and "direct cause of the following" not in between:
            break
        start = at
    cut = list(takewhile(lambda line: not _END_OF_BUILD.match(line), lines[start:]))
    if len(cut) > _MAX_TRACEBACK_LINES:
        half = _MAX_TRACEBACK_LINES // 2
        cut = [*cut[:half], "  ...", *cut[-half:]]
    return "\n".join(map(str.rstrip, cut)) + "\n"


def reproduction(measured: Measurement) -> dict[str, Plain]:
    """Return the program, and what it is run with."""
    script = measured.script
    record: dict[str, Plain] = {"python": measured.python.reproduces}
    record["requires"] = list(script.requirements("{version}"))
    record |= {"build": list(script.build)} if script.build else {}
    record |= {"exclude_newer": measured.day} if measured.day else {}
    record["code"] = script.code
    record |= {"files": dict(script.files)} if script.files else {}
    if measured.during is not None:
        record["expect"] = {"during": measured.during}
    elif measured.signature.hangs and script.timeout:
        record["expect"] = {"timeout": script.timeout}
    elif measured.failing.exit is not None and measured.failing.exit < 0:
        record["expect"] = {"exit": measured.failing.exit}
    return record


def fix_record(fix: MeasuredFix) -> dict[str, Plain]:
    """Return one option that was run."""
    bound = fix.install.removeprefix(fix.package)
    upgrade = fix.kind == "upgrade"
    release = bound.lstrip("><=")
    words = f"Upgrade {fix.package} to {release} or later" if upgrade else f"Hold {fix.package} below {release}"
    return {
        "title": words,
        "kind": fix.kind,
        "body": f"{'Set' if upgrade else 'Add'} `{fix.install}`{' beside the other requirements' * (not upgrade)}.",
        "why": f"{TODO}: {'what changed upstream' if upgrade else 'why the older release works'}, in your own words",
        "use_when": f"{TODO}: when to choose it; or remove this key",
        "avoid_when": f"{TODO}: when not to choose it: what it costs, what else changes with it",
        "install": [fix.install],
        "requires": list(fix.requires),
    }


def _unknown_fix() -> dict[str, Plain]:
    return {
        "title": f"{TODO}: what to do, in one line",
        "kind": "code-change",
        "body": f"{TODO}: what to do, in full; no release and no pin that was run passes",
        "avoid_when": f"{TODO}: when not to choose it",
    }


def _prose(measured: Measurement) -> Iterator[tuple[str, Plain]]:
    package = measured.script.package
    releases = " or ".join(affected(measured.bisection))
    second = f" with {measured.partner.package} {measured.partner.affected}" if measured.partner else ""
    frames = measured.signature.frames
    place = f"; it is raised in {frames[-1]}" if frames else ""
    yield "symptom", f"{TODO}: what breaks, as seen from outside: which call or command, and what it does instead"
    yield "trigger", f"{TODO}: what the user does or installs that sets it off (run: {package} {releases}{second})"
    yield "mechanism", f"{TODO}: why it broke, as a chain of cause{place}"
    yield (
        "impact",
        f"{TODO}: what happens if it is left alone, and what it looks like in production; or remove this key",
    )
