"""What a reader states in sentences: what can't be upgraded, lowered, installed or edited, and what didn't help."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.normalized_failure import NormalizedFailure
from fixcards.matching.parse.packages import distribution_name
from fixcards.matching.parse.releases import INSTALL_COMMAND, is_listed
from fixcards.matching.parse.tokens import lower
from fixcards.matching.parse.versions import overlap
from fixcards.matching.score.features import MatchFeatures

_NUMBER = "[0-9]{1,4}(?:[.][0-9]{1,9}){0,4}"
CONSTRAINT = (
    r"(?:^|[^A-Za-z0-9_.-])([A-Za-z][A-Za-z0-9_.-]{0,60})[ ]?"
    rf"((?:[<>]=?|~=)[ ]?{_NUMBER}(?:,[ ]?(?:[<>]=?|!=)[ ]?{_NUMBER}){{0,3}})"
)
"""A bound that a text states, such as `name<2` or "needs name>=2,<3" in a sentence."""
NAME_WORD = r"[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?"
"""A word that may be a package's name, in lower case."""
SENTENCE_END = r"[.!?;](?= |$)"
CLAUSE_END = ",? (?:and|but|so|und|aber|et|mais|y|pero|e|ma) |, | (?=(?:requires|wants|expects|refuses) )"
"""What ends a part of a sentence: the word that states a limit speaks of the names on its own side."""
LIMIT = (
    r"(?:^|[^a-z])(?:(?:must|(?:ha(?:s|ve)|needs?) to) (?:be|stay|remain|have|use)|pins?|pinned|requires?"
    r"|required(?! because)|wants|checks|expects|installs(?= [a-z0-9._-]{1,60}==)|insists?|demanded"
    r"|dictated|held|locked|frozen|nailed|stays?|only works with|bound to"
    r"|fixed (?:in|by|to) (?:its|the|their)|(?:nothing|anything) (?:but|other than)|refuses?"
    r"|only (?:loads|runs|accepts|supports|takes|knows)"
    r"|(?:newest|latest) [a-z0-9._-]{1,40}(?: there| here)? is|muss|müssen|bleib(?:t|en)|fest|festgenagelt|gepinnt|doit"
    r"|doivent|rester?|debe|deben|deve|devono|moet|moeten|blijven)(?:[^a-z]|$)"
)
"""Words, in lower case, of a sentence that says which release a package has to have."""
DEMANDED = rf"{LIMIT}|depends? on|(?:^|[^a-z])(?:require|requested|need|want)"
"""Words, in lower case, of a sentence that says of a bound that something demands it."""
_OR_LATER = (
    "[+]|(?:or|and) (?:higher|later|newer|above|more|up)|oder (?:neuer|höher)|ou (?:plus|supérieur)|o (?:superior|más)"
)
STATED = (
    r"^(?:(?! (?:and|or|with|und|oder|mit|et|y|e|en|resolved|installed) )[^0-9,:<>=~]){0,32}"
    rf"(?:([<>]=?|~=|={{1,3}})[ ]?\"?)?v?({_NUMBER})(?![0-9a-z_])(?:[ ]?({_OR_LATER}))?"
)
"""What follows a name in such a sentence: "has to be at 2.5 or higher", "==1.2", "is pinned to 1.19"."""
BELOW = (
    r"(?:below|under|(?:less|lower|older|earlier) than|before|unter|vor|inf\u00e9rieure? \u00e0|menor (?:que|a)"
    r"|\u4f4e\u4e8e|\u5c0f\u4e8e) ?(?=v?[0-9])"
)
"""Words, in lower case, that mean `<` before a number."""
_CHANGES = "(?:upgrad|updat|migrat|bump|chang|rewrit|porting|go to|mov|touch|edit|overrid)"
_NEITHER = "(?:^|[^a-z])neither (?:version|release|package|one|of (?:them|the two)) "
_NOT = (
    "(?:can(?:no|')?t|can not|couldn't|wo(?:n't|uldn't)|(?:will|may|must) not|(?:un|not )able to"
    "|(?:not|n't) (?:allowed to|let|allow))"
)
HELD = "|".join(
    (
        rf"(?:{_NOT}[^.!?]{{1,40}}|without |no way to |but not ){_CHANGES}",
        rf"{_CHANGES}[a-z]*(?: [a-z0-9.]+){{0,4}} (?:{_NOT}|isn't going to) happen",
        _NEITHER,
        r"(?:^|[^a-z])can [^.!?]{1,20} neither ",
        r"(?:^|[^a-z])(?:pinned|frozen|locked"
        r"|stuck(?! (?:in|on|with) (?:a|an|the|this|that|it|some|similar)(?:[^a-z]|$))|nailed|blocked (?:at|on)"
        r"|no \"?(?:just )?upgrad|not an option"
        r"|unmaintained"
        r"|abandoned|not (?:upgrading|touching|changing|updating|migrating|moving)|is tied to"
        r"|off the table|out of the question)",
        r"(?:must|ha(?:s|ve) to|needs? to) (?:stay|keep|remain)|(?:that|this|the) (?:version|release) stays",
        r"(?:^|[^a-z])(?:no|nothing) (?:newer|later)(?:[^a-z]|$)|already the (?:newest|latest)|no longer maintained",
        r"(?:kann|können|darf|dürfen)[^.!?]{1,40}(?:nicht|kein)|eingefroren|müssen bei",
        r"(?:peux|peut|pouvons|pouvez) pas|figé|bloqué",
        r"(?:^|[^a-z])no (?:l[oae]s? )?(?:puedo|podemos|puede)|congelad[oa]|fijad[oa]",
        r"não (?:posso|podemos|pode|dá)|travad[oa]",
        r"non (?:posso|possiamo|può)|bloccat[oa]",
        r"nie (?:mogę|możemy|można)",
        r"не (?:могу|можем)|нельзя",
        "못|고정",
        "できない|できません|られない|固定",
        "不能|无法",
        "नहीं कर सक",
    )
)
"""Words of a reader who may not upgrade, in lower case: can't, pinned and frozen, in the languages of most posts.

A missed one costs a reader a line: the upgrade stands before the fix that he takes. A wrong one costs as much."""
GIVEN = (
    r"(?:^|[^a-z])(?:certified|validated|approved|vendor|customer|polic(?:y|ies)|distro|mandat(?!ory)|demand|dictat|prescrib"
    r"|frozen|(?:a|the|this|our|in|code|release|feature|change) freeze"
    r"|managed|bundled|vendored|shipped|baked|capped|caps(?![a-z])|locked|governed|audited|platform"
    r"|system package|(?:needed|held|pinned|owned|wanted|fixed|decided|chosen|inspected) by(?! [a-z]+ing)"
    r"|need(?:s|ed)? (?:it|that)(?! to )(?:[^a-z]|$)|read-only|froze(?:[^a-z]|$)|injected|preinstalled"
    r"|organi[sz]ers?|the distribution (?:has|ships|gives)"
    r"|(?:no|any) (?:older|newer)(?! (?:[a-z-]+ )?versions?)|not (?:ours|mine)|(?:other|another) (?:team|dep|group)"
    r"|(?:is|are) out for "
    r"|(?:up|down)?(?:grad|dat|migrat|mov|chang|bump)(?:e|es|ing) [^.!?]{0,30}(?:is|are) out(?:[^a-z]|$)"
    r"|vorgegeben|vorschrift|imposé|impuest|imposto|imposta|narzucon|\u0437\u0430\u0434\u0430\u043d)"
)
"""Words, in lower case, of a part of a sentence that names a package whose release others decide."""
NO_DOWNGRADE = (
    rf"(?:{_NOT}|(?:not|n't) want to|(?:rather|prefer) not)[^.!?]{{1,40}}"
    r"(?:downgrad|go (?:back|down|lower)|roll back|be lowered)|no \"?(?:just )?downgrad"
    r"|without (?:going back|downgrading|rolling back)|(?:\u4e0d\u80fd|\u65e0\u6cd5)(?:\u964d\u7ea7|\u56de\u9000)"
    r"|(?:going|rolling|to go) back [^.!?]{0,40}(?:not an option|no option|(?:not|n't) (?:possible|allowed)|is out)"
    r"|zurück[^.!?]{0,40} (?:nicht|kein)|(?:nicht|kein)[^.!?]{0,40} zurück"
    r"|(?:revenir|retour)[^.!?]{0,30} (?:pas|impossible)|pas (?:revenir|redescendre)"
    r"|no (?:puedo|podemos) (?:volver|bajar)|não (?:posso|podemos) voltar"
    r"|(?:^|[^a-z])can [^.!?]{1,20} neither "
    r"|(?:downgrad|going back|rolling back)[^.!?]{0,20} br(?:ea|a)ks?e?s?(?:[^a-z]|$)"
    rf"|{_NEITHER}"
)
"""The same words of a reader who may not go back to an older release."""
NO_INSTALL = (
    r"(?:can(?:no|')?t|can not|(?:not|n't) allowed to)[^.!?]{0,12} (?:install|pip install)"
    r"(?:[^a-z][^.!?]{0,30})?(?:anything|any package|packages)"
    r"|pip install(?: --?[a-z-]+)? is (?:blocked|disabled|forbidden|not allowed|switched off)"
)
"""The same words of a reader who may install nothing."""
NO_EDIT = (
    rf"(?:{_NOT}|no way to|(?:not|n't) want to) (?:edit|patch|modify|change|touch|fork)"
    r"(?: (?:it|that|this|them|(?:the|its|their|our|that) (?:code|source|call|line|module|file)s?)| \(|,|$)"
    r"|no (?:source|code) (?:edit|change)s|code freeze"
)
"""The same words of a reader who may not change the code."""
NO_HELP = "|".join(
    (
        r"(?:did|do|does|ha[sd]|have|would)(?: not|n[^a-z ]?t)(?: really)? (?:help|(?:re)?solve|fix|cure)",
        r"(?:did|do|does|ha[sd]|have|would)(?: not|n[^a-z ]?t) (?:change|make) (?:a|any)",
        r"(?:^|[^a-z])(?:no|without|zero) (?:luck|effect|success|difference|change|avail)(?:[^a-z]|$)",
        r"(?:but|and|still|gives|gave|got|get|gets) (?:[a-z']{1,8} ){0,2}same (?:error|problem|result|message|thing)",
        r"\((?:still )?(?:the )?same (?:error|problem|result|message)",
        r"(?:^|[^a-z])(?:hilft|half|nützt|bringt|brachte) (?:auch |leider |gar )?nicht",
        r"(?:^|[^a-z])(?:ohne|kein(?:en)?) (?:erfolg|unterschied|effekt|wirkung)",
        r"(?:ne |n')(?:change|aide|résou|résol)[a-z]* (?:rien|pas)|sans (?:succès|effet)",
        r"(?:^|[^a-z])(?:no (?:me |nos )?(?:sirvió|ayud|cambi|solucion)|não (?:ajud|resolv|mud)|sin éxito|sem sucesso)",
        "не (?:помог|помаг|меня)",
        "没用|没有用|无效|没有效果|没效果|还是不行|都不行|効果(?:が|は)?(?:ない|なし|なかった)|소용",
    )
)
"""Words, in lower case, of a reader who has tried something: it didn't help. "Doesn't work" is none of them, since that
is said of what fails, too."""
TRIED: dict[str, str] = {
    "pin": "<|downgrad|older|lower|earlier|roll|pin|held|hold|back|降|低|älter|zurück|anterior|ancien",
    "upgrade": ">|upgrad|updat|newer|newest|latest|raise|bump|-u |升|更新|最新|aktuell|neue|actualiz|atualiz|à jour",
    "workaround": "install|add|put|安装|装",
}
"""What a reader says, in lower case, who has tried a fix of this kind."""
MAX_PRONOUN = 12
"""Where a sentence says so early that it speaks of the one before it: "That didn't help"."""
NO_PACKAGE = r"(?:^|[^a-z])(?:python|interpreter|debian|ubuntu|alpine|windows|glibc|kernel)(?![a-z_-])"
"""A part of a sentence about one of these says nothing about a package that it doesn't name."""
OTHER_NAME = (
    r"(?:^|[ (])(?!(?:[a-z]+(?:ing|ly)|it|its|that|this|these|those|they|we|i|you|one|all|both|everything|which|what"
    r"|who|still|also|now|so|but|or|be|get|got|is|are|am|was|being|deps|releases?|versions?)[ ])"
    r"([a-z][a-z0-9_-]*)[ ](?:(?:is|are|gets)[ ])?$"
)
"""A name in lower case before the words that state a limit: the limit is another package's."""
DETERMINED = (
    r"(?:^|[^a-z])(?:a|an|the|this|that|these|our|my|your|his|her|their|its|any|every|each|no|some|all)(?: [a-z-]+)?$"
)
"""What makes a word no name: "our whole image is frozen"."""
PAST = (
    r"(?:^|[^a-z])(?:used to|once (?:had|was|were|pinned)|formerly|went away"
    r"|no longer (?:pinned|frozen|held|there|needed)|inzwischen|meanwhile"
    r"|(?:was|were|been|is|are) (?:[a-z]+ )?(?:removed|deleted|dropped|gone|lifted)|to be pinned"
    r"|vulnerable|(?:cve|ghsa|pysec)-[0-9])"
)
"""A sentence about a limit that there was, or about the releases that have a hole, in lower case."""

