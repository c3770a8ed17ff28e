"""What the page says of a scenario beside its baseline."""

import peersim as ps
from peersim.app.differences import described, differences
from peersim.app.reading import curves, read
from peersim.app.words import behind
from tests.app.small import SMALL, WEEKLY

TWO = [
    {"name": "North", "peers": 1, "clinicians": 4, "users_per_peer": 5},
    {"name": "South", "peers": 1, "clinicians": 4, "users_per_peer": 5},
]


def test_a_team_is_named_where_there_are_several():
    base = SMALL.with_({"teams": TWO})
    assert differences(base, base.with_({"teams.1.peers": 2})) == ["South: Peers per team 2 (in the baseline: 1 post)"]
    other = base.with_({"teams.0.name": "West"})
    assert differences(base, other) == ["West: Team name West (in the baseline: North)"]
    one = SMALL.with_({"teams": TWO[:1]})
    assert described(one, one.with_({"teams.0.peers": 2})) == "Peers per team 2"


def test_changes_over_time_are_told_as_the_plan_tells_them():
    change = {"week": 5, "set": {"support.supervision.every_weeks": 1}, "over_weeks": 4}
    plan = SMALL.with_({"changes": [change]})
    assert differences(SMALL, plan) == ["week 5: supervision every week, from every 4 weeks, over 4 weeks"]
    assert differences(plan, SMALL) == ["no policies over time"]


def test_who_is_the_same_in_both_is_told_as_it_is():
    base = ps.run(SMALL, 2, 1)
    assert behind(read(base, base)) == "From 2 worlds"
    assert behind(read(base, ps.run(WEEKLY, 2, 1))) == (
        "From 2 worlds: the same people with the same luck in both scenarios"
    )
    more = ps.run(SMALL.with_({"teams.0.peers": SMALL.teams[0].peers + 1}), 2, 1)
    assert behind(read(base, more)).startswith("From 2 worlds: the teams differ; the same people")


def test_no_more_than_all_posts_are_filled():
    filled = curves(ps.run(SMALL, 32, 1))["staffing"]
    assert filled.mean.min() > 0.9  # so that an interval could reach beyond all of them
    assert filled.high.max() <= 1.0
