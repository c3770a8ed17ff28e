"""What a learner expects, and how it compares with what came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from peersim.app.teach import wording
from peersim.app.teach.lesson import ANSWERS, SAME, Prediction

_TO: Final = dict(
    zip(
        ANSWERS,
        ("to fall a lot", "to fall a little", "to stay about the same", "to rise a little", "to rise a lot"),
        strict=True,
    )
)


@dataclass(frozen=True)
class Guess:
    """A prediction: one of `ANSWERS`, or a value; neither where the learner does not know."""

    answer: str = ""
    value: float | None = None

    @property
    def known(self) -> bool:
        """Whether anything was predicted."""
        return bool(self.answer) or self.value is not None


def said(guess: Guess | None, prediction: Prediction) -> str:
    """A guess as a table shows it."""
    if guess is None:
        return "-"
    if guess.value is not None:
        return wording.level(prediction.outcome, guess.value)
    return guess.answer or wording.DO_NOT_KNOW


def compared(guess: Guess, prediction: Prediction, row: Any) -> str:
    """The guess beside what came out, in words."""
    outcome, before = prediction.outcome, float(row["baseline"])
    found = wording.found(outcome, row)
    name = wording.name(outcome)
    if not guess.known:
        return f"You did not know what to expect. {found}"
    if guess.value is not None:
        value, now = guess.value, float(row["mean"])
        step = wording.answer(value - before, 0.0)
        how = "much as before" if step == SAME else _by(outcome, value - before)
        expected = f"You expected {name} to come to {wording.level(outcome, value)}, {how}."
        return f"{expected} {found} {_off(outcome, value - now)}"
    expected = f"You expected {name} {_TO[guess.answer]}."
    return f"{expected} {found} {_judged(guess.answer, wording.answer(float(row['difference']), prediction.a_lot))}"


def _by(outcome: str, difference: float) -> str:
    return f"{'a fall' if difference < 0.0 else 'a rise'} of {wording.size(outcome, difference)}"


def _off(outcome: str, error: float) -> str:
    if abs(error) < wording.MARGIN:
        return "That is what you expected."
    return f"Your guess was {wording.size(outcome, error)} too {'high' if error > 0.0 else 'low'}."


def _judged(expected: str, came: str) -> str:
    if expected == came:
        return "That is what you expected."
    middle = ANSWERS.index(SAME)
    guessed, was = ANSWERS.index(expected) - middle, ANSWERS.index(came) - middle
    if guessed * was > 0:
        size = "more" if abs(was) > abs(guessed) else "less"
        return f"The direction is what you expected; it is {size} than you thought."
    if was == 0:
        return "That is about no change at all."
    return "That is not the direction that you expected." if guessed else "You expected hardly any change."