_CONSTRAINT, _INSTALL_COMMAND = re.compile(CONSTRAINT), re.compile(INSTALL_COMMAND)
_HELD, _NO_PACKAGE, _PAST = re.compile(HELD), re.compile(NO_PACKAGE), re.compile(PAST)
_OTHER_NAME, _DETERMINED = re.compile(OTHER_NAME), re.compile(DETERMINED)
_NO_DOWNGRADE, _NO_INSTALL, _NO_EDIT = re.compile(NO_DOWNGRADE), re.compile(NO_INSTALL), re.compile(NO_EDIT)
_SENTENCE_END, _CLAUSE_END = re.compile(SENTENCE_END), re.compile(CLAUSE_END)
_DEMANDED, _FORM = re.compile(DEMANDED), re.compile(r"(?:[.]0)+$|=")
_LIMIT, _STATED, _BELOW = re.compile(LIMIT), re.compile(STATED), re.compile(BELOW)
_NO_HELP, _TRIED = re.compile(NO_HELP), {kind: re.compile(words) for kind, words in TRIED.items()}
_WORD, _GIVEN = re.compile(NAME_WORD), re.compile(GIVEN)


@dataclass(frozen=True)
class Sentence:
    """A sentence of a text, with what the fixes of all cards are compared with, each found once."""

    text: str
    line: int
    printed: bool
    """Whether it is a line of an exception."""

    @cached_property
    def words(self) -> str:
        """The sentence in lower case."""
        return lower(self.text)

    @cached_property
    def clauses(self) -> list[str]:
        """Its parts, in lower case."""
        return _CLAUSE_END.split(self.words)

    @cached_property
    def no_help(self) -> re.Match[str] | None:
        """Where it says that something didn't help."""
        return _NO_HELP.search(self.words)

    @cached_property
    def bounds(self) -> list[tuple[str, str]]:
        """Names with the bounds behind them."""
        return [(match[1], match[2].replace(" ", "")) for match in _CONSTRAINT.finditer(self.text)]

    @cached_property
    def demands(self) -> bool:
        """Whether it says of a bound that something demands it."""
        return bool(_DEMANDED.search(self.words))

    @cached_property
    def limits(self) -> list[str]:
        """The parts that say which release a package has to have."""
        return [clause for clause in self.clauses if _LIMIT.search(clause)]

    @cached_property
    def given(self) -> list[str]:
        """The parts of what a person says that name packages whose release others decide."""
        return [] if self.printed else [clause for clause in self.clauses if _GIVEN.search(clause)]

    @cached_property
    def may_state_a_limit(self) -> bool:
        """Whether it is neither past nor a command that installs, unless that can't be done or didn't help."""
        if _PAST.search(self.words):
            return False
        return not _INSTALL_COMMAND.search(self.text) or bool(_NO_INSTALL.search(self.words) or self.no_help)


