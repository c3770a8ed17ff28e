"""The story of one peer worker: true to the record, and the same every time."""

import re
from functools import cache

import numpy as np
import pytest

import peersim as ps
from peersim.ensemble import run
from peersim.report.story import causes, chapters, life, tell, telling, words
from peersim.report.story.record import absences, considering, waits
from peersim.results.tables import LEVELS
from peersim.world.build import POLICY_FIELDS, RATES
from peersim.world.causes import EXHAUSTION, IDENTITY, LEAVING
from peersim.world.state import ENDINGS

DEMO = ps.demo()
EROSION = DEMO.with_({"support.supervision.every_weeks": 0, "identity.formalisation": 0.9})
PEERS = DEMO.with_({"teams.peers": 3, "sector": "partnership", "horizon_weeks": 104})
CHANGES = DEMO.with_(
    {
        "changes": [
            {"week": 20, "set": {"support.supervision.every_weeks": 1, "valuing.pay_parity": 1}, "over_weeks": 8},
            {"week": 60, "set": {"support.supervision.by": "peer_lead"}},
        ]
    }
)
GROWTH = DEMO.with_({"valuing.progression": 1, "support.supervision.every_weeks": 1})


@cache
def known(scenario, seed=1):
    """The people table of one world."""
    return run(scenario, replicates=1, seed=seed).people


def somebody(scenario, *, seeds=range(1, 40), **like):
    """The life of the first person, over a few worlds, whose row in the people table is as asked."""
    for seed in seeds:
        people = known(scenario, seed)
        for column, value in like.items():
            people = people[people[column] == value] if not callable(value) else people[value(people[column])]
        if len(people):
            row = people.iloc[0]
            return life(scenario, seed=seed, person=f"{row.team}/{row.post + 1}/{row.ordinal + 1}"), row
    raise LookupError(like)


def unwrapped(text):
    return " ".join(text.split())


@cache
def some_lives():
    return [
        life(DEMO, seed=1),
        life(EROSION, seed=3),
        life(PEERS, seed=5),
        life(CHANGES, seed=6, person="Community team 1/1"),
        life(GROWTH, seed=4, person="Community team 2/1"),
    ]


@pytest.fixture(params=range(5), ids=["drift", "erosion", "peers", "changes", "growth"])
def one(request):
    return some_lives()[request.param]


# the record -------------------------------------------------------------------


def test_life_agrees_with_the_people_table_and_ledgers_add_up_exactly(one):
    people = known(one.scenario, one.seed)
    mine = (people.team == one.team) & (people.post == one.post - 1) & (people.ordinal == one.holder - 1)
    (row,) = people[mine].itertuples()
    assert (row.start_week, row.end_week, row.how_it_ended) == (one.start_week, one.end_week, one.ended)
    assert list(one.weeks.index) == list(range(one.start_week + 1, one.end_week + 1))
    for state, names in (("identity", IDENTITY), ("exhaustion", EXHAUSTION)):
        totals = one.totals(state)
        assert list(totals.index) == list(names)
        assert [getattr(row, f"{state}_{name}") for name in names] == list(totals)
        assert one.brought[state] + totals.sum() == pytest.approx(getattr(row, state), abs=1e-15)
        course = np.array(one.course(state))
        weekly = getattr(one, state).sum(axis=1)
        assert np.abs(np.diff(course) - weekly).max() < 1e-12
    for name in ("identity", "exhaustion", "wellbeing", "generic_share", "missed_sessions", "tenure"):
        assert one.weeks[name].iloc[-1] == getattr(row, name)
    assert [getattr(row, f"push_{reason}") for reason in LEAVING] == list(one.push)
    assert one.weeks.supervised.sum() == row.sessions
    assert one.weeks.missed.sum() == row.missed_sessions


def test_chapters_cover_every_week_once(one):
    cut = chapters.chapters(one)
    rows = [row for chapter in cut for row in range(chapter.first, chapter.last + 1)]
    assert rows == list(range(len(one.weeks)))
    assert 1 <= len(cut) <= chapters.MOST_CHAPTERS
    assert len(cut) == 1 or min(map(len, cut)) >= chapters.SHORTEST


def test_every_cause_reason_and_policy_has_its_words():
    assert set(causes.IDENTITY_CAUSES) == set(IDENTITY)
    assert set(causes.EXHAUSTION_CAUSES) == set(EXHAUSTION)
    assert list(telling.REASONS) == list(LEAVING)
    assert set(chapters.POLICY_WORDS) == set(POLICY_FIELDS | RATES)
    for phrases in (causes.IDENTITY_CAUSES, causes.EXHAUSTION_CAUSES):
        said = [phrase for down, up in phrases.values() for phrase in {down, up}]
        assert len(said) == len(set(said))


