"""A survey asks the people of the same run: held against weekly means, spells, events, and worlds lived by weeks."""

import numpy as np
import pytest

import peersim
import peersim.ensemble as ensemble
from peersim.ensemble import run, survey
from peersim.results.survey import OF_THE_TEAM
from peersim.results.tables import STATED_SHARE
from peersim.scenario import ScenarioError
from peersim.world.causes import LEAVING, LV_CIRCUMSTANCES
from peersim.world.draws import MOST_KEY
from peersim.world.state import OFF_SICK, VACANT
from tests.worlds import busy, small, weeks_of

REPLICATES, SEED, WEEK, FOLLOW = 24, 5, 12, 18
# About one in thirty leaves in a week, whatever the defaults are: some do and some do not.
# Many are off sick, leavers too.
COMING_AND_GOING = {
    "model.hazard_base": -4.0,
    "model.hazard_intention": 1.0,
    "model.hazard_alienation": 0.5,
    "model.hazard_falling_fit": 0.5,
    "model.clinician_hazard_base": -4.0,
    "model.role_exit_share": 0.5,
    "model.sickness_base": 0.15,
    "model.sickness_ends": 0.2,
    "valuing.progression": 0.2,
}
SCENARIO = busy(COMING_AND_GOING, weeks=WEEK + FOLLOW)
WHO = ["replicate", "team", "post", "ordinal"]


@pytest.fixture(scope="module")
def asked():
    return survey(SCENARIO, REPLICATES, SEED, week=WEEK, follow=FOLLOW)


@pytest.fixture(scope="module")
def results():
    return run(SCENARIO, REPLICATES, SEED)


@pytest.fixture(scope="module")
def lived():
    """Each world at the start and after each week."""
    return [weeks_of(SCENARIO, seed=SEED, replicate=replicate) for replicate in range(REPLICATES)]


def people_of(table):
    return set(map(tuple, table[WHO].astype(int).to_numpy()))


def with_team_numbers(table):
    """A table of results, its teams by number as surveys have them."""
    return table.assign(team=table["team"].cat.codes)


def assert_means(people, results, measures, week):
    """Means over people asked are the measures of a week, those of no people not a number."""
    weekly = results.weekly[results.weekly["week"] == week].set_index("replicate")
    means = people.groupby("replicate")[list(measures)].mean().reindex(weekly.index)
    for column, measure in measures.items():
        np.testing.assert_allclose(means[column], weekly[measure], rtol=1e-12, err_msg=column)


# who is asked, and what they say --------------------------------------------------------------------------------------

PEERS_SAY = (
    "identity",
    "role_clarity",
    "empowerment",
    "felt_value",
    "exhaustion",
    "satisfaction",
    "wellbeing",
    "intention_to_leave",
    "generic_share",
    "isolation",
    "support",
    "prospects",
    "weeks_since_supervision",
)
CLINICIANS_SAY = {
    "role_understanding": "role_understanding",
    "valuing": "valuing",
    "clinical_stance": "clinical_stance",
    "exhaustion": "clinician_exhaustion",
    "intention_to_leave": "clinician_intention_to_leave",
}
USERS_SAY = ("trust", "hope", "engagement", "recovery")


def test_means_over_peers_asked_are_the_measures_of_their_week(asked, results):
    measures = {name: name for name in PEERS_SAY} | {"considering": "considering_leaving"}
    assert_means(asked.peers, results, measures, WEEK - 1)


def test_means_over_clinicians_asked_are_the_measures_of_their_week(asked, results):
    assert_means(asked.clinicians, results, CLINICIANS_SAY, WEEK - 1)


def test_means_over_users_asked_are_the_measures_of_their_week(asked, results):
    assert_means(asked.users, results, {name: name for name in USERS_SAY} | {"met": "users_met"}, WEEK - 1)


@pytest.mark.parametrize(
    ("who", "measure"),
    [("peers", "peers_in_post"), ("clinicians", "clinicians_in_post"), ("users", "users_on_caseload")],
)
def test_everybody_in_post_is_asked_and_nobody_else(asked, results, who, measure):
    counts = getattr(asked, who).groupby("replicate").size().reindex(range(REPLICATES), fill_value=0)
    expected = results.weekly.loc[results.weekly["week"] == WEEK - 1, measure]
    assert counts.tolist() == expected.tolist()


def test_vacant_posts_are_not_asked(asked, lived):
    worlds = [weeks[WEEK] for weeks in lived]
    for kind in ("peers", "clinicians"):
        held = sum(int((getattr(world, kind).status != VACANT).sum()) for world in worlds)
        posts = sum(len(getattr(world, kind)) for world in worlds)
        assert len(getattr(asked, kind)) == held < posts


