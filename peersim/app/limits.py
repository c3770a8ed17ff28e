"""How much one visitor may ask for, so that every other is still served."""

from __future__ import annotations

from typing import Final

from peersim.scenario import Scenario

WORLDS: Final = 200
"""Worlds behind every band, where the provider is not too large."""
FIRST_WORLDS: Final = 32
"""Worlds that are drawn at once; the rest fill in."""
MOST_WORK: Final = 60_000_000
"""Person-weeks that one change may cost: some four seconds of one core."""
MOST_POSTS: Final = 200_000
"""Posts of peer workers in all worlds of one change: everybody who holds one is remembered, in a kilobyte each."""
MOST_ATTRIBUTED: Final = 1_000_000_000
"""Person-weeks that finding out which policies carry a difference may cost: some minute of one core."""
ATTRIBUTED_WORLDS: Final = 64
"""Worlds of each scenario in that, where they are not too many."""
FEWEST_ATTRIBUTED: Final = 16
"""Worlds of each scenario with fewer than which nothing could be told."""
STARTING: Final = 250_000
"""What a scenario costs before its first world is lived, as person-weeks."""
MOST_VISITS: Final = 100
"""Pages open at once."""
MOST_KEPT: Final = 8
"""Runs kept on the chart of one visitor."""
MOST_UNDONE: Final = 100
"""Changes that can be undone."""
MOST_UPLOADED: Final = 200_000
"""Bytes of a scenario file from a visitor, and of what a link may hold once unpacked."""
MOST_WATCHED: Final = 5_000
"""People in a world that is watched: stepped agent by agent, in some forty milliseconds a week."""
MOST_DRAWN: Final = 400
"""People drawn at once; the teams of a larger provider are shown in turn."""
MOST_TEAMS_DRAWN: Final = 12
LONGEST_NAME: Final = 60
"""Characters of a name that a visitor gives to a run or to themselves."""
MOST_CLASSES: Final = 40
"""Classes open at once."""
MOST_LEARNERS: Final = 60
"""Learners in a class."""


class TooLargeError(ValueError):
    """A provider too large, or watched too long, for this page."""


def worlds(scenario: Scenario) -> int:
    """Worlds that the page runs of a scenario.

    Raises
    ------
    TooLargeError
        If not even the first can be run within `MOST_WORK` and `MOST_POSTS`.
    """
    people = n_people(scenario)
    affordable = MOST_WORK // (people * scenario.horizon_weeks)
    if affordable < FIRST_WORLDS:
        most = MOST_WORK // FIRST_WORLDS // scenario.horizon_weeks
        raise TooLargeError(
            f"{people:,} people over {scenario.horizon_weeks:,} weeks are more than this page runs "
            f"(up to {most:,} people over so many weeks). Fewer teams show the same; for all of them save the scenario "
            "and use `peersim run` on the command line."
        )
    if scenario.n_peers * FIRST_WORLDS > MOST_POSTS:
        raise TooLargeError(
            f"{scenario.n_peers:,} peer workers are more than this page runs (up to {MOST_POSTS // FIRST_WORLDS:,}). "
            "Fewer teams show the same; for all of them save the scenario and use `peersim run` on the command line."
        )
    return min(WORLDS, affordable, MOST_POSTS // scenario.n_peers)


def attributed_worlds(base: Scenario, bundle: Scenario, scenarios: int) -> int:
    """Worlds that the page runs of each of so many scenarios between two, to find out which part does what.

    Raises
    ------
    TooLargeError
        If not even the fewest can be run within `MOST_ATTRIBUTED`.
    """
    each = max(n_people(base), n_people(bundle)) * base.horizon_weeks
    affordable = min((MOST_ATTRIBUTED // scenarios - STARTING) // each, MOST_POSTS // max(base.n_peers, bundle.n_peers))
    if affordable < FEWEST_ATTRIBUTED:
        raise TooLargeError(
            f"This would take {scenarios:,} scenarios of a provider as large as this, which is more than this page "
            "runs. Themes are fewer parts than single policies, and fewer teams show the same; or save both scenarios "
            "and use `peersim attribute` on the command line."
        )
    return min(ATTRIBUTED_WORLDS, affordable)


def n_people(scenario: Scenario) -> int:
    """People in one world, with a manager for each team; the few above them do not weigh."""
    return scenario.n_peers + scenario.n_clinicians + scenario.n_users + scenario.n_teams


def watched(scenario: Scenario) -> None:
    """Check that one world of a scenario can be watched week by week.

    Raises
    ------
    TooLargeError
        If more people are in it than `MOST_WATCHED`.
    """
    if (people := n_people(scenario)) > MOST_WATCHED:
        raise TooLargeError(
            f"{people:,} people are more than can be watched here (up to {MOST_WATCHED:,}). "
            "Fewer teams, or fewer people on a caseload, show the same."
        )
