"""Which fixes are offered first, by what a text shows; the vectors hold the same texts for the browser."""

from __future__ import annotations

import pytest

from fixcards.matching.index.entry import Entry, FixOption
from fixcards.matching.index.reader import Index
from fixcards.matching.parse.parser import parse
from fixcards.matching.parse.versions import overlap
from fixcards.matching.score.fixes import FittedFix
from fixcards.matching.score.matcher import Match, match
from tests.matching.samples import TEXTS, index

UPGRADE, PIN, OWN = "Upgrade taper to 2.0 or later", "Hold wax below 3", "Melt it yourself"
STEP = "Upgrade candlery to 1.5 or later"


def match_of(name: str, card: str) -> Match:
    return next(each for each in match(parse(TEXTS[f"fix-{name}"]), index()) if each.entry.id == card)


def fixes_of(name: str, card: str = "taper-7") -> dict[str, FittedFix]:
    return {fix.title: fix for fix in match_of(name, card).fixes}


def test_where_nothing_speaks_against_a_fix_the_order_is_that_of_the_card() -> None:
    fixes = match_of("small-step", "candlery-7").fixes
    assert [(fix.title, fix.fits, fix.why) for fix in fixes] == [(STEP, True, ""), (PIN, True, ""), (OWN, True, "")]
    assert fixes[0].install == ("candlery>=1.5",)


def test_an_upgrade_to_another_major_release_comes_after_what_leaves_the_package_as_it_is() -> None:
    assert list(fixes_of("through-own-frames")) == [PIN, UPGRADE, OWN]
    assert list(fixes_of("from-an-old-line", "candlery-7")) == [PIN, STEP, OWN]


def test_an_upgrade_of_what_another_package_calls_comes_after_what_leaves_it_as_it_is() -> None:
    assert list(fixes_of("small-step-below-a-stranger", "candlery-7")) == [PIN, STEP, OWN]


def test_an_upgrade_never_goes_back_from_the_release_that_a_reader_has() -> None:
    best = match_of("of-a-later-line", "snuffer-4")
    assert [fix.title for fix in best.fixes if fix.fits] == ["Upgrade snuffer 3 to 3.1 or later"]
    assert best.fixes[1].why == "it goes back from snuffer 3.0.2, which you seem to have"
    assert best.reasons[-1] == "you seem to have snuffer 3.0.2, which is affected"


def test_a_reader_who_was_hit_through_another_package_is_given_the_pin_first() -> None:
    fixes = fixes_of("through-a-stranger")
    assert list(fixes) == [PIN, UPGRADE, OWN]
    assert fixes[UPGRADE].why == "it came through soapkit, not through your own use of taper"
    assert fixes[OWN].why == "the call is in soapkit, not in your own code"


def test_where_nothing_names_the_package_what_helps_others_goes_first() -> None:
    assert list(fixes_of("nothing-named")) == [PIN, UPGRADE, OWN]


def test_code_of_another_package_is_not_for_the_reader_to_change() -> None:
    fixes = fixes_of("called-by-a-stranger")
    assert list(fixes) == [PIN, UPGRADE, OWN]
    assert fixes[UPGRADE].fits
    assert not fixes[OWN].fits


def test_a_fix_that_is_in_place_says_so_and_comes_last() -> None:
    fixes = fixes_of("in-place")
    assert list(fixes) == [PIN, OWN, UPGRADE]
    assert fixes[UPGRADE].why == "already in place: taper 2.1"


def test_not_affected_is_a_warning_of_its_own() -> None:
    best = match_of("in-place", "taper-7")
    assert best.tier == "possible"
    assert best.warning == "you seem to have taper 2.1, which is not among the affected (<2.0)"
    assert match_of("through-own-frames", "taper-7").warning == ""


def test_a_release_in_a_sentence_lowers_no_tier_but_warns() -> None:
    best = match_of("already-newer", "taper-7")
    assert best.warning == "you seem to have taper 2.4, which is not among the affected (<2.0)"
    assert not next(fix for fix in best.fixes if fix.title == UPGRADE).fits