# the text ---------------------------------------------------------------------


@pytest.mark.parametrize("state", ["identity", "exhaustion"])
def test_tables_of_causes_add_up_to_the_change_shown(one, state):
    *lines, (last, change) = causes.table(one, state)
    assert last == "change in all"
    assert sum(value for _, value in lines) == change
    course = one.course(state)
    assert change / 100 == pytest.approx(float(f"{course[-1]:.2f}") - float(f"{course[0]:.2f}"))
    phrases = dict(lines)
    for cause, value in one.totals(state).items():
        if abs(value) >= causes.MATTERS:
            phrase = causes.phrase(state, cause, value)
            assert phrases[phrase] == round(100 * float(f"{value:.2f}"))
    # The same numbers stand in the text.
    printed = re.findall(r"^ {4}(\S.*?) {2,}([−+]?\d\.\d\d)$", tell(one), re.MULTILINE)
    number = [(phrase, round(100 * float(value.replace("−", "-")))) for phrase, value in printed]
    assert [*lines, (last, change)] == number[: len(lines) + 1] or [*lines, (last, change)] == number[-len(lines) - 1 :]


def test_weeks_told_are_weeks_of_the_record(one):
    text = unwrapped(tell(one))
    events = {(row.relation, row.event, row.week) for row in one.events.itertuples()}

    def all_in(pattern, relation, *kinds):
        for found in re.findall(pattern, text):
            for week in re.findall(r"\d+", " ".join([found] if isinstance(found, str) else found)):
                assert any((relation, kind, int(week)) in events for kind in kinds), (pattern, week)

    all_in(r"went off sick in week (\d+)", "self", "off sick")
    all_in(r"They went off sick in week \d+ and came back in week (\d+)", "self", "back from sickness")
    all_in(r"promoted within the peer role", "self", "promoted")
    all_in(r"In week (\d+) they were promoted", "self", "promoted")
    all_in(r"A fellow peer left in week (\d+)", "fellow peer", "left", "changed role")
    all_in(r"fellow peers left \(weeks ([^)]+)\)", "fellow peer", "left", "changed role")
    all_in(r"joined the team (?:in week (\d+)|\(weeks ([^)]+)\))", "fellow peer", "hired")
    for level, name in zip(LEVELS, ("team's manager", "middle manager", "executive"), strict=True):
        all_in(rf"The {name} left in week (\d+)", level, "left")
        all_in(rf"The {name} left in week \d+; a new one came in week (\d+)", level, "hired")
        all_in(rf"The {name} was off sick from week (\d+)", level, "off sick")
    all_in(r"holder started in week (\d+)", "next holder", "hired")
    for week in re.findall(r"the session due in week (\d+)", text):
        assert one.weeks.missed[int(week)] == 1
    for week in re.findall(r"had to wait until week (\d+)", text):
        assert one.weeks.supervised[int(week)] == 1
    for week in re.findall(r"In week (\d+) the provider changed", text):
        assert int(week) in set(one.policy_changes.week)
    # And no week is named that nobody lived.
    last = one.scenario.horizon_weeks - 1
    assert all(0 <= int(week) <= last for week in re.findall(r"[Ww]eeks? (\d+)", text))


def test_every_number_with_decimals_is_in_the_life(one):
    text = tell(one)
    told = ["identity", "exhaustion", "generic_share", "isolation", "intention_to_leave", "pay_ratio", "caseload_trust"]
    exact = [*one.brought, *one.weeks[told].to_numpy(float).ravel(), 0.0]
    exact += [*one.totals("identity"), *one.totals("exhaustion")]
    cut = chapters.chapters(one)
    for ledger in (one.identity, one.exhaustion):
        for part in cut:
            spent = ledger.iloc[part.first : part.last + 1].sum()
            exact += [*spent, *(spent / len(part) * words.QUARTER)]
    levels = {f"{value:.2f}".lstrip("-") for value in exact if np.isfinite(value)}
    levels |= {
        f"{abs(value) / 100:.2f}" for state in ("identity", "exhaustion") for _, value in causes.table(one, state)
    }
    for found in re.findall(r"\d\.\d\d\b", text):
        assert found in levels, found


def test_text_is_wrapped_british_and_says_how_to_read_it_again(one):
    text = tell(one)
    assert max(map(len, text.splitlines())) <= words.WIDTH
    assert text.endswith("\n")
    assert "nan" not in re.findall(r"\w+", text)
    assert f'seed {one.seed}, replicate {one.replicate}, person "{one.person}".' in unwrapped(text)
    assert f"“{one.scenario.name}”" in unwrapped(text)
    assert "  " not in re.sub(r"^ +.*$", "", text, flags=re.MULTILINE)
    again = life(one.scenario, seed=one.seed, replicate=one.replicate, person=one.person)
    assert tell(again) == text


