"""Lessons: files that are read or refused with reasons, and claims that the model keeps."""

import asyncio
import functools
import re
from pathlib import Path

import pytest
import yaml

from peersim.app import limits
from peersim.app.desk import SEED, Desk
from peersim.app.reading import read
from peersim.app.teach import claims, guess, overlay, shelf, wording
from peersim.app.teach.claims import Found
from peersim.app.teach.guess import Guess
from peersim.app.teach.lesson import ANSWERS, Expect, Prediction
from peersim.app.teach.progress import Progress
from peersim.app.teach.room import furnish, room_of
from peersim.ensemble import run
from peersim.scenario import ScenarioError
from tests.commands import assert_refused, call

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```yaml\n(.*?)```", DOCS, re.DOTALL)[1]
HOUSE = shelf.house()


@pytest.fixture
def desk():
    made = Desk(2)
    yield made
    made.close()


@functools.cache
def results(scenario):
    return run(scenario, replicates=limits.worlds(scenario), seed=SEED)


@functools.cache
def reading(first, second):
    return read(results(first), results(second))


def written(folder, change=None, text=EXAMPLE, name="lesson.yaml"):
    """A file with the example of the documentation, with one key changed."""
    content = yaml.safe_load(text)
    for path, value in (change or {}).items():
        *above, last = path.split(".")
        here = content
        for step in above:
            here = here[int(step) if step.isdecimal() else step]
        if value is None:
            del here[last]
        else:
            here[last] = value
    file = folder / name
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file


def broken_claims(lesson):
    """The claims of a lesson that the model does not keep."""
    file, a_lot = lesson.file, lesson.file.prediction.a_lot
    main = reading(lesson.first, lesson.second)
    asked = [(expect, main) for notice in (*file.things_to_notice, file.why) for expect in notice.expect]
    for idea in file.things_to_try:
        both = idea.worlds == "both"
        first, second = lesson.worlds({} if both else idea.set, idea.set if both else {})
        for expect in idea.expect:
            there = lesson.second if expect.beside == "the lesson" else first
            asked.append((expect, reading(there, second)))
    return [
        (expect, claims.found(expect, came))
        for expect, came in asked
        if not claims.holds(expect, claims.found(expect, came), a_lot, claims.found(expect, main))
    ]


# what the lessons claim -------------------------------------------------------


def test_the_six_lessons_are_there_in_order():
    names = ["lone_peer", "kindness", "nobody_supervises", "other_peoples_tasks", "second_peer", "role_once_lost"]
    assert list(HOUSE) == names


@pytest.mark.parametrize("name", HOUSE)
def test_no_lesson_teaches_what_the_model_does_not_do(name):
    assert broken_claims(HOUSE[name]) == []


@pytest.mark.parametrize("name", HOUSE)
def test_everything_to_notice_and_every_button_claims_something(name):
    file = HOUSE[name].file
    assert [notice.text for notice in file.things_to_notice if not notice.expect] == []
    assert [idea.text for idea in file.things_to_try if idea.set and not idea.expect] == []


@pytest.mark.parametrize("name", HOUSE)
def test_scales_have_room_on_both_sides_of_what_comes_out(name):
    prediction = HOUSE[name].file.prediction
    row = reading(HOUSE[name].first, HOUSE[name].second).contrasts.loc[prediction.outcome]
    for value in (row["baseline"], row["mean"]):
        assert prediction.low + 0.05 < value < prediction.high - 0.05 or prediction.kind == "direction"


@pytest.mark.parametrize("name", HOUSE)
def test_texts_hold_no_numbers_of_the_model_and_no_markup(name):
    file = HOUSE[name].file
    told = [*file.what_is_it, *file.how_it_works, *file.why.text, *file.for_the_teacher, file.prediction.question]
    told += [notice.text for notice in file.things_to_notice] + [idea.text for idea in file.things_to_try]
    assert [text for text in told if re.search(r"\d\.\d|\d %|[<>*_`#!]", text)] == []


def test_a_claim_that_the_model_does_not_keep_is_found(tmp_path):
    wrong = written(tmp_path, {"things_to_notice.0.expect": [{"outcome": "vacancy_rate", "change": "rises"}]})
    assert [expect.change for expect, _ in broken_claims(shelf.read(wrong))] == ["rises"]


