"""The life of one peer worker in plain words: why they came to drift, stay or leave.

`record` lives one world and keeps one person's weeks; `chapters` cuts them where the person's course turned; `causes`
says why; `telling` puts all of it together; `words` fixes, once, what words such as "sharply" mean.  Weeks are numbered
as in the event log, posts and holders from 1, as people count.  No sentence says more than the record does.
"""

from __future__ import annotations

from peersim.report.story.record import Life, life
from peersim.report.story.telling import tell
from peersim.scenario import Scenario

__all__ = ["Life", "life", "story", "tell"]


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
    ValueError
        If the world has no such person, or `seed` or `replicate` is out of range.

    Examples
    --------
    >>> import peersim as ps
    >>> print(ps.story(ps.demo(), seed=1))  # doctest: +SKIP
    """
    return tell(life(scenario, seed=seed, replicate=replicate, person=person))