def test_a_bound_that_a_reader_states_excludes_what_is_beyond_it() -> None:
    fixes = fixes_of("with-a-bound")
    assert next(iter(fixes)) == PIN
    assert fixes[UPGRADE].why == "the text says taper<1.9"
    assert fixes_of("with-a-bound-in-advice")[UPGRADE].fits


def test_in_own_code_the_cause_offers_the_change_of_code_first() -> None:
    best = match(parse(TEXTS["fix-in-own-code"]), index())[0]
    assert (best.entry.id, best.fixes[0].title, best.fixes[0].fits) == ("wax-1", "Write wax.Tallow() instead", True)
    assert fixes_of("in-own-code")[UPGRADE].why == "your own code is where it failed, not taper"


def test_under_another_package_the_cause_offers_the_pin_then_to_upgrade_that_one() -> None:
    fixes = match_of("through-a-stranger", "wax-1").fixes
    assert [fix.title for fix in fixes if fix.fits] == [PIN, "Upgrade the package whose frame is innermost"]
    assert not fixes[-1].fits


def test_a_cause_without_frames_offers_the_pin_and_in_own_code_the_change_of_code() -> None:
    alone = match(parse("AttributeError: module 'wax' has no attribute 'tallow'"), index())[0]
    assert (alone.entry.id, alone.fixes[0].title) == ("wax-1", PIN)
    fixes = match_of("in-own-code", "wax-1").fixes
    assert [fix.title for fix in fixes if fix.fits] == ["Write wax.Tallow() instead", PIN]
    assert fixes[-1].why == "your own code is where it failed, no other package"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (">=2.0", "<1.9", False),
        (">=2.0", "<3", True),
        ("<3", "<2", True),
        ("==5.0.4", "<4", False),
        (">=1.55.3", "~=1.40", True),
        (">=1.55.3", "~=1.40.0", False),
        ("", "<2", True),
        (">=2", "<=2", True),
    ],
)
def test_two_ranges_overlap_where_a_release_satisfies_both(one: str, other: str, expected: bool) -> None:
    assert overlap(one, other) is expected


def test_a_fix_that_can_not_be_had_for_the_interpreter_comes_last() -> None:
    fixes = fixes_of("another-python", "candlery-7")
    assert list(fixes) == [PIN, OWN, STEP]
    assert fixes[STEP].why == "it takes Python >=3.9, you seem to have 3.8"


def test_a_reader_who_may_not_upgrade_is_given_another_fix_first() -> None:
    fixes = fixes_of("held")
    assert next(iter(fixes)) == PIN
    assert fixes[UPGRADE].why == "the text says taper 1.4"
    assert fixes_of("held-elsewhere")[UPGRADE].why == "you say that taper stays as it is"
    assert fixes_of("newest-already")[UPGRADE].why == "you say that taper stays as it is"
    assert fixes_of("partner-held")[UPGRADE].fits


def test_a_lower_bound_that_the_text_states_excludes_the_pin() -> None:
    fixes = fixes_of("with-a-lower-bound")
    assert next(iter(fixes)) == UPGRADE
    assert fixes[PIN].why == "the text says wax>=3"


def test_a_release_that_a_sentence_demands_excludes_what_would_change_it() -> None:
    assert fixes_of("stated-in-words")[PIN].why == "the text says wax>=3.1"
    assert fixes_of("partner-stated")[PIN].why == "the text says wax 3.2"
    assert fixes_of("partner-stated")[UPGRADE].fits
    assert fixes_of("lower-bound-beside-a-command")[PIN].why == "the text says wax>=3"


def test_a_reader_who_may_not_go_back_is_given_the_upgrade() -> None:
    fixes = fixes_of("no-way-back")
    assert next(iter(fixes)) == UPGRADE
    assert fixes[PIN].why == "you say that wax stays as it is"


def test_a_reader_who_may_install_nothing_is_given_what_needs_no_installation() -> None:
    fixes = fixes_of("nothing-installed")
    assert list(fixes) == [OWN, UPGRADE, PIN]
    assert fixes[PIN].why == fixes[UPGRADE].why == "you say that nothing can be installed"


