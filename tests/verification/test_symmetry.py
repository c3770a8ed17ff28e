"""Which team or post somebody is in makes no difference by itself.

Names are no part of luck (`tests/test_mechanisms.py` renames teams), but numbers are: chance is keyed by the number of
the team and of the post.  So exchanging two teams gives each the other's luck, and two laws can be held.

* *Exactly*: exchange teams together with their luck, and every record of everybody is as it was, in another place.
  As numbers from keyed chance for different keys are independent and alike, the order of teams changes nothing in
  distribution.  The same holds for the two peers of a team, as long as clinicians do not learn from the first of them
  before they meet the second in the same week (`role_learning`), which moves states by less than a thousandth.
* *In distribution*: over many worlds with their own luck, with everything on, outcomes of a team do not depend on its
  place in the list, nor those of peers on their post.
"""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ks_2samp, ttest_rel

from peersim.ensemble import chunks
from peersim.week import live_once
from peersim.world.build import build
from peersim.world.measures import TEAM
from tests.worlds import a_team, busy

ROOT = Path(__file__).resolve().parent.parent.parent

# exactly --------------------------------------------------------------------------------------------------------------


@cache
def exchanged():
    """What `exchanged` finds in plain Python, where chance can be replaced."""
    done = subprocess.run(
        [sys.executable, "-c", "from tests.verification import exchanged; exchanged.tell()"],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_teams_that_change_places_with_their_luck_live_as_before():
    assert exchanged()["teams"] == {"1, 0, 2": [[]] * 17, "1, 2, 0": [[]] * 17}


def test_two_peers_that_change_posts_with_their_luck_live_as_before():
    assert exchanged()["peers without role learning"] == [[]] * 17


def test_who_is_met_first_matters_through_role_learning_only_and_little():
    weeks = exchanged()["peers"]
    assert any(weeks)
    for kind, _, name, *values in (difference for week in weeks for difference in week):
        if kind == "peers" and name in ("identity", "exhaustion", "support", "felt_value", "intention_to_leave"):
            assert abs(values[0] - values[1]) < 1e-3


# in distribution ------------------------------------------------------------------------------------------------------

WORLDS = 400
WEEKS = 30
SURELY = 1e-5  # so rarely would chance alone make so large a difference; seeds are fixed, so a pass stays one
OUTCOMES = ("identity", "exhaustion", "support", "generic_share", "isolation", "role_understanding", "backing")
OUTCOMES += ("trust", "pressure", "role_norm", "clinician_exhaustion", "peers_in_post")
COLUMNS = [list(TEAM).index(name) for name in OUTCOMES]

DIFFERENT = {
    "calm": a_team("calm", clinicians=6, pressure=0.3),
    "lone": a_team("lone", peers=1, community=0.8),
    "pressed": a_team("pressed", peers=3, clinicians=2, pressure=0.8),
}


@cache
def of_teams(*names, seed):
    """Mean over the weeks of each outcome, shape (worlds, teams, outcomes)."""
    teams = [DIFFERENT.get(name) or a_team(name) for name in names]
    batches = chunks(busy(teams=teams, weeks=WEEKS), WORLDS, seed=seed, by_team=True)
    weekly = np.concatenate([batch.team_weekly for batch in batches])
    return np.nanmean(weekly[..., COLUMNS], axis=1)


def differ(one, other):
    """Outcomes of which two samples of worlds are not alike."""
    pairs = zip(OUTCOMES, one.T, other.T, strict=True)
    return [name for name, here, there in pairs if ks_2samp(here, there).pvalue < SURELY]


@pytest.mark.parametrize("order", [(2, 0, 1), (1, 0, 2)], ids=str)
def test_a_team_does_not_depend_on_its_place_in_the_list(order):
    names = list(DIFFERENT)
    before = of_teams(*names, seed=1)
    after = of_teams(*(names[old] for old in order), seed=2)
    for new, old in enumerate(order):
        assert differ(before[:, old], after[:, new]) == [], names[old]


def test_different_teams_are_told_apart_by_the_same_test():
    before, after = of_teams(*DIFFERENT, seed=1), of_teams(*list(DIFFERENT)[::-1], seed=2)
    assert len(differ(before[:, 0], after[:, 0])) > 4
    assert differ(before[:, 0], after[:, 2]) == []


def test_identical_teams_of_one_provider_are_alike():
    twins = of_teams("A", "B", "C", seed=3)
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert differ(twins[:, one], twins[:, other]) == []
        assert ttest_rel(twins[:, one], twins[:, other]).pvalue.min() > SURELY


STATES = ("identity", "exhaustion", "felt_value", "isolation", "support", "generic_share", "intention_to_leave")


def of_posts(peers, matching, seed=1):
    """Each peer's states and number of users after some weeks, shape (worlds, peers, states)."""
    scenario = busy(
        {"identity.background_matching": matching, "model.off": ["leaving"]},
        teams=[a_team(peers=peers, clinicians=6, users_per_peer=10)],
        weeks=WEEKS,
    )
    world, blank = (build(scenario, seed=seed, weeks=WEEKS) for _ in range(2))
    seen = []
    for replicate in range(WORLDS):
        live_once(world, blank, replicate, WEEKS)
        users = world.users[world.users.occupied == 1]
        seen.append([*(world.peers[name].copy() for name in STATES), np.bincount(users.peer, minlength=peers)])
    return np.array(seen).transpose(0, 2, 1)


def alike(posts):
    """Least probability that chance alone makes one post differ as much from another, over states and posts."""
    pairs = [(one, other) for other in range(posts.shape[1]) for one in range(other)]
    return min(ttest_rel(posts[:, one], posts[:, other]).pvalue.min() for one, other in pairs)


@pytest.mark.parametrize(("peers", "matching"), [(2, 0), (2, 1), (4, 0), (4, 1)])
def test_peers_of_a_team_are_alike_whatever_their_post(peers, matching):
    assert alike(of_posts(peers, matching)) > SURELY
