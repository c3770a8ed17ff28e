"""Which people two scenarios share: chance knows a person by team, post and ordinal, whatever the scenario.

Teams are counted in the order of the file, posts within a team.  Who holds the first post of the first team has the
same talents and meets the same luck in every scenario that has such a post.
"""

from __future__ import annotations

from dataclasses import dataclass

from peersim.analysis.errors import QuestionError
from peersim.scenario import Scenario


@dataclass(frozen=True)
class Matching:
    """How many posts two scenarios have in common, and how many each has.

    Attributes
    ----------
    peers, clinicians, teams : tuple of three ints
        In both, in the baseline, in the other.
    renamed : int
        Teams at the same place of both files whose names differ.
    """

    teams: tuple[int, int, int]
    peers: tuple[int, int, int]
    clinicians: tuple[int, int, int]
    renamed: int

    @property
    def complete(self) -> bool:
        """Whether every post of one is a post of the other, in teams of the same names."""
        return not self.renamed and all(both == one == other for both, one, other in (self.peers, self.clinicians))

    def __str__(self) -> str:
        if self.complete:
            return "all peers, clinicians and managers are the same people in both"
        (peers, *of_peers), (clinicians, *of_clinicians) = self.peers, self.clinicians
        text = (
            f"the teams differ; the same people with the same luck hold {peers} of the peer posts ({of_peers[0]} in "
            f"the baseline, {of_peers[1]} here) and {clinicians} of the clinicians' posts ({of_clinicians[0]} and "
            f"{of_clinicians[1]}); the rest exist in one of the two only"
        )
        if self.renamed:
            text += f"; teams are matched by their order; other names: {self.renamed} of {self.teams[0]}"
        return text


def matching(base: Scenario, other: Scenario) -> Matching:
    """Which posts two scenarios have in common."""
    mine, theirs = base.team_list(), other.team_list()
    pairs = list(zip(mine, theirs, strict=False))
    return Matching(
        teams=(len(pairs), len(mine), len(theirs)),
        peers=(sum(min(a.peers, b.peers) for a, b in pairs), base.n_peers, other.n_peers),
        clinicians=(sum(min(a.clinicians, b.clinicians) for a, b in pairs), base.n_clinicians, other.n_clinicians),
        renamed=sum(a.name != b.name for a, b in pairs),
    )


def check_pairable(base: Scenario, other: Scenario, name: str) -> None:
    """Refuse two scenarios whose difference would mean nothing.

    Parameters
    ----------
    base, other : Scenario
    name : str
        What the other is called.

    Raises
    ------
    QuestionError
        If they are watched for different times, value costs in different ways, or do not differ.
    """
    if base.horizon_weeks != other.horizon_weeks:
        shorter = min(base.horizon_weeks, other.horizon_weeks)
        raise QuestionError(
            f"{name}: horizon_weeks: found {other.horizon_weeks}; allowed: {base.horizon_weeks}, as in the baseline. "
            f"Outcomes are taken at the end, so other horizons are other questions. Up to week {shorter} the people "
            f"and their luck are the same in both: compare that much of them with --weeks {shorter} (weeks={shorter})"
        )
    for key in ("price_year", "discount_rate"):
        mine, theirs = getattr(base.costs, key), getattr(other.costs, key)
        if mine != theirs:
            raise QuestionError(
                f"{name}: costs.{key}: found {theirs}; allowed: {mine}, as in the baseline. Pounds of different "
                "years, or discounted differently, cannot be compared; outcomes other than costs can, once both say "
                "the same"
            )
    if not effective_changes(base, other):
        raise QuestionError(f"{name}: changes nothing: it differs from the baseline in no key but its name")


def effective_changes(base: Scenario, other: Scenario) -> dict[str, tuple[object, object]]:
    """In what another scenario differs, other than in its name: dotted key -> (value here, value there)."""
    return {key: values for key, values in base.diff(other).items() if key != "name"}
