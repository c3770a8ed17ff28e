"""A mechanism that is off enters nothing in any ledger, and no parameter of its own does anything at all.

For every mechanism that can be switched off: which causes are exactly 0 in every week of everybody without it, and
which parameters are its own, so that they may be anything once it is off.  Both tables are held both ways: nothing
else vanishes with it, every parameter in the table acts while the mechanism is on, and every policy, and every
constant under the mechanism's heading, that is not in the table still acts without it.  What each mechanism leaves as
it is when it is off stands in `tests/test_mechanisms.py`.
"""

from functools import cache

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from docs.generate import constant_groups
from peersim.scenario import registry
from peersim.scenario.switches import SWITCHABLE
from peersim.world.causes import EXHAUSTION, IDENTITY, LEAVING
from tests.scenario.strategies import some_of
from tests.verification.stepwise import RECORDS
from tests.worlds import NUMBERS, WHOLE, after, busy, same, weeks_of

WEEKS = 40

# causes ---------------------------------------------------------------------------------------------------------------

TERMS = {"identity_terms": IDENTITY, "exhaustion_terms": EXHAUSTION, "leaving_terms": LEAVING}
CAUSES = {(terms, cause) for terms, causes in TERMS.items() for cause in causes if cause != "limit"}
USERS = {("identity_terms", "time_with_users")} | {
    ("exhaustion_terms", cause) for cause in ("time_with_users", "emotional_work")
}
SOCIALISATION = {("identity_terms", "socialisation")}
HELP = {("identity_terms", "clinical_response"), ("exhaustion_terms", "colleague_help")}
BY_VALUE = ("being_valued", "control_of_sharing")
OF_REFLECTION = {
    # Without reflection nobody's identity leaves its anchor, and no reason to leave changes from what it was at first.
    *(("identity_terms", "supervision"), ("leaving_terms", "lack_of_support"), ("leaving_terms", "unwanted_tasks")),
    *(("identity_terms", cause) for cause in ("own_anchor", "professionalisation", "fitting_structures")),
    *(("exhaustion_terms", cause) for cause in ("workload", "role_ambiguity", "starting_the_job")),
    *(("exhaustion_terms", cause) for cause in ("recovery", "life_events")),
    *(("identity_terms", cause) for cause in BY_VALUE),
    *(("exhaustion_terms", cause) for cause in BY_VALUE),
}
VANISH = {name: set() for name in SWITCHABLE} | {
    "task_allocation": {
        *(("identity_terms", "dilution"), ("exhaustion_terms", "generic_tasks"), ("leaving_terms", "unwanted_tasks"))
    },
    "user_meetings": USERS,
    "colleagues": SOCIALISATION | HELP,
    "socialisation": SOCIALISATION,
    "colleague_help": HELP,
    "supervision": {
        *(("identity_terms", cause) for cause in ("supervision", "boundary_keeping", "lack_of_supervision")),
        *(("exhaustion_terms", cause) for cause in ("supervision", "lack_of_supervision")),
        ("leaving_terms", "lack_of_support"),
    },
    "peer_support": {
        (f"{state}_terms", cause)
        for state in ("identity", "exhaustion")
        for cause in ("fellow_peers", "peer_network", "isolation")
    },
    "reflection": OF_REFLECTION,
    "leaving": {("leaving_terms", cause) for cause in LEAVING},
    "caseload": USERS,
}
"""Causes that are met in no week without a mechanism."""


def met(off):
    """Causes that some peer worker met in some week of two worlds."""
    worlds = [world for seed in (5, 6) for world in weeks_of(busy({"model.off": off}, weeks=WEEKS), seed=seed)]
    return {
        (terms, cause)
        for terms, causes in TERMS.items()
        for cause, some in zip(causes, np.any([world.peers[terms] != 0 for world in worlds], axis=(0, 1)), strict=True)
        if some
    }