@pytest.mark.parametrize(
    ("change", "came", "holds"),
    [
        ("falls", Found(-0.03, -0.04, -0.02), True),
        ("falls", Found(-0.03, -0.07, 0.01), False),
        ("falls", Found(-0.005, -0.006, -0.004), False),
        ("rises", Found(0.03, 0.02, 0.04), True),
        ("rises", Found(-0.03, -0.04, -0.02), False),
        ("rises a lot", Found(0.03, 0.02, 0.04), False),
        ("rises a lot", Found(0.06, 0.05, 0.07), True),
        ("falls a little", Found(-0.06, -0.07, -0.05), False),
        ("changes little", Found(-0.02, -0.04, 0.01), True),
        ("changes little", Found(-0.02, -0.06, 0.01), False),
        ("stays about the same", Found(0.005, 0.001, 0.009), True),
        ("stays about the same", Found(0.015, 0.011, 0.019), False),
    ],
)
def test_when_a_claim_holds(change, came, holds):
    assert claims.holds(Expect(outcome="identity", change=change), came, 0.05) is holds


@pytest.mark.parametrize(
    ("than", "came", "holds"),
    [
        ("less", Found(0.04, 0.03, 0.05), True),
        ("less", Found(0.09, 0.07, 0.11), False),
        ("more", Found(0.12, 0.11, 0.13), True),
        ("more", Found(0.09, 0.07, 0.11), False),
    ],
)
def test_a_claim_beside_the_lesson(than, came, holds):
    expect = Expect(outcome="identity", change="rises", than_the_lesson=than)
    assert claims.holds(expect, came, 0.05, Found(-0.1, -0.11, -0.09)) is holds


# files ------------------------------------------------------------------------


def test_the_example_of_the_documentation_is_a_lesson_that_keeps_its_claims(tmp_path):
    file = tmp_path / "3_shorter_wait.yaml"
    file.write_text(EXAMPLE, encoding="utf-8")
    lesson = shelf.shelf(tmp_path)["shorter_wait"]
    assert lesson.second.policies.structure.weeks_to_hire == 4
    assert broken_claims(lesson) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"prediction.outcome": "idenity"}, "Did you mean 'identity'?"),
        ({"prediction.outcome": "cost_per_year"}, "prediction.outcome: 'cost_per_year' is not known"),
        ({"title": None}, "title: is missing"),
        ({"minuets": 4}, "minuets: no such key. Did you mean 'minutes'?"),
        ({"minutes": 900}, "Allowed here: a whole number from 1 to 240 (minutes)"),
        ({"scenario": "basline"}, "Did you mean 'baseline'?"),
        ({"scenario": None}, "expected the name of a scenario"),
        ({"second.set": {"structure.weeks_to_hire": 900}}, "Allowed here: a number from 0 to 104 (weeks)"),
        ({"second.set": {"structure.weeks": 9}}, "second.set.structure.weeks: no such key"),
        ({"second.set": {"structure.weeks_to_hire": 14}}, "changes nothing"),
        ({"second.set": {"horizon_weeks": 52}}, "set horizon_weeks for both worlds"),
        ({"second.set": "weekly"}, "expected keys of a scenario"),
        ({"set": {"teams.count": 50_000}}, "more than this page runs"),
        ({"levers.0.key": "structure.weeks"}, "levers.0.key: no such key that can be moved"),
        ({"levers.0.low": 50}, "has to be below the upper end"),
        (
            {"levers.0.low": 10},
            "leaves out the 4 that the lesson itself has. Allowed here: up to 4",
        ),
        ({"levers.0.high": 3}, "levers.0.high: the slider leaves out the 4"),
        ({"levers.1.choices": {"never": {"support.supervision.every_weeks": -1}}}, "levers.1.choices.never"),
        ({"levers.1.choices": {"never": 0}}, "expected keys of a scenario"),
        ({"things_to_try.0.button": ""}, "a button and what it sets belong together"),
        ({"things_to_try.0.set": {"teams.peers": 0}}, "things_to_try.0.set.teams.peers"),
        ({"things_to_notice.0.expect": [{"change": "falls"}]}, "an outcome, a cause or a reason"),
        ({"things_to_notice.0.text": "  "}, "write a sentence"),
        ({"why.causes": ["luck"]}, "Allowed here: identity, leaving"),
        ({"charts": ["pie"]}, "charts.0: 'pie' is not known"),
    ],
)
def test_a_broken_lesson_is_told_with_file_line_and_what_is_allowed(tmp_path, change, said):
    file = written(tmp_path, change)
    with pytest.raises(ScenarioError) as told:
        shelf.shelf(tmp_path)
    assert said in str(told.value)
    line = "" if change == {"title": None} or change == {"scenario": None} else r", line \d+"
    assert re.match(rf"{re.escape(str(file))}{line}: ", str(told.value))