def sentences_of(failure: NormalizedFailure, features: MatchFeatures) -> list[Sentence]:
    """Return the sentences that may state a limit.

    The messages of the failure state none, nor does a list of releases, or what is past. A command that installs does
    where the reader says that nothing can be installed, or that it didn't help.
    """
    lines = features.message_lines
    return [each for each in _sentences(failure) if each.line not in lines and each.may_state_a_limit]


@lru_cache(maxsize=1)
def _sentences(failure: NormalizedFailure) -> tuple[Sentence, ...]:
    """Return all sentences of a text but for those of lists. It is asked once for each card that fits."""
    printed = {exception.line for exception in failure.failure.exceptions}
    return tuple(
        Sentence(sentence, other.line, other.line in printed)
        for other in failure.failure.lines
        if not is_listed(other.raw)
        for sentence in _SENTENCE_END.split(other.text)
    )


def did_not_help(sentences: Sequence[Sentence], kind: str, requirements: Sequence[tuple[str, str]]) -> bool:
    """Return whether a sentence says that what a fix of this kind installs didn't help.

    It names one of the packages, with a release that the fix allows, or with a word for what such a fix does.
    """
    for number, sentence in enumerate(sentences):
        match = None if sentence.printed or kind not in _TRIED else sentence.no_help
        if not match:
            continue
        before = sentences[number - 1].words if number and match.start() <= MAX_PRONOUN else ""
        words = f"{before} {sentence.words[: match.end()]}"
        for name, allowed in requirements:
            bounds = [bound for _, bound in _stated(words, {name})]
            if any(overlap(allowed, bound) for bound in bounds):
                return True
            if not bounds and name in words and _TRIED[kind].search(words):
                return True
    return False