def test_every_cause_is_met_with_everything_on():
    assert met([]) == CAUSES


@pytest.mark.parametrize("name", SWITCHABLE)
def test_the_causes_of_a_mechanism_and_no_others_are_0_in_every_week_without_it(name):
    assert CAUSES - met([name]) == VANISH[name]


# parameters -----------------------------------------------------------------------------------------------------------

BY_KEY = {parameter.key: parameter for parameter in NUMBERS}
HEADINGS = {heading.split(". ", 1)[-1]: names for heading, names in constant_groups().items()}


def under(heading, *but):
    """Constants under a heading of the registry, without some."""
    return {f"model.{name}" for name in HEADINGS[heading]} - {f"model.{name}" for name in but}


def constants(*names):
    return {f"model.{name}" for name in names}


LEARNING = constants("learning_understanding", "learning_valuing", "learning_stance")
SOCIALISING = constants("socialisation_steady", "socialisation_newcomer")
HELPING = constants("help_seeking", "help_clinical", "memory_rate", "empowerment_clinical", "identity_clinical")
HELPING |= constants("exhaustion_help", "team_clinical") | {"support.clinical_response"}
MEETING = under("Meeting users") | {"identity.language_fit"}
NOTED = {key for key in BY_KEY if key.startswith(("model.identity_", "model.exhaustion_"))}
NOTED -= constants("exhaustion_newcomer")
FILLING = constants(
    "approval_base", "approval_backing", "approval_half", "uptake_base", "uptake_pay", "approval_clinician"
)
FILLING |= constants("uptake_clinician") | {"structure.weeks_to_hire"}
STARTS = ("clarity_newcomer", "clarity_description", "empowerment_newcomer", "prospects_newcomer", "prospects_spread")
STARTS += ("value_newcomer", "support_newcomer", "satisfaction_newcomer", "wellbeing_energy")

OWN = {
    "policy": set(),  # its parameters are the changes of a scenario
    "workload": under("Workload"),
    # Custom is there from the beginning; without task allocation it stays as it is.
    "task_allocation": under("Task allocation", "norm_nhs_trust", "norm_voluntary", "norm_partnership")
    | constants("identity_dilution", "exhaustion_tasks", "clarity_generic", "intention_tasks")
    | {"valuing.protected_time"},
    "user_meetings": MEETING,
    "colleagues": LEARNING | SOCIALISING | HELPING | constants("contact_colleagues"),
    "socialisation": SOCIALISING,
    "role_learning": LEARNING,
    "colleague_help": HELPING,
    # Time and skills are what managers bring, supervised or not.
    "supervision": under("Supervision", "time_manager", "skill")
    | constants("intention_support")
    | {"support.supervision.every_weeks", "support.supervision.minutes", "support.supervision.by"}
    | {f"support.supervision.{part}" for part in ("task", "wellbeing", "boundaries")},
    "peer_support": under("Peer support") | constants("fellow_preference") | {"support.peer_group_every_weeks"},
    # What is noted under a cause is never taken in; and people stay as they started.
    "reflection": NOTED
    | SOCIALISING
    | under("Reflection: clarity, empowerment, value, prospects", *STARTS)
    | constants("fellow_strength", "group_strength", "fellow_alike", "fellow_reinforcement", "lack_half_weeks")
    | constants("intention_rate", "intention_support", "intention_tasks", "team_clinical", "clinician_demand")
    | constants("newness_kept")
    | {"structure.flexibility", "culture.disclosure_autonomy", "culture.disclosure_training_per_year"},
    "culture": under("Culture") | {"valuing.team_training_per_year"},
    "absence": under("Absence") | constants("exhaustion_rest", "absence_trust"),
    "leaving": under("Leaving") | constants("loss_trust", "loss_engagement", "loss_hope") | FILLING,
    "hiring": FILLING | constants("promotion_tenure", "promotion_chance", "promotion_pay"),
    "caseload": under("Caseload") | MEETING,
}
"""Parameters that do nothing without a mechanism."""