def test_a_text_with_a_colon_is_told_to_need_quotes(tmp_path):
    (tmp_path / "lesson.yaml").write_text(EXAMPLE.replace("title: A", "title: Posts: a"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"line 1: .* has to stand in quotes"):
        shelf.shelf(tmp_path)


def test_all_faults_of_all_lessons_are_told_at_once(tmp_path):
    written(tmp_path, {"minutes": 0, "charts": ["pie"]}, name="a.yaml")
    written(tmp_path, {"minutes": -1}, name="b.yaml")
    with pytest.raises(ScenarioError) as told:
        shelf.shelf(tmp_path)
    assert [Path(problem.file).name for problem in told.value.problems] == ["a.yaml", "a.yaml", "b.yaml"]


def test_a_folder_that_is_not_there_and_a_name_that_is_no_address(tmp_path):
    with pytest.raises(ScenarioError, match="no such folder"):
        shelf.shelf(tmp_path / "lessons")
    written(tmp_path, name="über uns.yaml")
    with pytest.raises(ScenarioError, match="part of an address"):
        shelf.shelf(tmp_path)


def test_a_broken_lesson_is_told_before_the_page_starts(tmp_path):
    file = written(tmp_path, {"minutes": 0})
    assert_refused(call("app", "--lessons", tmp_path), f"{file}, line 3: minutes: 0 is out of range.")


def test_lessons_of_a_teacher_come_after_those_of_peersim_and_may_replace_them(tmp_path, desk):
    for name in ("ours.yaml", "2_kindness.yaml"):
        written(tmp_path, name=name)
    own = shelf.shelf(tmp_path)
    furnish(desk, own, alone=True)
    lessons = room_of(desk).lessons
    assert list(lessons) == [*HOUSE, "ours"]
    assert lessons["kindness"] is own["kindness"]


def test_a_scenario_may_lie_beside_the_lesson_or_in_it(tmp_path):
    scenario = {"name": "Ours", "teams": [{"name": "Team", "peers": 2, "clinicians": 5, "users_per_peer": 9}]}
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump(scenario), encoding="utf-8")
    written(tmp_path, {"scenario": "ours.yaml"}, name="beside.yaml")
    written(tmp_path, {"scenario": None, "own_scenario": scenario}, name="within.yaml")
    found = shelf.shelf(tmp_path)
    assert list(found) == ["beside", "within"]
    assert found["beside"].first == found["within"].first
    assert found["beside"].first.n_peers == 2


# words ------------------------------------------------------------------------

FELL = {"baseline": 0.53, "mean": 0.45, "difference": -0.08, "low": -0.085, "high": -0.075}
SAID = "Peer identity fell by 0.080 (0.075 to 0.085): from 0.53 to 0.45."
DIRECTION = Prediction(question="What?", outcome="identity")


@pytest.mark.parametrize(
    ("given", "begins", "ends"),
    [
        (Guess(), "You did not know what to expect. ", SAID),
        (Guess("falls a lot"), "You expected peer identity to fall a lot. ", "That is what you expected."),
        (Guess("falls a little"), "You expected peer identity to fall a little. ", "it is more than you thought."),
        (Guess("rises a lot"), "You expected peer identity to rise a lot. ", "not the direction that you expected."),
        (Guess("stays about the same"), "You expected peer identity to stay", "You expected hardly any change."),
        (Guess(value=0.45), "You expected peer identity to come to 0.45, a fall of 0.080. ", "what you expected."),
        (Guess(value=0.6), "You expected peer identity to come to 0.60, a rise of", "0.150 too high."),
        (Guess(value=0.4), "You expected peer identity to come to 0.40, a fall of", "0.050 too low."),
    ],
)
def test_a_guess_is_compared_in_words(given, begins, ends):
    told = guess.compared(given, DIRECTION, FELL)
    assert told.startswith(begins)
    assert told.endswith(ends)
    assert SAID in told