def test_story_is_the_same_every_time_and_differs_between_worlds():
    assert ps.story(DEMO, seed=1) == tell(some_lives()[0])
    assert ps.story(DEMO, seed=1, replicate=1) != ps.story(DEMO, seed=1)


# lives of every kind ----------------------------------------------------------


def test_default_is_the_leaver_whose_identity_changed_most():
    people = known(DEMO)
    left = people[people.how_it_ended != ENDINGS[0]]
    change = (left.identity - left.identity_start).abs()
    row = left.loc[change.idxmax()]
    assert (some_lives()[0].team, some_lives()[0].post, some_lives()[0].holder) == (
        row.team,
        row.post + 1,
        row.ordinal + 1,
    )
    stay = DEMO.with_({"model.off": ["leaving"], "horizon_weeks": 30})
    people = known(stay)
    row = people.loc[(people.identity - people.identity_start).abs().idxmax()]
    one = life(stay)
    assert one.team == row.team
    assert not one.left
    assert one.push.sum() == 0.0
    assert "Nothing in the record pushed them to go." in unwrapped(tell(one))


def test_leaver_gives_reasons_in_order_and_the_next_holder_is_named():
    one, row = somebody(DEMO, how_it_ended=ENDINGS[1], end_week=lambda week: week < 80)
    text = unwrapped(tell(one))
    assert f"In week {row.end_week}, after" in text
    assert "they left the job." in text
    assert "Why they left" in text
    said = re.findall(r"“([^”]+)” \((\d+) % of what pushed them\)", text)
    shares = [int(share) for _, share in said]
    assert shares == sorted(shares, reverse=True)
    assert said[0][0] == telling.REASONS[row.main_reason][0]
    if one.next_start is not None:
        assert f"holder started in week {one.next_start}." in text
    else:
        assert "The post stood empty from then on" in text


def test_somebody_who_leaves_the_role_says_so():
    one, row = somebody(DEMO, how_it_ended=ENDINGS[2])
    text = unwrapped(tell(one))
    assert f"gave up peer work for another job in week {row.end_week}" in text
    assert "they left the peer role for another job." in text
    assert "they left the job." not in text


def test_stayer_is_still_there():
    one, _ = somebody(DEMO, how_it_ended=ENDINGS[0], start_week=-1)
    text = unwrapped(tell(one))
    assert "Why they are still there" in text
    assert "would still be there." in text
    assert "Why they left" not in text
    stayed = np.prod(1 - one.hazard)
    assert f"{stayed:.0%}".replace("%", " %") in text


def test_promotion_is_told_in_its_week():
    one, _ = somebody(GROWTH, promoted=1)
    (week,) = one.events.week[(one.events.relation == "self") & (one.events.event == "promoted")]
    assert f"In week {week} they were promoted within the peer role." in unwrapped(tell(one))
    assert one.weeks.promoted[week] == 1
    assert one.weeks.promoted[week - 1] == 0


def test_somebody_hired_midway_starts_at_their_own_beginning():
    one, row = somebody(DEMO, ordinal=1, tenure=lambda weeks: weeks > 20)
    assert one.holder == 2
    assert one.weeks.index[0] == row.start_week + 1
    assert one.weeks.tenure.iloc[0] == 1
    text = unwrapped(tell(one))
    assert text.startswith("The second holder of the peer post")
    assert f"This person started in week {row.start_week} and" in text
    assert f"Weeks {row.start_week + 1} to" in text


def test_somebody_hired_in_the_last_week_has_nothing_to_tell_yet():
    for seed in range(1, 30):
        start = known(DEMO, seed).start_week.max()
        if start >= 20:
            short = DEMO.with_({"horizon_weeks": int(start) + 1})
            one, _ = somebody(short, seeds=[seed], start_week=start)
            assert one.weeks.empty
            text = unwrapped(tell(one))
            assert "there is nothing more to tell yet" in text
            assert "What moved their identity" not in text
            return
    raise AssertionError("nobody was hired late")


def test_horizon_of_one_week():
    one = life(DEMO.with_({"horizon_weeks": 1}))
    text = tell(one)
    assert len(one.weeks) == 1
    assert "Week 0 — " in text
    assert "after one week" in unwrapped(text)


