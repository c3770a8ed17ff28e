"""The model explains itself: what moved identity, exhaustion and the hazard of leaving adds up exactly."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from peersim.ensemble import run
from peersim.scenario import registry
from peersim.world.causes import EX_LIMIT, EXHAUSTION, ID_LIMIT, IDENTITY, LEAVING
from tests.scenario.strategies import scenarios
from tests.worlds import BUSY, after, busy, corners, small, weeks_of

# Everything that moves identity and exhaustion as strong as it may be: the ends of the scale are met all the time.
STRONG = {
    f"model.{parameter.key.removeprefix('model.')}": parameter.high
    for parameter in registry()
    if parameter.key.startswith(("model.identity_", "model.exhaustion_", "model.socialisation_", "model.fellow_"))
    and parameter.kind == "number"
}


def sums(rows, shuffle):
    """Sums of rows of numbers from the left, after shuffling."""
    order = shuffle.permutation(rows.shape[1])
    return list(itertools.accumulate(rows[:, k] for k in order))[-1]


def assert_adds_up(spells, seed=0):
    rng = np.random.default_rng(seed)
    for ledger, start, end in (
        (spells.identity_ledger, spells.identity_start, spells.identity),
        (spells.exhaustion_ledger, spells.exhaustion_start, spells.exhaustion),
    ):
        for row, before, now in zip(ledger, start, end, strict=True):
            assert Fraction(before) + sum(map(Fraction, row)) == Fraction(now)
        for _ in range(3):
            np.testing.assert_array_equal(start + sums(ledger, rng), end)
    for row, total in zip(spells.leaving_ledger, spells.log_hazard_sum, strict=True):
        assert sum(map(Fraction, row)) == Fraction(total)
    for _ in range(3):
        np.testing.assert_array_equal(sums(spells.leaving_ledger, rng), spells.log_hazard_sum)


@settings(max_examples=60)
@given(scenarios(max_horizon=60), st.integers(0, 2**32 - 1))
def test_ledgers_add_up_exactly_in_every_scenario(scenario, seed):
    assert_adds_up(after(scenario, seed=seed).spells)


# Smaller numbers are no simpler corners, so none are looked for.
@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(corners(), st.integers(0, 100))
def test_ledgers_add_up_exactly_at_every_corner_of_the_ranges(setting, seed):
    assert_adds_up(after(small(setting, weeks=40), seed=seed).spells)


def test_ledgers_add_up_for_leavers_newcomers_and_people_off_sick():
    spells = after(busy(weeks=80), seed=3).spells
    assert (spells.ended != 0).sum() > 5
    assert (spells.start_week >= 0).sum() > 5
    assert_adds_up(spells)


@pytest.mark.parametrize(
    "setting",
    [
        {**STRONG},
        {**STRONG, "support.supervision.every_weeks": 0, "culture.disclosure_autonomy": 0, "valuing.pay_parity": 0.5},
        {**STRONG, "identity.formalisation": 0, "structure.flexibility": 1, "culture.disclosure_autonomy": 1},
    ],
    ids=["strong", "strong and harsh", "strong and kind"],
)
def test_what_the_ends_of_the_scale_hold_back_is_in_the_ledger(setting):
    spells = after(busy(setting), seed=2).spells
    limits = np.stack([spells.identity_ledger[:, ID_LIMIT], spells.exhaustion_ledger[:, EX_LIMIT]])
    assert np.abs(limits).max() > 0.01
    assert_adds_up(spells)


def test_every_week_and_not_only_the_end_is_accounted_for():
    for world in weeks_of(busy(STRONG), 30, seed=4):
        peers = world.peers[world.peers.status != 0]
        assert_adds_up(peers)


def test_each_cause_is_met_somewhere():
    # A ledger that adds up because nothing is entered would be no explanation.
    spells = after(busy({**STRONG, "support.clinical_response": 1}, weeks=100), seed=1).spells
    assert (spells.identity_ledger != 0).any(axis=0).tolist() == [True] * len(IDENTITY)
    assert (spells.exhaustion_ledger != 0).any(axis=0).tolist() == [True] * len(EXHAUSTION)
    assert (spells.leaving_ledger != 0).any(axis=0).tolist() == [True] * len(LEAVING)


def test_the_people_table_adds_up_exactly():
    people = run(busy(), replicates=3, seed=8, weeks=50).people
    for state, causes in (("identity", IDENTITY), ("exhaustion", EXHAUSTION)):
        total = people[f"{state}_start"]
        for cause in causes:
            total = total + people[f"{state}_{cause}"]
        assert (total == people[state]).all()


def test_the_leaving_ledger_of_a_very_long_and_safe_post_adds_up():
    scenario = small({"model.hazard_base": -15, "model.off": ["absence"]}, weeks=1040)
    assert_adds_up(after(scenario, seed=1).spells)


def test_busy_settings_are_known_parameters():
    keys = {parameter.key for parameter in registry()}
    assert keys >= set(BUSY) | set(STRONG)