def test_what_people_say_of_their_team_is_the_state_of_that_team(asked, lived):
    for people in (asked.peers, asked.clinicians, asked.users):
        for name in OF_THE_TEAM:
            team = [lived[one.replicate][WEEK].teams[one.team][name] for one in people.itertuples()]
            assert people[f"team_{name}"].tolist() == team


def test_reasons_stated_are_the_larger_parts_of_what_pushes(asked, lived):
    for person in asked.peers.itertuples():
        records = lived[person.replicate][WEEK].peers
        (record,) = records[(records.team == person.team) & (records.post == person.post)]
        push = np.array(record.leaving_terms)
        if record.leaving_weeks > 0:
            push[LV_CIRCUMSTANCES] -= SCENARIO.model.hazard_base
        push = np.maximum(push, 0.0)
        expected = [bool(part > 0 and part >= STATED_SHARE * push.sum()) for part in push]
        assert [bool(getattr(person, f"stated_{name}")) for name in LEAVING] == expected


def test_distance_is_from_the_way_of_the_team(asked):
    peers = asked.peers
    assert (peers["distance"] == abs(peers["identity"] - peers["team_way"])).all()
    assert (peers["fallen_fit"] == (peers["distance"] - peers["closest_fit"]).clip(lower=0)).all()


def test_nobody_is_considering_leaving_at_the_threshold_itself():
    """As in the weekly measure."""
    settings = {
        "model.considering_threshold": 0.0,
        "model.intention_base": 0.0,
        "model.intention_newcomer": 0.0,
        "model.off": ["reflection"],
    }
    scenario = small(settings, weeks=2)
    peers = survey(scenario, 4, week=2).peers
    assert (peers["intention_to_leave"] == 0.0).any()
    assert_means(peers, run(scenario, 4), {"considering": "considering_leaving"}, 1)


def test_better_pay_meets_more_needs():
    little, much = (
        survey(small({"valuing.pay_parity": pay, "model.pay_enough": 1.2}), 20, week=0).peers["needs_met"]
        for pay in (0.75, 1.05)
    )
    assert ((little >= 0) & (much <= 1) & (much >= little)).all()
    assert (much > little).any()


# what came after ------------------------------------------------------------------------------------------------------


def test_peers_who_left_are_those_whose_spells_ended(asked, results):
    spells = with_team_numbers(results.people)
    there = spells[(spells["start_week"] < WEEK) & (spells["end_week"] >= WEEK)]
    assert people_of(asked.peers) == people_of(there)
    for column, endings in {
        "left": ("left the job", "left the peer role"),
        "left_role": ("left the peer role",),
        "left_job": ("left the job",),
    }.items():
        expected = people_of(there[there["how_it_ended"].isin(endings)])
        assert people_of(asked.peers[asked.peers[column] == 1]) == expected
        assert 0 < len(expected) < len(there)


def test_those_who_left_are_those_whose_leaving_was_noted(asked, results):
    events = with_team_numbers(results.events)
    events = events[(events["week"] >= WEEK) & events["event"].isin(["left", "changed role"])]
    for kind, people in (("peer worker", asked.peers), ("clinician", asked.clinicians)):
        noted = people_of(events[events["who"] == kind])
        left = people_of(people[people["left"] == 1])
        assert left == noted & people_of(people)
        assert left
    assert noted - left, "newcomers who left again were not there to be asked"


def test_leaving_the_role_and_leaving_otherwise_add_up(asked):
    peers = asked.peers
    assert (peers["left_role"] + peers["left_job"] == peers["left"]).all()
    assert set(peers["left"]) == {0.0, 1.0}


@pytest.mark.parametrize("kind", ["peers", "clinicians"])
def test_weeks_sick_are_the_weeks_in_which_the_person_is_off_sick(asked, lived, kind):
    people = getattr(asked, kind)
    for person in people.itertuples():
        weeks = 0
        for world in lived[person.replicate][WEEK + 1 :]:
            records = getattr(world, kind)
            (now,) = records[(records.team == person.team) & (records.post == person.post)]
            weeks += bool(now.ordinal == person.ordinal and now.status == OFF_SICK)
        assert person.weeks_sick == weeks
    assert people["weeks_sick"].nunique() > 2