def test_the_message_of_the_failure_states_no_limit() -> None:
    error = "AttributeError: you used wax.tallow, which is gone in wax>=3.0.0"
    entry = Entry(id="wax-9", package="wax", templates=(error,), fixes=(FixOption("Hold wax", "pin", ("wax<3",)),))
    [best] = match(parse(error), Index.of([entry]))
    assert [fix.fits for fix in best.fixes] == [True]


def test_a_file_of_the_readers_own_that_hides_a_package_makes_its_failure_possible_at_most() -> None:
    error = "ModuleNotFoundError: No module named 'taper.core'"
    entries = Index.of([Entry(id="taper-9", package="taper", templates=(error,), exception="ModuleNotFoundError")])
    assert [each.tier for each in match(parse(error), entries)] == ["likely"]
    hidden = f"{error}; 'taper' is not a package"
    assert [each.tier for each in match(parse(hidden), entries)] == ["possible"]
    frames = ("dipper/__init__.py:<module>", "dipper/core.py:<module>")
    entry = Entry(id="dipper-9", package="dipper", templates=(error,), exception="ModuleNotFoundError", frames=frames)
    stack = "".join(f'  File "/srv/env/site-packages/{frame[:-9]}", line 3, in <module>\n' for frame in frames)
    tiers = [match(parse(f"{stack}{each}"), Index.of([entry]))[0].tier for each in (error, hidden)]
    assert tiers == ["exact", "possible"]


def test_a_message_in_the_message_of_another_exception_is_as_good_as_without_a_class() -> None:
    best = match(parse(TEXTS["fix-wrapped"]), index())[0]
    assert (best.entry.id, best.tier) == ("taper-7", "likely")


def test_in_own_code_a_package_that_is_merely_installed_is_possible_at_most() -> None:
    tiers = {each.entry.id: each.tier for each in match(parse(TEXTS["fix-in-own-code-with-a-list"]), index())}
    assert tiers == {"wax-1": "likely", "taper-7": "possible", "candlery-7": "possible"}


def test_of_two_releases_with_an_arrow_the_second_one_is_there() -> None:
    failure = parse(TEXTS["fix-release-went"])
    assert failure.versions == {"taper": "1.4.0", "wax": "3.2.0"}
    assert {each.entry.id: each.tier for each in match(failure, index())}["taper-7"] == "likely"


def test_a_sibling_name_of_a_removal_is_its_cause() -> None:
    best = match(parse(TEXTS["fix-sibling-of-a-cause"]), index())[0]
    assert (best.entry.id, best.tier) == ("wax-1", "likely")


@pytest.mark.parametrize("name", ["installed-each-time", "checked"])
def test_a_release_that_another_program_puts_there_or_asks_for_stays(name: str) -> None:
    fixes = fixes_of(name)
    assert next(iter(fixes)) == PIN
    assert fixes[UPGRADE].why == "the text says taper 1.4"


def test_a_change_that_will_not_happen_in_time_is_offered_last() -> None:
    fixes = fixes_of("porting")
    assert list(fixes) == [PIN, OWN, UPGRADE]
    assert fixes[UPGRADE].why == "you say that taper stays as it is"


def test_of_two_packages_that_are_not_the_readers_to_change_both_stay() -> None:
    assert list(fixes_of("neither")) == [OWN, UPGRADE, PIN]
    assert list(fixes_of("no-pip")) == [OWN, UPGRADE, PIN]


@pytest.mark.parametrize("name", ["not-going-back", "zurueck", "without-going-back"])
def test_a_reader_who_may_not_go_back_is_given_the_upgrade_in_other_words(name: str) -> None:
    fixes = fixes_of(name)
    assert [title for title, fix in fixes.items() if fix.fits] == [UPGRADE, OWN]


@pytest.mark.parametrize("name", ["no-just-upgrade", "tied", "upgrade-out", "blocked-at"])
def test_a_reader_who_may_not_upgrade_is_given_another_fix_in_other_words(name: str) -> None:
    fixes = fixes_of(name)
    assert [title for title, fix in fixes.items() if fix.fits] == [PIN, OWN]


def test_a_release_that_came_out_is_no_limit() -> None:
    assert all(fixes_of("release-out", card)[PIN].fits for card in ("taper-7", "wax-1"))