def test_a_difference_that_may_be_chance_is_told_as_such():
    told = wording.found("vacancy_rate", FELL | {"low": -0.17, "high": 0.01}).replace(wording.GAP, " ")
    assert told == (
        "The share of peer posts that are vacant went from 53 % to 45 %; that may be chance (difference −17.0 to 1.0)."
    )


@pytest.mark.parametrize(
    ("outcome", "low", "said"),
    [("identity", -0.0004, "0.000"), ("identity", -0.01, "−0.010"), ("vacancy_rate", -0.0004, "0.0")],
)
def test_zero_has_no_minus(outcome, low, said):
    assert wording.interval(outcome, low, 0.02, falling=False).split(" to ")[0] == said


def test_a_number_comes_to_the_answer_that_the_margins_say():
    changes = (-0.06, -0.02, -0.005, 0.0, 0.02, 0.05)
    assert [wording.answer(change, 0.05) for change in changes] == [
        "falls a lot", "falls a little", ANSWERS[2], ANSWERS[2], "rises a little", "rises a lot",
    ]  # fmt: skip


def test_dots_that_lie_together_are_stacked_and_the_axis_holds_them_all():
    assert overlay.stacks([0.5, 0.501, 0.7], 0.0, 1.0) == [(0.5, 0), (0.501, 1), (0.7, 0)]
    asked = Prediction(question="Where?", outcome="identity", kind="number", low=0.3, high=0.8)
    row = overlay.Row("We", [0.15, 0.5], "circle", "#000000", own=0.9)
    low, high = overlay.ends([row], asked)
    assert low <= 0.15 and high >= 0.9  # noqa: PT018
    ours = [overlay.Row("We", [0.31, 0.79], "circle", "#000000")]
    assert overlay.ends(ours, asked) == (0.2, 0.9)
    assert overlay.ends([], Prediction(question="Where?", outcome="identity")) == (0.0, 1.0)


# how far a learner is ---------------------------------------------------------


def in_loop(desk, do):
    """What a learner does in the lesson of the lone peer, in a loop of its own."""

    async def live():
        progress = Progress(HOUSE["lone_peer"], desk)
        progress.begin()
        await progress.learning.settled()
        return await do(progress)

    return asyncio.run(live())


def test_nothing_is_run_before_a_prediction_and_none_is_taken_back_after(desk):
    async def do(progress):
        assert progress.before == pytest.approx(0.59, abs=0.02)
        progress.run()
        assert not progress.has_run
        assert progress.reading is None
        progress.predict(Guess(value=0.5))
        progress.run()
        await progress.learning.settled()
        progress.predict(Guess(value=0.1))
        assert progress.guess == Guess(value=0.5)
        assert progress.found.scenario == progress.lesson.second
        assert progress.found.worlds == 200

    in_loop(desk, do)


def test_what_is_tried_departs_from_the_lesson_and_is_told_in_words(desk):
    async def do(progress):
        progress.predict(Guess())
        progress.run()
        await progress.learning.settled()
        found, ideas = progress.found, progress.lesson.file.things_to_try
        progress.change({"support.supervision.every_weeks": 0})
        assert progress.changed == "Supervision: never"
        progress.change({"teams.peers": 2})
        assert progress.changed == "Supervision: never; Peers in each team: 2 posts"
        progress.try_(ideas[0])
        assert progress.tried(ideas[0])
        assert progress.changed == "Meet every eight weeks"
        assert progress.scenario == progress.lesson.second.with_(ideas[0].set)
        progress.try_(ideas[2])  # one team only, in both worlds
        assert progress.learning.baseline.n_teams == progress.scenario.n_teams == 1
        with pytest.raises(ScenarioError):
            progress.change({"teams.peers": 0})
        assert progress.tried(ideas[2])
        await progress.learning.settled()
        assert progress.found is found
        progress.reset()
        assert progress.as_in_lesson
        assert progress.changed == ""
        progress.start_again()
        assert progress.guess is None
        assert progress.reading is None

    in_loop(desk, do)


def test_a_listener_is_told_for_as_long_as_it_is_there(desk):
    class Page:
        told = 0

        def show(self):
            Page.told += 1

    async def do(progress):
        page = Page()
        progress.listen(page.show)
        progress.predict(Guess())
        assert Page.told == 1
        del page
        progress.predict(None)
        assert Page.told == 1

    in_loop(desk, do)
