"""What planners can set: five groups of policies, one per theme of the study.

The grade of a policy is that of the evidence that it matters and in which direction. Where the evidence gives
no number for the default (it seldom does), the default is a plausible middle and the range is to be carried
into results.
"""

from __future__ import annotations

from typing import Literal

from peersim.scenario.parameter import Frozen, option, parameter

#: Said of each of the three emphases of supervision.
_SHARED = "the three emphases are divided by their sum when that exceeds 1"

Supervisor = Literal["team_manager", "peer_lead", "external"]


class Valuing(Frozen):
    """Theme 1: valuing what is distinctive about peer work."""

    role_description: float = parameter(
        0.5,
        low=0,
        high=1,
        unit="share",
        meaning="How clearly the job description says what the role is and what it is not",
        evidence="Gillard et al. (seed study); Davis 2013, row 1.26; role clarity and exhaustion, row 1.25",
        grade="B",
    )
    team_training_per_year: float = parameter(
        1,
        low=0,
        high=12,
        unit="sessions a year",
        meaning="Sessions that build the team's shared understanding of the peer role",
        evidence="Gillard et al. (seed study); SHARE! trial 2024, row 1.36; Ibrahim et al. 2020, row 3.1",
        grade="A",
    )
    protected_time: float = parameter(
        0.2,
        low=0,
        high=1,
        unit="share of the week",
        meaning="Share of the week ring-fenced for peers: generic tasks take the rest at most (bites above 0.4)",
        evidence="Extra tasks and leaving, row 1.8; Park et al. 2016 (direct peer hours), row 1.23",
        grade="C",
    )
    pay_parity: float = parameter(
        0.9,
        low=0.5,
        high=1.2,
        unit="ratio",
        meaning="Pay of a peer divided by pay of a comparable post that is not a peer's",
        evidence="Gillard et al. (seed study); Ostrow et al. 2025, rows 1.10, 1.11; financial needs, row 1.8",
        grade="A",
    )
    progression: float = parameter(
        0.1,
        low=0,
        high=1,
        unit="share",
        meaning="How open promotion and development are to peers (0 none, 1 as open as to other staff)",
        evidence="Gillard et al. 2022 (prospects 3.5 to 3.1), row 1.21; Ostrow et al. 2025, row 1.9",
        grade="A",
    )


class Identity(Frozen):
    """Theme 2: maintaining peer identity."""

    formalisation: float = parameter(
        0.5,
        low=0,
        high=1,
        unit="share",
        meaning="Professional norms asked of the role: records, risk procedure, distance",
        evidence="Gillard et al. (seed study); Adams 2020, row 3.3; Simpson 2018, row 2.8; Moran 2025, 3.11",
        grade="B",
    )
    lived_experience_selection: float = parameter(
        0.5,
        low=0,
        high=1,
        unit="share",
        meaning="Weight on lived experience, and on readiness to use it, when peers are selected",
        evidence="Gillard et al. 2013 (no formal recruitment, divergent expectations), row 2.4",
        grade="C",
    )
    background_matching: float = parameter(
        0.3,
        low=0,
        high=1,
        unit="share",
        meaning="Recruiting and allocating by background shared between peers and the people they serve",
        evidence="Gillard et al. 2015 (trust on shared experience), row 2.1; BME-specific cases (seed study)",
        grade="C",
    )
    language_fit: float = parameter(
        0.6,
        low=0,
        high=1,
        unit="share",
        meaning="How well the language of the role suits the community served",
        evidence="Gillard et al. (seed study: language as bridge or barrier)",
        grade="C",
    )


class Supervision(Frozen):
    """One-to-one supervision of a peer worker: how often, how long, about what, by whom."""

    every_weeks: float = parameter(
        4,
        low=0,
        high=52,
        unit="weeks",
        meaning="Weeks from one supervision to the next; 0 = none",
        evidence="Mor Barak et al. 2009, row 4.1; Fukui et al. 2019, row 4.18; monthly: ImROC, HEE, row 1.34",
        grade="A",
    )
    minutes: float = parameter(
        60,
        low=0,
        high=180,
        unit="minutes",
        meaning="Length of one supervision",
        evidence="No source; usual practice",
    )
    task: float = parameter(
        0.5,
        low=0,
        high=1,
        unit="weight",
        meaning=f"Emphasis on managing tasks; {_SHARED}",
        evidence="Gillard et al. (seed study: tasks and wellbeing both); Mor Barak et al. 2009, row 4.1",
        grade="B",
    )
    wellbeing: float = parameter(
        0.3,
        low=0,
        high=1,
        unit="weight",
        meaning=f"Emphasis on wellbeing and the role; {_SHARED}",
        evidence="Gillard et al. (seed study: tasks and wellbeing both); Mor Barak et al. 2009, row 4.1",
        grade="B",
    )
    boundaries: float = parameter(
        0.2,
        low=0,
        high=1,
        unit="weight",
        meaning=f"Emphasis on keeping boundaries; {_SHARED}",
        evidence="Gillard et al. 2013 (boundaries kept by supervision erode peer practice), row 2.4",
        grade="C",
    )
    by: Supervisor = option(
        "team_manager",
        meaning="Who supervises: the team's manager, a peer lead, or someone from outside",
        evidence="Background of the supervisor makes no difference, row 1.27; understanding does, row 1.28",
        grade="B",
    )
    understanding: float = parameter(
        0.5,
        low=0,
        high=1,
        unit="share",
        meaning="How well the supervisor understands the peer role (a manager who supervises: at the start)",
        evidence="Kuhn 2015, row 1.28; SSWR 2023, row 1.27",
        grade="A",
    )