def test_a_warning_of_a_change_to_come_is_answered_by_a_change_of_the_code() -> None:
    assert next(iter(fixes_of("announced", "wax-1"))) == "Write wax.Tallow() instead"


def test_a_command_that_lists_what_is_installed_is_no_limit() -> None:
    assert fixes_of("pip-freeze", "wax-1")[PIN].fits


def test_files_of_others_are_no_code_to_change() -> None:
    assert not fixes_of("their-files")[OWN].fits


def test_what_the_reader_needs_to_happen_is_no_limit_of_a_package() -> None:
    fixes = fixes_of("own-need")
    assert [title for title, fix in fixes.items() if fix.fits] == [PIN, OWN]


def test_a_word_that_states_a_limit_speaks_of_the_names_on_its_own_side() -> None:
    assert fixes_of("stated-of-another")[PIN].fits


def test_a_package_whose_release_others_decide_is_left_alone() -> None:
    assert fixes_of("given")[UPGRADE].why == "you say that taper stays as it is"
    assert fixes_of("given")[PIN].fits
    assert fixes_of("partner-given")[PIN].why == "you say that wax stays as it is"
    assert fixes_of("partner-given")[UPGRADE].fits


def test_code_that_the_reader_may_not_change_is_left_alone() -> None:
    assert fixes_of("code-given")[OWN].why == "you say that the code stays as it is"


def test_a_limit_of_a_package_that_is_no_part_of_the_failure_is_no_limit() -> None:
    assert fixes_of("limit-of-another")[UPGRADE].fits
    assert fixes_of("limit-of-the-past")[UPGRADE].fits


def test_a_package_on_whose_release_others_decide_stays() -> None:
    assert fixes_of("decided-by-others")[UPGRADE].why == "you say that taper stays as it is"
    assert fixes_of("decided-by-others")[PIN].fits


def test_a_frame_that_a_narrow_terminal_broke_is_read() -> None:
    best = match(parse(TEXTS["fix-narrow-box"]), index())[0]
    assert (best.entry.id, best.tier) == ("taper-7", "exact")


def test_a_message_that_a_log_ran_together_with_the_header_has_the_frames_behind_it() -> None:
    best = match(parse(TEXTS["fix-glued-header"]), index())[0]
    assert (best.entry.id, best.tier) == ("taper-7", "exact")


def test_what_a_reader_has_tried_is_offered_last() -> None:
    tried = "you say that it did not help"
    assert list(fixes_of("tried-pin"))[-1] == PIN
    assert fixes_of("tried-pin")[PIN].why == fixes_of("tried-upgrade")[UPGRADE].why == tried
    assert fixes_of("tried-pin")[UPGRADE].fits
    assert fixes_of("tried-upgrade")[PIN].fits
    assert fixes_of("tried-in-chinese", "wax-1")[PIN].why == tried
    module = {fix.kind: fix.why for fix in match_of("tried-workaround", "python-3").fixes}
    assert module == {"upgrade": "", "workaround": tried}


def test_a_release_beside_the_fix_that_did_not_help_says_nothing_of_the_fix() -> None:
    assert fixes_of("tried-other-release")[PIN].fits
    fixes = fixes_of("one-tried-the-other-not")
    assert (fixes[UPGRADE].fits, fixes[PIN].fits) == (False, True)


def test_where_a_failure_begins_is_no_limit_unless_something_demands_it() -> None:
    assert fixes_of("where-it-begins")[PIN].fits
    assert fixes_of("demanded-where-it-begins")[PIN].why == "the text says wax>=3.0"


@pytest.mark.parametrize("name", ["above-where-it-begins", "an-older-version-helped"])
def test_neither_a_bound_above_where_it_begins_nor_a_report_of_success_is_a_limit(name: str) -> None:
    assert fixes_of(name)[PIN].fits


def test_what_own_code_calls_is_changed_there_whatever_framework_called_that_code() -> None:
    fixes = fixes_of("own-code-below-a-framework", "wax-1")
    assert fixes["Write wax.Tallow() instead"].fits
    assert fixes["Upgrade the package whose frame is innermost"].why == (
        "your own code is where it failed, no other package"
    )


def test_what_builds_a_package_is_no_user_of_it() -> None:
    assert fixes_of("through-a-build-tool")[UPGRADE].fits


