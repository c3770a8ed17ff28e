"""The life of one peer worker in plain words: why they came to drift, stay or leave.

`record` lives one world and keeps one person's weeks; `chapters` cuts them where the person's course turned; `causes`
says why; `telling` puts all of it together; `words` fixes, once, what words such as "sharply" mean.  `side_by_side`
tells two lives of one person in two worlds: `parting` finds where they part, `parted` says it.  Weeks are numbered as
in the event log, posts and holders from 1, as people count.  No sentence says more than the record does.
"""

from __future__ import annotations

from peersim.report.story.record import Life, life
from peersim.report.story.side_by_side import lives
from peersim.report.story.side_by_side import tell as tell_both
from peersim.report.story.telling import tell
from peersim.scenario import Scenario

__all__ = ["Life", "life", "story", "tell", "two_lives"]


def story(scenario: Scenario, *, seed: int = 1, replicate: int = 0, person: str | None = None) -> str:
    """Tell the life of one peer worker in plain words: why they came to drift, stay or leave.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    seed, replicate : int
        Which world: the same always gives the same story.
    person : str, optional
        ``TEAM NAME/POST`` (its first holder) or ``TEAM NAME/POST/HOLDER``, counted from 1.  By default the most telling
        life: among those who left, the one whose identity changed most; if nobody left, the same among all.

    Raises
    ------
    QuestionError
        If the world has no such person.
    ValueError
        If `seed` or `replicate` is out of range.

    Examples
    --------
    >>> import peersim as ps
    >>> print(ps.story(ps.demo(), seed=1))  # doctest: +SKIP
    """
    return tell(life(scenario, seed=seed, replicate=replicate, person=person))


def two_lives(
    scenario: Scenario, other: Scenario, name: str, *, seed: int = 1, replicate: int = 0, person: str | None = None
) -> str:
    """Tell two lives of one peer worker side by side: the week they part, why, and what became of them.

    Chance is keyed: the same holder of the same post meets the same luck in both worlds, so the two lives differ only
    by what the scenarios bring about.

    Parameters
    ----------
    scenario, other : Scenario
        The two worlds, with the same horizon.
    name : str
        What the other scenario is called in the text.
    seed, replicate : int
        Which chance: the same always gives the same text.
    person : str, optional
        ``TEAM NAME/POST`` (its first holder) or ``TEAM NAME/POST/HOLDER``, counted from 1.  By default the most telling
        life in `scenario` (see `story`).

    Raises
    ------
    QuestionError
        If `scenario` has no such person; if `other` has not the same team in the same place, or not that post; if the
        two do not differ, differ in their horizon, or are called the same.
    ValueError
        If `seed` or `replicate` is out of range.

    Examples
    --------
    >>> import peersim as ps
    >>> weekly = ps.demo().with_({"support.supervision.every_weeks": 1})
    >>> print(ps.two_lives(ps.demo(), weekly, "weekly supervision"))  # doctest: +SKIP
    """
    return tell_both(lives(scenario, other, name, seed=seed, replicate=replicate, person=person))
