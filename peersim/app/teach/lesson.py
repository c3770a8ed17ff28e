"""A lesson as its file has it: what is read, predicted, run, noticed and tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from peersim.app.reading import PANELS
from peersim.results.outcomes import OUTCOMES
from peersim.scenario.errors import nearest
from peersim.scenario.parameter import Frozen, option, parameter
from peersim.scenario.translate import fault, finding
from peersim.world.causes import IDENTITY, LEAVING

LONGEST_LINE: Final = 160
LONGEST_TEXT: Final = 4_000
A_LOT: Final = 0.05
"""A difference from which on a share or state changes a lot, where a lesson does not say."""
COSTS: Final = ("cost_per_year", "cost_per_peer_year")

FALLS_A_LOT, FALLS, SAME, RISES, RISES_A_LOT = (
    "falls a lot",
    "falls a little",
    "stays about the same",
    "rises a little",
    "rises a lot",
)
ANSWERS: Final = (FALLS_A_LOT, FALLS, SAME, RISES, RISES_A_LOT)
"""What a learner can expect of an outcome."""


def _known(allowed: Iterable[str], *, optional: bool = False) -> AfterValidator:
    names = tuple(allowed)

    def check(name: str) -> str:
        if name not in names and not (optional and not name):
            raise fault(f"'{name:.60}' is not known.", allowed=", ".join(names), suggestion=nearest(name, names))
        return name

    return AfterValidator(check)


def _text(text: str) -> str:
    """A paragraph without the line breaks of the file."""
    if not text.strip():
        raise fault("is empty; write a sentence or two.")
    if len(text) > LONGEST_TEXT:
        raise fault(f"{len(text):,} characters are too many.", allowed=f"up to {LONGEST_TEXT:,}, in several paragraphs")
    return " ".join(text.split())


def _paragraphs(written: object) -> object:
    """Paragraphs, or one that is written without a list."""
    if isinstance(written, str):
        return (written,)
    if not isinstance(written, tuple):
        raise fault("expected a text, or a list of texts.")
    return written


def _settings(written: object) -> object:
    if not isinstance(written, Mapping):
        raise fault("expected keys of a scenario with their values, such as {teams.peers: 2}.")
    return written


Paragraph = Annotated[str, AfterValidator(_text)]
Paragraphs = Annotated[tuple[Paragraph, ...], BeforeValidator(_paragraphs)]
Settings = Annotated[Mapping[str, Any], BeforeValidator(_settings)]


class Expect(Frozen):
    """What a lesson claims, to be held against every run."""

    outcome: Annotated[str, _known(OUTCOMES, optional=True)] = option("", meaning="An outcome")
    cause: Annotated[str, _known(IDENTITY, optional=True)] = option("", meaning="Or a cause of identity")
    reason: Annotated[str, _known(LEAVING, optional=True)] = option("", meaning="Or a reason for leaving")
    change: Literal[
        "falls", "rises", "changes little", "falls a lot", "falls a little", "stays about the same", "rises a little",
        "rises a lot",
    ] = option(..., meaning="What it does")  # fmt: skip
    beside: Literal["the first world", "the lesson"] = option(
        "the first world", meaning="In things to try: what the new world is compared with"
    )
    than_the_lesson: Literal["", "less", "more"] = option(
        "", meaning="In things to try: whether it changes less or more than in the lesson"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.outcome, self.cause, self.reason))) != 1:
            _refuse("Expect", ("outcome",), self.outcome, "expected an outcome, a cause or a reason, one of the three.")
        return self


class First(Frozen):
    """The world that a lesson departs from."""

    name: str = option(..., meaning="What charts call it", longest=LONGEST_LINE)
    set: Settings = Field({}, description="What it changes in the scenario")


class Second(Frozen):
    """The world that a lesson compares with it."""

    name: str = option(..., meaning="What charts call it", longest=LONGEST_LINE)
    set: Settings = Field(..., description="What it changes in the first world")


class Lever(Frozen):
    """Something that the learner may move: a key, or a choice between settings with names."""

    name: str = option(..., meaning="What it is called", longest=LONGEST_LINE)
    key: str = option("", meaning="The key that a slider moves")
    low: float = parameter(-1e9, low=-1e9, high=1e9, unit="", meaning="Lower end of the slider, if not the key's own")
    high: float = parameter(1e9, low=-1e9, high=1e9, unit="", meaning="Upper end of the slider, if not the key's own")
    choices: Mapping[str, Settings] = Field({}, description="In place of a key: settings by the name of the choice")
    worlds: Literal["second", "both"] = option("second", meaning="The worlds that it changes")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.key) == bool(self.choices):
            _refuse("Lever", ("key",), self.key, "expected a key or choices, one of the two.")
        if self.low >= self.high:
            _refuse("Lever", ("low",), self.low, "has to be below the upper end.", allowed=f"less than {self.high:g}")
        return self


class Prediction(Frozen):
    """What the learner is asked before the second world is run."""

    question: Paragraph = option(..., meaning="The question")
    outcome: Annotated[str, _known(name for name in OUTCOMES if name not in COSTS)] = option(
        ..., meaning="The outcome asked for"
    )
    kind: Literal["direction", "number"] = option("direction", meaning="A choice of directions, or a number on a scale")
    low: float = parameter(0.0, low=0, high=1, unit="share", meaning="Lower end of the scale")
    high: float = parameter(1.0, low=0, high=1, unit="share", meaning="Upper end of the scale")
    a_lot: float = parameter(A_LOT, low=0.02, high=1, unit="share", meaning="A change from which on it is a lot")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low >= self.high:
            _refuse("Prediction", ("low",), self.low, "has to be below the upper end.", allowed=f"below {self.high:g}")
        return self


class Notice(Frozen):
    """Something to notice, told after the run, and what it claims."""

    text: Paragraph = option(..., meaning="What to notice")
    expect: tuple[Expect, ...] = Field((), description="What it claims")


class Try(Frozen):
    """Something to try, and what it claims; with settings, a button does it."""

    text: Paragraph = option(..., meaning="What to try, and what to look for")
    button: str = option("", meaning="What stands on the button")
    set: Settings = Field({}, description="What it changes")
    worlds: Literal["second", "both"] = option("second", meaning="The worlds that it changes")
    expect: tuple[Expect, ...] = Field((), description="What it claims")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.button) != bool(self.set):
            _refuse("Try", ("button",), self.button, "a button and what it sets belong together; give both or none.")
        if self.expect and not self.set:
            _refuse("Try", ("expect",), "", "claims something of a world that is not set.")
        return self


class Why(Frozen):
    """Where to look for the reasons."""

    text: Paragraphs = option(..., meaning="What to look for, in paragraphs")
    causes: tuple[Annotated[str, _known(("identity", "leaving"))], ...] = Field(
        ("identity",), min_length=1, description="Causes of identity, reasons for leaving, or both"
    )
    expect: tuple[Expect, ...] = Field((), description="What it claims")


class LessonFile(Frozen):
    """What stands in the file of a lesson."""

    title: str = option(..., meaning="The title", longest=LONGEST_LINE)
    summary: Paragraph = option(..., meaning="What it is about, in a sentence or two")
    minutes: int = parameter(..., low=1, high=240, unit="minutes", meaning="How long it takes a class")
    what_is_it: Paragraphs = Field(..., min_length=1, description="WHAT IS IT, in paragraphs")
    how_it_works: Paragraphs = Field(..., min_length=1, description="HOW IT WORKS, in paragraphs")
    scenario: str = option("", meaning="A scenario that comes with peersim, or a file beside the lesson")
    own_scenario: Settings = Field({}, description="In place of a scenario: one, written out")
    set: Settings = Field({}, description="What holds in both worlds")
    first: First = Field(..., description="The world that the lesson departs from")
    second: Second = Field(..., description="The world that it is compared with")
    charts: tuple[Annotated[str, _known(PANELS)], ...] = Field(
        ("identity",), min_length=1, description="Charts that are shown"
    )
    outcomes: tuple[Annotated[str, _known(OUTCOMES)], ...] = Field(
        (), description="Outcomes that are shown, beside the one asked for"
    )
    prediction: Prediction = Field(..., description="What is asked before the run")
    things_to_notice: tuple[Notice, ...] = Field(..., min_length=1, description="THINGS TO NOTICE")
    why: Why = Field(..., description="Where to look for the reasons")
    levers: tuple[Lever, ...] = Field((), description="What the learner may move")
    things_to_try: tuple[Try, ...] = Field(..., min_length=1, description="THINGS TO TRY")
    for_the_teacher: Paragraphs = Field((), description="Questions to discuss")

    @model_validator(mode="after")
    def _one_scenario(self) -> Self:
        if bool(self.scenario) == bool(self.own_scenario):
            message = "expected the name of a scenario, or one written out under own_scenario, one of the two."
            _refuse("LessonFile", ("scenario",), self.scenario, message)
        return self


def _refuse(model: str, path: tuple[str, ...], found: object, message: str, *, allowed: str = "") -> None:
    raise ValidationError.from_exception_data(model, [finding(path, found, fault(message, allowed=allowed))])