class Support(Frozen):
    """Theme 3: supporting the individual peer worker."""

    supervision: Supervision = Supervision()
    peer_group_every_weeks: float = parameter(
        8,
        low=0,
        high=52,
        unit="weeks",
        meaning="Weeks between meetings of peers across teams; 0 = none",
        evidence="Gillard et al. (seed study); Ibrahim et al. 2020, row 3.1; Gillard et al. 2022, row 1.20",
        grade="B",
    )
    clinical_response: float = parameter(
        0.5,
        low=0,
        high=1,
        unit="share",
        meaning="How far colleagues answer a peer's needs as clinicians rather than as colleagues",
        evidence="Gillard et al. (seed study: disempowering where colleagues respond as clinicians)",
        grade="C",
    )


class ManagerSupport(Frozen):
    """Support for peer work from managers at each level."""

    team: float = parameter(
        0.5,
        low=0,
        high=1,
        unit="share",
        meaning="Support for peer work asked of team managers",
        evidence="Gillard et al. (seed study: managers at all levels); Byrne et al. 2018, row 3.7",
        grade="B",
    )
    middle: float = parameter(
        0.4,
        low=0,
        high=1,
        unit="share",
        meaning="Support for peer work asked of middle managers",
        evidence="Gillard et al. (seed study: managers at all levels); Byrne et al. 2018, row 3.7",
        grade="B",
    )
    executive: float = parameter(
        0.4,
        low=0,
        high=1,
        unit="share",
        meaning="Support for peer work asked of executives",
        evidence="Gillard et al. (seed study: managers at all levels); Byrne et al. 2018, row 3.7",
        grade="B",
    )


class Structure(Frozen):
    """Theme 4: organisational structures."""

    manager_support: ManagerSupport = ManagerSupport()
    strategic_fit: float = parameter(
        0.5,
        low=0,
        high=1,
        unit="share",
        meaning="How well the values of peer work fit the organisation's strategy",
        evidence="Gillard et al. (seed study); Gillard and Holley 2014 (strategic alignment), row 2.5",
        grade="B",
    )
    flexibility: float = parameter(
        0.4,
        low=0,
        high=1,
        unit="share",
        meaning="Policies and procedures adjusted to the role (1) rather than the role to them (0)",
        evidence="Gillard et al. (seed study); peers in England 2025, row 3.9; but see row 2.4",
        grade="B",
    )
    weeks_to_hire: float = parameter(
        14,
        low=0,
        high=104,
        unit="weeks",
        meaning="Weeks from the approval of a vacancy to when somebody can start",
        evidence="NHS average above 14 weeks, row 5.12",
        grade="A",
    )


class Culture(Frozen):
    """Theme 5: organisational culture."""

    valuing: float = parameter(
        0.4,
        low=0,
        high=1,
        unit="share",
        meaning="How far lived experience is valued at the start; from then on it moves by itself",
        evidence="Gillard et al. (seed study); Ibrahim et al. 2020 (culture in 53 % of papers), row 3.1",
        grade="B",
    )
    disclosure_autonomy: float = parameter(
        0.5,
        low=0,
        high=1,
        unit="share",
        meaning="How far peers decide themselves what they share and where their boundaries are",
        evidence="Gillard et al. (seed study); Moran 2025 (autonomy-supportive environment), row 3.11",
        grade="C",
    )
    disclosure_training_per_year: float = parameter(
        0.5,
        low=0,
        high=12,
        unit="sessions a year",
        meaning="Training sessions for peers in sharing lived experience",
        evidence="Gillard et al. (seed study); Ibrahim et al. 2020 (training in 42 % of papers), row 3.1",
        grade="C",
    )
    lived_experience_leadership: float = parameter(
        0.1,
        low=0,
        high=1,
        unit="share",
        meaning="How far people with lived experience hold leading positions",
        evidence="Byrne et al. 2018, 2019, row 3.7",
        grade="C",
    )


class Policies(Frozen):
    """Everything that planners can set and change over time."""

    valuing: Valuing = Valuing()
    identity: Identity = Identity()
    support: Support = Support()
    structure: Structure = Structure()
    culture: Culture = Culture()
