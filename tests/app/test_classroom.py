"""Classes, without any page: who may join, what is said of them, when a class ends."""

import asyncio
import gc

import pytest

from peersim.app import limits
from peersim.app.desk import Desk
from peersim.app.teach import classroom, shelf
from peersim.app.teach.classroom import ClassError, Classes, readable, tidy
from peersim.app.teach.guess import Guess
from peersim.app.teach.progress import Progress
from peersim.app.teach.room import Room
from peersim.app.visit import Visit

LESSON, OTHER = list(shelf.house().values())[:2]


class Visitor:
    """Somebody with a page."""


@pytest.fixture
def clock():
    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def classes(clock):
    return Classes(clock)


def test_a_code_is_found_however_it_is_typed(classes):
    teacher = Visitor()
    known = classes.open(LESSON, teacher)
    assert set(known.code) <= set(classroom.LETTERS)
    assert not set("ILOQ01") & set(classroom.LETTERS)
    for typed in (known.code, known.code.lower(), f" {known.code[:2]}-{known.code[2:]} "):
        assert classes.find(typed) is known
    assert classes.find("") is None
    assert classes.find("ZZZZZZ") is None
    assert len(tidy("A" * 10_000)) < 100


def test_codes_differ_and_a_teacher_has_one_class_for_a_lesson(classes):
    teachers = [Visitor() for _ in range(limits.MOST_CLASSES)]
    codes = {classes.open(LESSON, teacher).code for teacher in teachers}
    assert len(codes) == len(teachers)
    assert classes.open(LESSON, teachers[0]) is classes.of(LESSON, teachers[0])
    with pytest.raises(ClassError, match=f"{limits.MOST_CLASSES} classes"):
        classes.open(OTHER, teachers[0])


def test_a_class_ends_when_its_teacher_has_gone_for_hours_or_for_good(classes, clock):
    teacher, gone = Visitor(), Visitor()
    known, left = classes.open(LESSON, teacher), classes.open(LESSON, gone)
    del gone
    gc.collect()
    assert classes.find(left.code) is None
    assert left.ended
    clock.now = classroom.PATIENCE - 1.0
    classes.seen(known)
    clock.now += classroom.PATIENCE - 1.0
    assert classes.find(known.code) is known
    clock.now += 2.0
    assert classes.find(known.code) is None
    assert known.ended


def test_a_class_that_was_ended_is_found_no_more(classes):
    teacher = Visitor()
    known = classes.open(LESSON, teacher)
    classes.end(known)
    assert classes.find(known.code) is None
    with pytest.raises(ClassError, match="has ended"):
        known.join(Visitor(), "Sam")
    assert classes.open(LESSON, teacher) is not known


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Ayşe \n Yılmaz ", "Ayşe Yılmaz"),
        ("<b>Sam</b>", "<b>Sam</b>"),
        ("李雷", "李雷"),
        ("👩‍🏫 Jo", "👩‍🏫 Jo"),
        ("evil\u202egnp", "evilgnp"),
        ("half\ud800", "half"),
        ("\0\t", ""),
        ("x" * 500, "x" * limits.LONGEST_NAME),
    ],
)
def test_a_name_is_any_line_of_text(typed, shown):
    assert readable(typed) == shown


def test_names_are_told_apart_and_an_empty_one_becomes_a_number(classes):
    teacher, visitors = Visitor(), [Visitor() for _ in range(4)]
    known = classes.open(LESSON, teacher)
    names = [known.join(visitor, name).name for visitor, name in zip(visitors, ("Sam", " ", "Sam", "Sam"), strict=True)]
    assert names == ["Sam", "Learner 2", "Sam (2)", "Sam (3)"]
    assert known.join(visitors[0], "Samira").number == 1
    assert [learner.name for learner in known.learners] == ["Samira", "Learner 2", "Sam (2)", "Sam (3)"]
    assert known.learner(visitors[2]).name == "Sam (2)"
    assert known.learner(teacher) is None


def test_a_class_takes_so_many_and_those_who_joined_stay_on_the_board(classes):
    teacher = Visitor()
    known = classes.open(LESSON, teacher)
    for _ in range(limits.MOST_LEARNERS):
        known.join(Visitor(), "")  # whose page is gone at once
    gc.collect()
    assert len(known.learners) == limits.MOST_LEARNERS
    with pytest.raises(ClassError, match="full"):
        known.join(Visitor(), "")


def test_every_change_makes_a_new_version(classes):
    teacher, visitor = Visitor(), Visitor()
    known = classes.open(LESSON, teacher)
    versions = [known.version]
    for change in (lambda: known.join(visitor, ""), lambda: known.reveal(guesses=True), known.touch):
        change()
        versions.append(known.version)
    assert versions == sorted(set(versions))
    assert known.guesses_shown
    assert not known.results_shown


def test_a_learner_reports_prediction_settings_and_result(classes):
    teacher, visitor = Visitor(), Visitor()
    known = classes.open(LESSON, teacher)
    learner = known.join(visitor, "Sam")

    async def live():
        desk = Desk(2)
        progress = Progress(LESSON, desk)
        progress.report_to(known, learner)
        progress.begin()
        await progress.learning.settled()
        assert not known.predicted
        progress.predict(Guess(value=0.5))
        assert known.predicted == [learner]
        assert not known.run
        progress.run()
        await progress.learning.settled()
        lesson = learner.result
        assert known.mean == lesson
        assert learner.changed == ""
        progress.change({"support.peer_group_every_weeks": 1})
        await progress.learning.settled()
        assert learner.result > lesson
        assert learner.changed == "How often the peers meet: every week"
        desk.close()

    asyncio.run(live())


def test_a_lesson_runs_no_more_when_its_tab_is_closed_and_again_when_it_comes_back():
    async def live():
        desk = Desk(2)
        visit = Visit(desk, LESSON.first)
        progress = Room({}, alone=True).progress(visit, LESSON)
        progress.begin()
        visit.close()
        await progress.learning.settled()
        assert progress.before is None
        progress.begin()
        await progress.learning.settled()
        assert progress.before is not None
        desk.close()

    asyncio.run(live())


def test_a_class_that_has_ended_is_there_for_those_who_were_in_it():
    async def live():
        desk = Desk(2)
        learner, stranger = Visit(desk, LESSON.first), Visit(desk, LESSON.first)
        room, teacher = Room({}, alone=True), Visitor()
        known = room.classes.open(LESSON, teacher)
        room.progress(learner, LESSON, known).report_to(known, known.join(learner, "Sam"))
        room.classes.end(known)
        assert room.class_of(learner, known.code.lower()) is known
        assert room.class_of(stranger, known.code) is None
        desk.close()

    asyncio.run(live())


def test_thirty_learners_who_run_at_once_cost_one_run():
    async def live():
        desk = Desk(2)
        asked = []
        lived = desk._lived

        async def counted(scenario, *rest):
            asked.append(scenario.digest)
            return await lived(scenario, *rest)

        desk._lived = counted
        everybody = [Progress(LESSON, desk) for _ in range(30)]
        for progress in everybody:
            progress.begin()
            progress.predict(Guess())
            progress.run()
        await asyncio.gather(*(progress.learning.settled() for progress in everybody))
        assert {progress.found.worlds for progress in everybody} == {200}
        assert len(asked) <= 6  # both worlds, the first worlds and the rest; some may begin before they are cancelled
        desk.close()

    asyncio.run(live())
