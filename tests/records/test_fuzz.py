"""Whatever stands in a file, loading it is an answer and never an exception."""

from __future__ import annotations

import contextlib
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixcards.cli.formats import FORMATS
from fixcards.records import yaml_document
from fixcards.records.evidence import run_digest
from fixcards.records.library import Library
from fixcards.records.loader import load
from fixcards.records.problem import Problem
from fixcards.records.rules import RULES
from fixcards.records.verdict import VERDICTS, judge
from fixcards.records.yaml_document import YamlDocument, YamlError
from tests.sites import SNAPSHOT

from .conftest import DATA, GOOD, read_card

REALISTIC = [GOOD, *sorted(SNAPSHOT.glob("*/*.yaml"))]
EVIDENCE = GOOD.with_name("7.evidence.json").read_bytes()
DAY = date(2026, 1, 1)

bounded = settings(
    max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cards = tmp_path_factory.mktemp("fuzz") / "cards"
    (cards / "demo").mkdir(parents=True)
    return cards


def loaded(root: Path, card: bytes, evidence: bytes | None = None) -> Library:
    """Load a card and its evidence, and look at everything that may be asked of them."""
    shutil.rmtree(root / "demo")
    (root / "demo").mkdir()
    path = root / "demo" / "7.yaml"
    path.write_bytes(card)
    if evidence is not None:
        path.with_name("7.evidence.json").write_bytes(evidence)
    library = load(root)
    read_card(path, root)
    for problem in library.problems:
        assert_sane(problem)
    for card_id, each in library.cards.items():
        judgement = judge(each, library.evidence.get(card_id), DAY)
        run_digest(each)
        assert judgement.verdict in VERDICTS
        assert 0 <= judgement.confidence <= 0.98
    assert library.cards or library.problems
    return library


def assert_sane(problem: Problem) -> None:
    """It names a rule that exists and a place that the file has, and can be printed anywhere."""
    lines = Path(problem.path).read_bytes().decode("utf-8", "replace").split("\n")
    assert problem.code in RULES
    assert 1 <= problem.line <= len(lines)
    assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    assert problem.message
    assert str(problem).isprintable()
    for each in FORMATS.values():
        text = each.text([problem], [problem.path])
        assert text.replace("\n", "").isprintable()
        text.encode()


@bounded
@given(st.binary(max_size=400))
def test_random_bytes_are_described(root: Path, raw: bytes) -> None:
    assert not loaded(root, raw).cards


@bounded
@given(st.text(max_size=300))
def test_random_text_is_described(root: Path, text: str) -> None:
    assert not loaded(root, text.encode("utf-8", "surrogatepass")).cards


yaml_like = st.lists(
    st.sampled_from(
        ["a", "title", "é", "😀", ": ", ":", "\n", "\n  ", "\n- ", "- ", "[", "]", "{", "}", ",", "&a", "*a", "!t ",
         "|", ">", "'", '"', "\\", "\\x", "\t", "#", " # ", "? ", "---\n", "...\n", "%", "@", "`", "<<: ", "1.10",
         "no", "~", "2024-13-45", ".nan", "0x1", "1:30", "\u2028", "\x85", "\ufeff", "\x00", "\r", "package: demo",
         "versions:", "null"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@bounded
@given(yaml_like)
def test_text_that_looks_like_yaml_is_described(root: Path, text: str) -> None:
    assert not loaded(root, text.encode()).cards


@bounded
@given(yaml_like)
def test_without_libyaml_nothing_is_raised_either(text: str) -> None:
    with_libyaml, without = yaml_document._Loader, yaml.SafeLoader
    yaml_document._Loader = without  # type: ignore[assignment]
    try:
        with contextlib.suppress(YamlError):
            assert isinstance(YamlDocument(text).data, dict)
    finally:
        yaml_document._Loader = with_libyaml


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A realistic card with one to three things done to it that editors, merges and cats do."""
    raw = bytearray(draw(st.sampled_from(REALISTIC)).read_bytes())
    for _ in range(draw(st.integers(1, 3))):
        lines = raw.split(b"\n")
        at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        what = draw(
            st.sampled_from(["flip", "delete", "duplicate", "swap", "cut", "indent", "dedent", "nest", "insert"])
        )
        if what == "flip" and raw:
            raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
            continue
        if what == "cut":
            raw = raw[: draw(st.integers(0, len(raw)))]
            continue
        if what == "delete":
            del lines[at]
        elif what == "duplicate":
            lines.insert(other, lines[at])
        elif what == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif what == "indent":
            lines[at] = b"  " + lines[at]
        elif what == "dedent":
            lines[at] = lines[at][1:]
        elif what == "nest":
            lines[at:other] = [b"  " + line for line in lines[at:other]]
        else:
            lines[at] += draw(
                st.sampled_from([b":", b": x", b" #", b"'", b'"', b"]", b"{", b"\t", b"\r", b"\xff", b"\xe2\x80\xa8"])
            )
        raw = bytearray(b"\n".join(lines))
    return bytes(raw)


@settings(bounded, max_examples=400)
@given(mutated())
def test_a_damaged_card_is_loaded_or_described(root: Path, raw: bytes) -> None:
    loaded(root, raw)


hostile = (
    st.sampled_from(
        ["===1", "==1.*", ">=0", "<=1!2", "~=1.0", "", " ", "\n", "{version}", "a; (", "\ud800", "9" * 5000, "-", "..",
         "é", "1.0+a", "https://[", "https://a/1", "https://a/issues/99999999999999", "demo-0", "x/y.py:f", "a\nb",
         "\x1b[2J", "/", "C:\\"]
    )
    | st.text(max_size=20)
    | st.none() | st.booleans() | st.integers() | st.floats() | st.dates()
    | st.lists(st.text(max_size=5), max_size=3)
    | st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)
)  # fmt: skip


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, child in children for place in places(child, (*path, step)))]


@settings(bounded, max_examples=400)
@given(st.data())
def test_any_value_at_any_place_of_a_card_is_loaded_or_described(root: Path, data: st.DataObject) -> None:
    record = YamlDocument(GOOD.read_text(encoding="utf-8")).data
    for path in data.draw(st.lists(st.sampled_from(places(record)[1:]), min_size=1, max_size=3)):
        spot = record
        with contextlib.suppress(KeyError, IndexError, TypeError):  # an earlier value took the place away
            for step in path[:-1]:
                spot = spot[step]
            spot[path[-1]] = data.draw(hostile)
    text = "# yaml-language-server: $schema=../card.schema.json\n" + yaml.safe_dump(record, allow_unicode=True)
    loaded(root, text.encode("utf-8", "surrogatepass"))


@settings(bounded, max_examples=200)
@given(st.data())
def test_any_value_at_any_place_of_evidence_is_loaded_or_described(root: Path, data: st.DataObject) -> None:
    record = json.loads(EVIDENCE)
    path = data.draw(st.sampled_from(places(record)[1:]))
    spot = record
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = data.draw(hostile)
    library = loaded(root, GOOD.read_bytes(), json.dumps(record, default=str).encode())
    assert library.cards
    assert library.evidence or library.problems


@bounded
@given(st.integers(0, len(EVIDENCE) - 1), st.integers(0, len(EVIDENCE) - 1), st.binary(max_size=3))
def test_damaged_evidence_is_loaded_or_described(root: Path, start: int, length: int, instead: bytes) -> None:
    raw = EVIDENCE[:start] + instead + EVIDENCE[start + length :]
    assert loaded(root, GOOD.read_bytes(), raw).cards


@pytest.mark.parametrize(
    "evidence",
    [b"[" * 100_000, b"{" * 100_000, b'{"a":' * 50_000, b"1" * 100_000, b"\xef\xbb\xbf{}", b"NaN", b'"\\ud800"'],
)
def test_evidence_that_is_nested_or_numbered_beyond_reason_is_described(root: Path, evidence: bytes) -> None:
    assert [problem.code for problem in loaded(root, GOOD.read_bytes(), evidence).problems] == ["FC304"]


def test_the_bad_cards_read_the_same_without_libyaml(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Only libyaml refuses these two by itself; the other reader leaves the first to the rule about characters.
    differ = {"half-a-character.yaml", "unknown-directive.yaml"}
    bad = [path for path in sorted((DATA / "bad").glob("*.yaml")) if path.name not in {*differ, "problems.yaml"}]
    with_libyaml = [loaded(root, path.read_bytes()).problems for path in bad]
    monkeypatch.setattr(yaml_document, "_Loader", yaml.SafeLoader)
    assert [loaded(root, path.read_bytes()).problems for path in bad] == with_libyaml
    half = loaded(root, (DATA / "bad" / "half-a-character.yaml").read_bytes()).problems
    assert [(problem.line, problem.column, problem.code) for problem in half] == [(40, 22, "FC020")]


def test_a_deep_record_is_refused_without_libyaml_before_the_stack_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_document, "_Loader", yaml.SafeLoader)
    for opener in ("[", "{a: ", "- ", "? "):
        with pytest.raises(YamlError) as refused:
            YamlDocument("a:\n  " + opener * 5000)
        assert refused.value.kind == "depth"