def test_what_is_installed_beside_a_package_does_not_reach_its_build() -> None:
    module = {fix.kind: fix.why for fix in match_of("in-a-build", "python-3").fixes}
    assert module == {"upgrade": "", "workaround": "a build has an environment of its own, where that is not"}


def test_a_module_that_lies_in_no_folder_is_a_package_of_its_own() -> None:
    error = "AttributeError: 'Wick' object has no attribute 'burn'"
    entry = Entry(
        id="lone-wick-1", package="lone-wick", templates=(error,), exception="AttributeError",
        frames=("lone_wick.py:light",), requirements={"wax": ">=3"},
    )  # fmt: skip
    text = f'Traceback (most recent call last):\n  File ".../lone_wick.py", line 3, in hold\n    burn()\n{error}\n'
    assert [each.tier for each in match(parse(text), Index.of([entry]))] == ["likely"]


@pytest.mark.parametrize(("bound", "tier"), [("<3", "likely"), ("<4", "possible")])
def test_what_a_resolver_says_of_a_package_is_its_own_wherever_it_stands(bound: str, tier: str) -> None:
    template = "taper=={taper} depends on wax>=2.1,<3"
    entry = Entry(id="taper-9", package="taper", templates=(template,), requirements={"wax": ">=5"})
    line = f"Because taper==1.4 depends on wax>=2.1,{bound} and you require wax==5.0, we can conclude that your "
    line += "requirements are unsatisfiable, and nothing can be installed."
    assert [each.tier for each in match(parse(line), Index.of([entry]))] == [tier]


def test_a_package_that_pip_builds_is_not_the_readers_own_code() -> None:
    best = match_of("build-of-another", "wax-1")
    assert [fix.title for fix in best.fixes if fix.fits] == [PIN, "Upgrade the package whose frame is innermost"]
    assert best.fixes[-1].why == "the call is in drip, not in your own code"


@pytest.mark.parametrize("name", ["own-code-called-by-a-tool", "build-of-own-sources"])
def test_the_innermost_frame_says_whose_code_is_to_be_changed(name: str) -> None:
    best = match_of(name, "wax-1")
    assert best.fixes[0].title == "Write wax.Tallow() instead"
    assert best.fixes[-1].why == "your own code is where it failed, no other package"


def test_sources_that_pip_fetched_are_not_the_readers() -> None:
    fixes = match_of("build-of-a-stranger", "wax-1").fixes
    assert fixes[0].title == PIN
    assert all(fix.fits for fix in fixes)


