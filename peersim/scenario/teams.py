"""The teams of a provider."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from peersim.scenario.parameter import Frozen, option, parameter
from peersim.scenario.translate import fault

#: Control characters, halves of surrogate pairs, and line and paragraph breaks: not for names in tables and
#: charts.
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in _UNPRINTABLE for character in text):
        raise fault("holds a control character or a line break; a name is one line of ordinary text.")
    if not text.strip():
        raise fault("a name needs at least one visible character.")
    return text


#: A name: one line of text with something to see in it.
Name = Annotated[str, AfterValidator(_one_line)]


class TeamSpec(Frozen):
    """A team, or several alike."""

    name: Name = option(..., meaning="Name of the team, numbered when `count` repeats it", longest=80)
    count: int = parameter(1, low=1, high=50_000, unit="teams", meaning="How many teams are like this")
    peers: int = parameter(
        ...,
        low=1,
        high=200,
        unit="posts",
        meaning="Peer worker posts in the team",
        evidence="At least two a team: ImROC, row 3.12; no distribution published, row 1.5",
        grade="C",
    )
    clinicians: int = parameter(
        ...,
        low=1,
        high=1000,
        unit="posts",
        meaning="Posts of clinicians and other staff in the team",
        evidence="Community team of 9.6 full-time posts on average, row 5.17",
        grade="A",
    )
    users_per_peer: int = parameter(
        ...,
        low=1,
        high=100,
        unit="people",
        meaning="Service users on the caseload of one peer",
        evidence="No UK figure; common practice 10 to 15, row 1.6",
    )
    community: float = parameter(
        0.2,
        low=0,
        high=1,
        unit="share",
        meaning="Share of the people served who belong to the cultural community that the service is for; "
        "0.9 and more in a BME-specific project",
    )
    pressure: float = parameter(
        0.5, low=0, high=1, unit="share", meaning="How stretched the team is when every post is filled"
    )