def forbids_installing(sentences: Sequence[Sentence]) -> bool:
    """Return whether a sentence says that nothing can be installed."""
    return any(_NO_INSTALL.search(sentence.words) for sentence in sentences)


def forbids_editing(sentences: Sequence[Sentence]) -> bool:
    """Return whether a sentence says that the code stays as it is."""
    return any(_NO_EDIT.search(sentence.words) for sentence in sentences)


def is_held(sentences: Sequence[Sentence], package: str, entry: Entry, *, down: bool = False) -> bool:
    """Return whether others decide on a package, or a sentence says that it or something without a name has to stay.

    `down` asks whether it may not go back, otherwise it may not be upgraded.
    """
    pattern = _NO_DOWNGRADE if down else _HELD
    others = {entry.package, *entry.requirements} - {package}
    return _is_given(sentences, package) or any(
        not sentence.printed and _speaks_of(match, package, others, sentence)
        for sentence in sentences
        for match in pattern.finditer(sentence.words)
    )


def _speaks_of(match: re.Match[str], package: str, others: Set[str], sentence: Sentence) -> bool:
    """Return whether a limit that a sentence states is a package's, given the other packages that it may be of.

    A name in the same part of the sentence decides, else the nearest one before it.
    """
    start = match.start() + (not "a" <= match[0][:1] <= "z")
    before = _CLAUSE_END.split(sentence.words[:start])[-1]
    clause = before + _CLAUSE_END.split(sentence.words[start:])[0]
    if package in clause:
        return True
    name = _OTHER_NAME.search(sentence.text[start - len(before) : start])
    is_other = name is not None and not _DETERMINED.search(before[: name.start(1)].strip(" "))
    if is_other or _NO_PACKAGE.search(clause) or any(other in clause for other in others):
        return False
    earlier = sentence.words[:start]
    ends = [each.end() for each in _NO_PACKAGE.finditer(earlier)] + [_end_of(other, earlier) for other in others]
    return _end_of(package, earlier) >= max(ends, default=0)


