"""What a week costs: every pound once, and no price changes what anybody does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peersim.behaviours.founding import found
from peersim.scenario import Scenario
from peersim.scenario.costs import Costs
from peersim.scenario.switches import SWITCHABLE
from peersim.week import live_week
from peersim.world.build import build
from peersim.world.measures import PROVIDER, WEEKLY
from peersim.world.state import AT_WORK, OFF_SICK, VACANT
from tests.worlds import PEOPLE, a_team, after, busy, corners, measured, same, small, weeks_of

PARTS = [name for name in WEEKLY if name.startswith("cost_")]
PAID = ["paid_generic_time", "paid_support_time"]
MONEY = [name for name, measure in WEEKLY.items() if measure.unit == "pounds"]
ROUNDING = 1e-9


def costs_of(world):
    return {name: measured(world, name) for name in MONEY}


def priced(scenario, **prices):
    return scenario.with_({f"costs.{name}": price for name, price in prices.items()})


def test_money_is_the_parts_their_sum_and_what_is_paid_within_pay():
    assert [*PARTS, "cost", *PAID] == MONEY
    assert all("part of cost_pay, not to be added" in PROVIDER[name].meaning for name in PAID)


# by hand ------------------------------------------------------------------------------------------------------------

# A full-time week of the comparable post is 65,000 / 52 = 1,250 pounds, an hour of it 40; of the peer's pay parity of
# 0.8 and half of full time, a week is 500 pounds and an hour 32.
PRICES = {"comparable_salary": 52_000, "on_costs": 0.25, "hours_a_year": 1625, "cover_share": 0.5}
PRICES |= {"external_supervisor_hour": 60, "facilitator_hour": 30, "meeting_expenses": 5}
PRICES |= {"colleague_hour": 40, "disclosure_training": 150, "hire": 2730}

BY_HAND = {
    "at work": {
        "cost_pay": 500,
        "cost_supervision": 90,  # an hour and a half at 60
        "cost_meetings": 65,  # two hours at 30, and 5 for the one who came
        "cost_training": 270,  # half of two colleagues for three hours at 40, and one place at 150
        "cost_hiring": 0,
        "cost_cover": 0,
        "cost": 925,
        "paid_generic_time": 100,  # a fifth of the week
        "paid_support_time": 112,  # an hour and a half, and two hours, at 32
    },
    "off sick": {"cost_pay": 500, "cost_training": 120, "cost_cover": 625, "cost": 1245},
    "vacant": {"cost_training": 120, "cost_cover": 625, "cost": 745},
}


def last_week_of_one_peer(status, weeks=1):
    """Money of the last week with one peer worker, of whom everything is settled, `weeks` weeks after a new status.

    In the last week both trainings fall due.
    """
    needed = ("policy", "supervision", "peer_support", "reflection", "culture", "hiring")
    certain = ("model.time_external", "model.group_attendance", "model.approval_base", "model.uptake_base")
    scenario = Scenario(name="one", horizon_weeks=5, teams=[a_team(peers=1, clinicians=2)]).with_(
        {
            "valuing.pay_parity": 0.8,
            "valuing.team_training_per_year": 12,
            "culture.disclosure_training_per_year": 12,
            "support.peer_group_every_weeks": 1,
            "support.supervision.by": "external",
            "support.supervision.every_weeks": 1,
            "support.supervision.minutes": 90,
            "structure.weeks_to_hire": 0,
            "model.off": [name for name in SWITCHABLE if name not in needed],
            "model.training_attendance": 0.5,
            **dict.fromkeys(certain, 1),
        }
    )
    world = build(priced(scenario, **PRICES), weeks=5)
    found(world)
    world.peers.hours, world.peers.generic_share = 0.5, 0.2
    for week in range(5):
        if week == 5 - weeks:
            world.peers.status = status
        live_week(world)
    return {name: round(float(values[-1]), 2) for name, values in costs_of(world).items()}, world.peers.hours[0]


@pytest.mark.parametrize(("case", "status"), [("at work", AT_WORK), ("off sick", OFF_SICK), ("vacant", VACANT)])
def test_a_week_of_one_peer_by_hand_to_the_penny(case, status):
    money, hours = last_week_of_one_peer(status)
    assert hours == 0.5
    assert money == dict.fromkeys(MONEY, 0) | BY_HAND[case]


def test_the_week_of_a_hire_by_hand_to_the_penny():
    # Approved in one week, filled in the next, by somebody with hours of their own.
    money, hours = last_week_of_one_peer(VACANT, weeks=2)
    pay = round(1000 * hours, 2)
    assert 500 < pay < 1000
    assert money == dict.fromkeys(MONEY, 0) | {
        "cost_pay": pay,
        "cost_training": 120,
        "cost_hiring": 2730,
        "cost": pytest.approx(2850 + pay),
    }


def test_hourly_rates_are_those_of_the_evidence():
    def with_on_costs(salary):
        return salary + 0.138 * (salary - 9100) + 0.1438 * salary + 0.005 * salary

    costs = Costs()
    hour = with_on_costs((37_338 + 44_962) / 2) / (42 * 37.5)
    assert costs.comparable_salary == (24_071 + 25_674) / 2
    assert costs.hours_a_year == 42 * 37.5
    assert costs.on_costs == round(with_on_costs(costs.comparable_salary) / costs.comparable_salary - 1, 3)
    assert costs.supervisor_hour == costs.facilitator_hour == costs.colleague_hour == round(hour, 1)
    assert costs.hire == 1500 + 37.5 * costs.supervisor_hour


# laws ---------------------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(corners(), st.integers(0, 2**32 - 1))
def test_costs_add_up_and_parts_of_pay_are_within_pay_whatever_is_asked(setting, seed):
    now = costs_of(after(small(setting, weeks=40), seed=seed))
    np.testing.assert_allclose(now["cost"], sum(now[part] for part in PARTS), rtol=1e-12)
    for name in PAID:
        assert (now[name] >= 0).all()
        assert (now[name] <= now["cost_pay"] * (1 + ROUNDING)).all(), name


def test_most_hours_in_support_are_within_the_shortest_pay():
    longest = {"support.supervision.minutes": 180, "support.supervision.every_weeks": 1, "model.group_hours": 8}
    longest |= {"support.peer_group_every_weeks": 1, "support.supervision.by": "external", "costs.hours_a_year": 1200}
    surely = dict.fromkeys(("model.time_external", "model.group_attendance"), 1)
    now = costs_of(after(busy(longest | surely, teams=[a_team(peers=1)], weeks=200)))
    paid = now["cost_pay"] > 0
    share = now["paid_support_time"][paid] / now["cost_pay"][paid]
    assert 0.7 < share.max() <= 1


@settings(max_examples=40)
@given(corners(), st.integers(0, 2**32 - 1))
def test_a_post_is_paid_or_vacant_and_covered_when_nobody_works_in_it(setting, seed):
    scenario = small(setting, weeks=12)
    prices = scenario.costs
    week = prices.comparable_salary * (1 + prices.on_costs) / 52
    worlds = weeks_of(scenario, seed=seed)
    now = costs_of(worlds[-1])
    for number, world in enumerate(worlds[1:]):
        peers = world.peers
        in_post, working = peers.status != VACANT, peers.status == AT_WORK
        pay = week * peers.pay_ratio * peers.hours
        assert now["cost_pay"][number] == pytest.approx(pay[in_post].sum())
        assert now["cost_cover"][number] == pytest.approx(week * prices.cover_share * (~working).sum())
        assert now["paid_generic_time"][number] == pytest.approx((pay * peers.generic_share)[working].sum())


# each unit cost -----------------------------------------------------------------------------------------------------

CHANGES = {
    "price_year": (),
    "discount_rate": (),
    "comparable_salary": ("cost_pay", "cost_cover", *PAID),
    "on_costs": ("cost_pay", "cost_cover", *PAID),
    "hours_a_year": ("paid_support_time",),
    "supervisor_hour": ("cost_supervision",),
    "external_supervisor_hour": ("cost_supervision",),
    "facilitator_hour": ("cost_meetings",),
    "meeting_expenses": ("cost_meetings",),
    "colleague_hour": ("cost_training",),
    "disclosure_training": ("cost_training",),
    "hire": ("cost_hiring",),
    "cover_share": ("cost_cover",),
}
"""What a unit cost changes, beside the total of any costs among them."""

LOWEST = dict.fromkeys(CHANGES, 0) | {"price_year": 1990, "hours_a_year": 1200}
WHOLE = {"cost_pay": ["comparable_salary"], "cost_cover": ["cover_share"], "cost_hiring": ["hire"]}
WHOLE |= {part: [name for name in CHANGES if part in CHANGES[name]] for part in PARTS if part not in WHOLE}
"""Unit costs that together make a part."""


def everything_spent(**prices):
    """Busy times, with supervision by managers at first and from outside later."""
    later = [{"week": 20, "set": {"support.supervision.by": "external"}}]
    return after(priced(busy(weeks=40).with_({"changes": later}), **prices), seed=5)


def test_every_unit_cost_is_known_here_and_everything_is_spent_on():
    assert set(CHANGES) == set(Costs.model_fields)
    assert all(measured(everything_spent(), name).any() for name in MONEY)


@pytest.mark.parametrize("name", CHANGES)
def test_a_unit_cost_changes_its_own_part_and_nothing_else(name):
    one, other = everything_spent(), everything_spent(**{name: LOWEST[name]})
    moved = {measure for measure in WEEKLY if not same(measured(one, measure), measured(other, measure))}
    assert moved == {*CHANGES[name], *(["cost"] if set(PARTS) & set(CHANGES[name]) else [])}
    for kind in (*PEOPLE, "events", "spells"):
        assert same(getattr(one, kind), getattr(other, kind))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_what_its_unit_costs_make_of_it(part):
    full = measured(everything_spent(), part)
    assert not measured(everything_spent(**dict.fromkeys(WHOLE[part], 0)), part).any()
    taken = sum(full - measured(everything_spent(**{name: 0}), part) for name in WHOLE[part])
    np.testing.assert_allclose(taken, full, atol=ROUNDING)


# the peer group -----------------------------------------------------------------------------------------------------


def test_one_facilitator_is_paid_for_a_meeting_however_many_come():
    busy_group = busy({"model.group_attendance": 0.3, "support.peer_group_every_weeks": 2, "model.group_hours": 2})
    came = measured(after(priced(busy_group, facilitator_hour=0, meeting_expenses=1)), "cost_meetings")
    paid = measured(after(priced(busy_group, facilitator_hour=100, meeting_expenses=0)), "cost_meetings")
    assert {0, 1, 2} <= set(came.tolist()), "nobody, one, several"
    assert not came[::2].any(), "every second week"
    assert (came[1::2] == 0).any(), "a meeting that nobody comes to"
    np.testing.assert_array_equal(paid, np.where(came > 0, 200, 0))


def test_everybody_at_work_who_always_goes_is_counted_once_a_meeting():
    steady = {"model.off": ["absence", "leaving"], "model.group_attendance": 1, "support.peer_group_every_weeks": 4}
    scenario = priced(small(steady, weeks=12), facilitator_hour=0, meeting_expenses=1)
    assert measured(after(scenario), "cost_meetings").tolist() == [0, 0, 0, scenario.n_peers] * 3