def test_some_were_sick_when_asked_when_last_seen_and_when_they_left(results, lived):
    """What makes the test of weeks off sick one of the ends too."""
    for week in (WEEK, WEEK + FOLLOW):
        assert any((weeks[week].peers.status == OFF_SICK).any() for weeks in lived)
    spells = with_team_numbers(results.people)
    spells = spells[(spells["start_week"] < WEEK) & (spells["end_week"] > WEEK)]

    def sick_to_the_end(one):
        peers = lived[one.replicate][one.end_week].peers
        return bool((peers.status[(peers.team == one.team) & (peers.post == one.post)] == OFF_SICK).all())

    for ending in ("left the job", "left the peer role"):
        assert any(map(sick_to_the_end, spells[spells["how_it_ended"] == ending].itertuples()))


def test_following_changes_nothing_that_was_asked(asked):
    alone = survey(SCENARIO, REPLICATES, SEED, week=WEEK)
    after = ["left", "left_role", "left_job", "weeks_sick"]
    assert alone.peers.drop(columns=after).equals(asked.peers.drop(columns=after))
    assert (alone.peers[after] == 0.0).all(axis=None)
    assert (alone.clinicians[["left", "weeks_sick"]] == 0.0).all(axis=None)
    assert alone.users.equals(asked.users)


def test_people_are_asked_as_they_start(results):
    start = survey(SCENARIO, REPLICATES, SEED, week=0, follow=WEEK + FOLLOW)
    spells = with_team_numbers(results.people)
    first = spells[spells["start_week"] == -1].set_index(WHO)
    peers = start.peers.set_index(WHO)
    assert (start.peers["tenure"] == 0).all()
    assert (start.peers["ordinal"] == 0).all()
    assert peers["identity"].sort_index().tolist() == first["identity_start"].sort_index().tolist()
    assert peers["exhaustion"].sort_index().tolist() == first["exhaustion_start"].sort_index().tolist()
    gone = (first["how_it_ended"] != "in post").sort_index()
    assert (peers["left"].sort_index() == 1).tolist() == gone.tolist()


def test_a_survey_of_the_start_needs_no_week_at_all():
    assert len(survey(SCENARIO, 2, week=0).peers) == 2 * 3


# whatever way it is computed ------------------------------------------------------------------------------------------


def assert_same(one, other):
    for kind in ("peers", "clinicians", "users"):
        assert getattr(one, kind).equals(getattr(other, kind)), kind


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_do_not_matter(asked, threads):
    assert_same(survey(SCENARIO, REPLICATES, SEED, week=WEEK, follow=FOLLOW, threads=threads), asked)


def test_the_horizon_does_not_matter(asked):
    shorter = SCENARIO.with_({"horizon_weeks": 3})
    assert_same(survey(shorter, REPLICATES, SEED, week=WEEK, follow=FOLLOW), asked)


def test_more_replicates_leave_the_first_ones_as_they_are(asked):
    few = survey(SCENARIO, 3, SEED, week=WEEK, follow=FOLLOW)
    peers = asked.peers
    assert few.peers.equals(peers[peers["replicate"] < 3])


@pytest.mark.parametrize(("events", "spells"), [(0, 0), (5, 10_000), (10_000, 1)])
def test_logs_that_are_too_short_are_made_longer_and_nothing_is_lost(monkeypatch, asked, events, spells):
    build = ensemble.build

    def small_logs(*args, **kwargs):
        world = build(*args, **kwargs)
        return world._replace(events=world.events[:events].copy(), spells=world.spells[:spells].copy())

    monkeypatch.setattr(ensemble, "build", small_logs)
    assert_same(survey(SCENARIO, REPLICATES, SEED, week=WEEK, follow=FOLLOW), asked)


# what cannot be asked -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replicates": 0}, "replicates: found 0; allowed: 1 or more"),
        ({"replicates": 1.5}, "replicates: found 1.5; allowed: a whole number"),
        ({"seed": -1}, "seed: found -1; allowed: a whole number from 0 to"),
        ({"seed": MOST_KEY + 1}, "seed: found 4294967296; allowed"),
        ({"week": -1}, "week and follow: found -1 and 2; allowed: 0 or more"),
        ({"follow": -3}, "week and follow: found 10 and -3; allowed: 0 or more"),
        ({"week": 2.5}, "week: found 2.5; allowed: a whole number"),
        ({"threads": 0}, "threads: found 0; allowed: 1 or more"),
    ],
)
def test_surveys_that_cannot_be_made_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        survey(SCENARIO, **{"replicates": 2, "week": 10, "follow": 2} | options)


def test_a_survey_that_ends_before_a_change_is_refused():
    changing = small({"changes": [{"week": 20, "set": {"structure.flexibility": 1.0}}]})
    assert len(survey(changing, 1, week=20, follow=1).answers) == 1
    with pytest.raises(ScenarioError, match="week"):
        survey(changing, 1, week=10, follow=10)


def test_it_is_there_under_the_name_that_it_has_in_examples():
    assert peersim.survey is survey