VARIANTS = (
    {},
    {"sector": "voluntary", "support.supervision.by": "peer_lead", "identity.lived_experience_selection": 1},
    {"sector": "partnership", "support.supervision.by": "external", "model.approval_base": 0.05},
)
"""Worlds in which, between them, everything in the registry matters."""


@cache
def lived(variant, off):
    return records(VARIANTS[variant], off)


def records(setting, off):
    """Everything that is recorded of a world, and every state at its end."""
    world = after(busy({**setting, "model.off": list(off)}, weeks=WEEKS), seed=5, by_team=True)
    for rows in (world.peers, world.spells):  # what is noted and never taken in does nothing
        rows.identity_terms, rows.exhaustion_terms = 0, 0
    return tuple(getattr(world, name) for name in (*RECORDS, "events", "spells", "weekly", "team_weekly"))


def changes_anything(setting, *off):
    """Whether a setting makes a difference to any of the worlds."""
    return any(
        not same(lived(number, off), records({**setting, **variant}, off)) for number, variant in enumerate(VARIANTS)
    )


def at_end(key, end):
    parameter = BY_KEY[key]
    if parameter.kind == "choice":
        return parameter.choices[0 if end == "low" else -1]
    return int(getattr(parameter, end)) if key in WHOLE else getattr(parameter, end)


@cache
def acts(key, *off):
    """Whether a parameter at an end of its range changes anything."""
    return any(changes_anything({key: at_end(key, end)}, *off) for end in ("low", "high"))


def test_the_table_is_of_every_mechanism_and_of_known_parameters():
    assert set(OWN) == set(SWITCHABLE)
    assert set().union(*OWN.values()) <= set(BY_KEY)


@pytest.mark.parametrize("name", SWITCHABLE)
def test_each_parameter_of_a_mechanism_acts_while_it_is_on(name):
    assert sorted(key for key in OWN[name] if not acts(key)) == []


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("name", SWITCHABLE)
def test_parameters_of_a_mechanism_all_at_an_end_do_nothing_without_it(name, end):
    assert not changes_anything({key: at_end(key, end) for key in OWN[name]}, name)


@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.sampled_from([name for name in SWITCHABLE if OWN[name]]), st.data())
def test_parameters_of_a_mechanism_at_any_values_do_nothing_without_it(name, data):
    setting = data.draw(some_of([parameter for parameter in registry() if parameter.key in OWN[name]]))
    assert not changes_anything(setting, name)


@pytest.mark.parametrize("key", [p.key for p in NUMBERS if p.group not in ("model", "costs")])
def test_a_policy_acts_without_any_mechanism_that_it_is_not_the_parameter_of(key):
    assert [name for name in SWITCHABLE if key not in OWN[name] and not acts(key, name)] == []


OF_HEADING = {
    "Workload": "workload",
    "Task allocation": "task_allocation",
    "Meeting users": "user_meetings",
    "Colleagues, and who meets whom": "colleagues",
    "Supervision": "supervision",
    "Peer support": "peer_support",
    "Reflection: identity and exhaustion": "reflection",
    "Reflection: clarity, empowerment, value, prospects": "reflection",
    "Reflection: intention to leave": "reflection",
    "Absence": "absence",
    "Leaving": "leaving",
    "Hiring": "hiring",
    "Culture": "culture",
    "Caseload": "caseload",
}


def test_every_heading_but_that_of_no_mechanism_is_a_mechanisms():
    assert set(HEADINGS) - set(OF_HEADING) == {"Managers and the picture of a team"}


@pytest.mark.parametrize("heading", OF_HEADING)
def test_what_stands_under_a_mechanism_and_is_not_its_own_acts_without_it(heading):
    others = under(heading) - OWN[OF_HEADING[heading]]
    assert sorted(key for key in others if not acts(key, OF_HEADING[heading])) == []