def _end_of(name: str, words: str) -> int:
    """Return where a name stands for the last time: its end, 0 where it doesn't."""
    start = words.rfind(name)
    return start + len(name) if start >= 0 else 0


def _is_given(sentences: Sequence[Sentence], package: str) -> bool:
    """Return whether a part of a sentence says that others decide on the release of a package."""
    clauses = (clause for sentence in sentences for clause in sentence.given)
    return any(package in map(distribution_name, _WORD.findall(clause)) for clause in clauses)


def bound_against(sentences: Sequence[Sentence], requirements: Sequence[tuple[str, str]], entry: Entry) -> str:
    """Return a bound that a text states and that excludes what a fix installs, empty where none does.

    One that says from which release on the entry's failure is there, such as "name>=2 fails", is none, unless the
    sentence says that something demands it.
    """
    for sentence in sentences:
        if sentence.no_help:
            continue  # a bound that was tried is no limit
        bounds = [each for each in sentence.bounds if sentence.demands or not _is_beginning(*each, entry)]
        for clause in sentence.limits if requirements else ():
            bounds += _stated(clause, {name for name, _ in requirements})
        for package, bound in bounds:
            if any(name == distribution_name(package) and not overlap(each, bound) for name, each in requirements):
                return f"{package} {bound[2:-2]}" if bound.endswith(".*") else f"{package}{bound}"
    return ""


def _is_beginning(name: str, bound: str, entry: Entry) -> bool:
    """Return whether a bound is where an entry's failing releases begin, with as many zeros as they like, or as `>`."""
    failing = {**entry.requirements, entry.package: entry.affected}.get(distribution_name(name), "")
    return failing.replace("=", "").startswith(_FORM.sub("", bound))


def _stated(clause: str, names: Set[str]) -> Iterator[tuple[str, str]]:
    """Yield the bounds that a part of a sentence states in words, for some packages."""
    clause = _BELOW.sub("<", clause)
    for word in _WORD.finditer(clause):
        name = distribution_name(word[0])
        match = _STATED.match(clause[word.end() :]) if name in names else None
        if match:
            operator = match[1] or (">=" if match[3] else "==")
            yield name, f"{operator}{match[2]}{'.*' if operator == '==' else ''}"