@pytest.mark.parametrize(
    ("path", "is_own"),
    [
        ("/usr/lib64/python3.6/runpy.py", False),
        ("/usr/lib/python3.13t/runpy.py", False),
        ("/opt/pypy/lib/pypy3.9/runpy.py", False),
        (r"C:\Python312\Lib\runpy.py", False),
        (r"C:\pypy3.9\Lib\runpy.py", False),
        (r"C:\Users\ada\AppData\Local\Programs\Python\Python37-32\lib\runpy.py", False),
        (r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.12_3.12.2032.0_x64__q\Lib\runpy.py", False),
        (r"C:\hostedtoolcache\windows\Python\3.8.10\x64\lib\runpy.py", False),
        (r"C:\Users\ada\.pyenv\pyenv-win\versions\3.7.9\lib\runpy.py", False),
        (r"C:\Users\ada\AppData\Roaming\uv\python\cpython-3.12.3-windows-x86_64-none\Lib\runpy.py", False),
        (r"C:\Users\ada\scoop\apps\python\current\lib\runpy.py", False),
        (r"C:\ProgramData\Miniconda3\lib\asyncio\base_events.py", False),
        (r"C:\Users\ada\miniforge3\envs\shop\lib\json\decoder.py", False),
        ("/home/ada/python/shop/lib/cart.py", True),
        (r"C:\Users\ada\python\shop\lib\cart.py", True),
        (r"C:\Users\ada\python-shop\lib\cart.py", True),
        ("/home/ada/pythonshop/lib/cart.py", True),
        ("/home/ada/envs/shop/lib/cart.py", True),
        ("/srv/forge/lib/cart.py", True),
    ],
)
def test_the_files_of_an_interpreter_are_told_from_the_readers(path: str, is_own: bool) -> None:
    failure = parse(f'Traceback (most recent call last):\n  File "{path}", line 3, in main\nKeyError: 1')
    assert failure.exceptions[0].in_own_code is is_own


@pytest.mark.parametrize("name", ["library-of-conda", "library-of-fedora"])
def test_the_standard_library_is_nobodys_own_code(name: str) -> None:
    best = match_of(name, "wax-1")
    assert best.fixes[-1].why == "the call is in drip, not in your own code"


def test_a_frame_whose_function_names_its_module_is_a_compiled_package() -> None:
    fixes = fixes_of("compiled-stranger", "wax-1")
    assert fixes["Write wax.Tallow() instead"].why == "the call is in drip, not in your own code"


def test_a_bound_may_be_said_in_words() -> None:
    assert fixes_of("wants-below")[UPGRADE].why == "the text says taper<2"


def test_what_a_build_installs_for_itself_is_not_raised_beside_it() -> None:
    assert fixes_of("build-with-an-old-tool", "setuptools-9")["Upgrade setuptools to 60 or later"].why == (
        "a build has an environment of its own, where that is not"
    )
    assert fixes_of("run-with-an-old-tool", "setuptools-9")["Upgrade setuptools to 60 or later"].fits


def test_a_start_script_is_nobodys_code() -> None:
    best = match_of("start-script", "wax-1")
    assert best.fixes[0].title == PIN
    assert parse(TEXTS["fix-start-script"]).user_frames == ()


def test_stuck_is_a_limit_of_a_release_and_not_of_a_loop() -> None:
    assert fixes_of("stuck-in-a-loop")[UPGRADE].fits
    assert fixes_of("stuck-at")[UPGRADE].why == "you say that taper stays as it is"


def test_what_something_is_compiled_with_or_is_to_support_is_not_installed() -> None:
    best = match_of("compiled-with", "taper-7")
    assert (best.tier, best.versions) == ("exact", {})


def test_further_lines_of_a_message_state_no_limit() -> None:
    lines = ("wax.tallow is gone in this wax", "modules must be moulded with wax 3.0 and no other")
    entry = Entry(id="wax-9", package="wax", templates=lines, fixes=(FixOption("Hold wax", "pin", ("wax<3",)),))
    [best] = match(parse("\n".join(lines)), Index.of([entry]))
    assert [fix.fits for fix in best.fixes] == [True]
    [best] = match(parse(f"{lines[0]}\nOur moulds must be made with wax 3.0"), Index.of([entry]))
    assert [fix.why for fix in best.fixes] == ["the text says wax 3.0"]


def test_of_several_releases_the_one_that_fails_is_named() -> None:
    entry = Entry(id="wax-9", package="wax", templates=("AttributeError: wax has no tallow",), affected=">=3")
    [best] = match(parse("wax 3.1 fails, wax 2.9 works:\nAttributeError: wax has no tallow"), Index.of([entry]))
    assert best.reasons[-1] == "you seem to have wax 3.1, which is affected"


def test_a_release_in_a_message_ends_at_its_parenthesis() -> None:
    error = "LampWarning: wax ({wax}) or wick ({wick}) doesn't match a supported version!"
    entry = Entry(id="lamp-9", package="lamp", templates=(error,), requirements={"wick": ">=3,<5"})
    assert match(parse(error.format(wax="1.26", wick="4.1")), Index.of([entry]))
    assert match(parse(error.format(wax="1.26", wick="7.0)/wick_normal (3.1")), Index.of([entry])) == []


def test_what_others_use_or_import_may_be_changed_all_the_same() -> None:
    assert list(fixes_of("used-by-another")) == [PIN, UPGRADE, OWN]
    assert all(fix.fits for fix in fixes_of("used-by-another").values())


def test_a_package_in_an_archive_is_no_own_code() -> None:
    best = match_of("archive", "wax-1")
    assert [fix.title for fix in best.fixes if not fix.fits] == ["Write wax.Tallow() instead"]
    assert best.fixes[-1].why == "the call is in dipper, not in your own code"