def test_policy_changes_are_told_once_with_before_and_after():
    one = some_lives()[3]
    text = unwrapped(tell(one))
    assert (
        "In week 20 the provider changed supervision (every four weeks to every week) and peers' pay against a "
        "comparable post (0.9 to 1), step by step over eight weeks."
    ) in text
    assert "In week 60 the provider changed who gives supervision (the manager to a peer lead)." in text
    switched_off = CHANGES.with_({"model.off": ["policy"]})
    assert "the provider changed" not in ps.story(switched_off, seed=6, person="Community team 1/1")


def test_no_supervision_is_said_plainly():
    text = unwrapped(tell(some_lives()[1]))
    assert "No supervision was planned." in text
    assert "They had no supervision." in text
    assert "Supervision took place" not in text


def test_waits_and_absences_follow_the_record():
    for one in some_lives():
        for due, held in waits(one):
            assert one.weeks.missed[due] == 1
            between = one.weeks.supervised.loc[due : (one.end_week if held is None else held - 1)]
            assert between.sum() == 0
            assert held is None or one.weeks.supervised[held] == 1
        for gone, back in absences(one):
            away = one.weeks.off_sick.loc[gone : (one.end_week if back is None else back - 1)]
            assert away.all()


def test_thinking_of_leaving_lasts_to_the_end():
    threshold = DEMO.model.considering_threshold
    for one in some_lives():
        week = considering(one)
        intention = one.weeks.intention_to_leave
        if week is None:
            assert intention.iloc[-1] <= threshold
        else:
            assert (intention.loc[week:] > threshold).all()
            assert week == one.weeks.index[0] or intention[week - 1] <= threshold


def test_a_team_of_several_peers_names_post_and_fellows():
    text = unwrapped(tell(some_lives()[2]))
    assert re.match(r"The \w+ holder of the \w+ of three peer posts in Community team \d", text)
    assert re.search(r"They had (one|two) fellow peers? in the team|other peer posts stood empty", text)


# asking for somebody ----------------------------------------------------------


@pytest.mark.parametrize(
    "person", ["", "nobody", "Community team 7/1", "Community team 1/2", "Community team 1/1/99", "Community team 1/0"]
)
def test_unknown_person_is_told_who_there_is(person):
    with pytest.raises(ValueError, match=r"^person: found ") as error:
        life(DEMO, person=person)
    assert repr(person) in str(error.value)
    assert "TEAM/POST or TEAM/POST/HOLDER" in str(error.value)
    assert "Community team 6/1 (holder" in str(error.value)


def test_a_long_list_of_people_is_cut_short():
    many = DEMO.with_({"teams.count": 30, "horizon_weeks": 1})
    with pytest.raises(ValueError, match=r"and 10 more$"):
        life(many, person="nobody")


def test_a_team_name_may_hold_slashes():
    odd = DEMO.with_({"teams": [{"name": "A/1", "peers": 1, "clinicians": 4, "users_per_peer": 3}], "horizon_weeks": 3})
    for person in ("A/1/1", "A/1/1/1"):
        assert life(odd, person=person).person == "A/1/1/1"


@pytest.mark.parametrize("key", [{"seed": -1}, {"seed": 2**32}, {"replicate": -1}])
def test_chance_out_of_range_is_refused(key):
    with pytest.raises(ValueError, match=next(iter(key))):
        ps.story(DEMO, **key)


# words ------------------------------------------------------------------------


def test_lengths_of_time_are_right_to_within_six_weeks():
    told = {
        f"about {words}": weeks for words, weeks in (("half a year", 26), ("a year", 52), ("a year and a half", 78))
    }
    told |= {"about two years": 104, "about two and a half years": 130, "about three years": 156}
    for weeks in range(1, 160):
        said = words.length(weeks)
        if said in told:
            assert abs(told[said] - weeks) <= 6
        else:
            assert not said.startswith("about")
            assert said.split()[0] in {words.number(weeks)}


def test_paces_mean_what_the_constants_say():
    assert words.pace(0.019, 10) == "hardly"
    assert words.pace(-0.03, 10) == "little down"
    assert words.pace(0.07, 10) == "clear up"
    assert words.pace(-0.11, 10) == "sharp down"
    assert words.pace(-0.11, 30) == "far down"


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (0.001, "less than 1 %"), (0.42, "42 %"), (0.999, "more than 99 %"), (1.0, "100 %")],
)
def test_percentages_do_not_round_chance_to_certainty(share, said):
    assert words.percent(share) == said


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (-0.10, -0.05, "The loss was slower than before"),
        (-0.05, -0.10, "The loss was faster than before"),
        (-0.10, 0.005, "The loss had all but stopped"),
        (-0.10, 0.05, "The tide turned"),
        (-0.005, 0.05, "The gain set in"),
    ],
)
def test_a_chapter_is_compared_with_the_one_before(then, now, said):
    assert causes.lead("identity", then, now) == said
