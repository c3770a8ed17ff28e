"""Two lives of one peer worker: parted where the records part, explained to the last hundredth, no claim too many."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peersim as ps
from peersim.behaviours.founding import found
from peersim.ensemble import run
from peersim.report.story import life, parted, side_by_side, words
from peersim.report.story.parting import FOUNDING, OF_THE_POST, OF_THE_TEAM, OWN, parting
from peersim.report.story.side_by_side import apart_as_shown, lives, moments, shows_from, table, tell
from peersim.week import WEEK, live_week
from peersim.world.build import build
from peersim.world.causes import EXHAUSTION, IDENTITY

# More come and go than in the demonstration, so that lives of all kinds are met.
RESTLESS = {"model.hazard_base": -8.4, "model.approval_backing": 0.6, "structure.weeks_to_hire": 4}
DEMO = ps.demo().with_({"horizon_weeks": 104, **RESTLESS})
UNSUPERVISED = DEMO.with_({"support.supervision.every_weeks": 0})
WEEKLY = DEMO.with_({"support.supervision.every_weeks": 1})
PAID = DEMO.with_({"valuing.pay_parity": 1})
LATER = DEMO.with_({"changes": [{"week": 10, "set": {"support.supervision.every_weeks": 1}}]})
LATE = DEMO.with_({"changes": [{"week": 90, "set": {"support.supervision.every_weeks": 1}}]})
ENLARGED = DEMO.with_({"teams.peers": 3, "valuing.protected_time": 0.5, "structure.weeks_to_hire": 6})
DEAR = DEMO.with_({"costs.hire": 9999})
SEEDS = range(1, 9)
FIRST = "Community team 1/1"
OTHERS = {"unsupervised": UNSUPERVISED, "paid": PAID, "late": LATE, "enlarged": ENLARGED}


@cache
def people(scenario, seed):
    table = run(scenario, replicates=1, seed=seed).people
    return tuple(f"{row.team}/{row.post + 1}/{row.ordinal + 1}" for row in table.itertuples())


@cache
def pairs(name, seed=1):
    """Everybody of one world of the demonstration, in it and in another scenario."""
    return tuple(lives(DEMO, OTHERS[name], name, seed=seed, person=person) for person in people(DEMO, seed))


def every_pair():
    return (pair for name in OTHERS for seed in (1, 2) for pair in pairs(name, seed))


def unwrapped(text):
    return " ".join(text.split())


def peer_rows(scenario, seed):
    """The record of the first post as the world is founded and as each week ends."""
    world = build(scenario, seed=seed, weeks=scenario.horizon_weeks)
    found(world)
    rows = [world.peers[0].copy()]
    for _ in range(scenario.horizon_weeks):
        live_week(world)
        rows.append(world.peers[0].copy())
    return rows


# the week they part -----------------------------------------------------------


@pytest.mark.parametrize("other", [UNSUPERVISED, LATER, PAID, ENLARGED])
def test_records_are_equal_to_the_last_bit_before_the_lives_part_and_differ_after(other):
    for seed in (1, 2):
        where = parting(life(DEMO, seed=seed, person=FIRST), other)
        here, there = peer_rows(DEMO, seed), peer_rows(other, seed)
        own = [field.name for field in OWN]
        differs = [
            any(a[name].tobytes() != b[name].tobytes() for name in own) for a, b in zip(here, there, strict=True)
        ]
        assert differs.index(True) == where.week + 1


def test_a_change_of_pay_parts_them_at_the_founding_in_pay():
    where = parting(life(DEMO, person=FIRST), PAID)
    assert (where.week, where.mechanism) == (-1, FOUNDING)
    assert "pay_ratio" in {field.name for field in where.fields}
    text = unwrapped(ps.two_lives(DEMO, PAID, "equal pay", person=FIRST))
    assert "They part from the start, before the first week." in text
    assert "pay against a comparable post: 0.90, 1.00" in text


def test_supervision_changed_in_week_10_parts_them_at_supervision():
    weeks = []
    for seed in SEEDS:
        pair = lives(DEMO, LATER, "weekly", seed=seed, person=FIRST)
        text = unwrapped(tell(pair))
        if pair.parting is None:
            assert pair.a.end_week < 10
            continue
        weeks.append(pair.parting.week)
        assert f"They part in week {pair.parting.week}, " in text
        assert "policies in force (supervision)" in text
        differently = pair.a.weeks.supervised.loc[pair.common] != pair.b.weeks.supervised.loc[pair.common]
        assert pair.parting.week <= differently.idxmax()
        if pair.parting.week == 10:
            assert pair.parting.mechanism == "supervision"
            held = [record.supervised for record in pair.parting.records]
            assert ("In life B a session was held; in life A none was." in text) == (held == [0, 1])
            assert ("In life A a session was held; in life B none was." in text) == (held == [1, 0])
    assert min(weeks) == 10


def test_the_step_named_is_the_first_that_tells_them_apart():
    # Lived by the plain behaviours, in the order of the week.
    where = parting(life(DEMO, person=FIRST), UNSUPERVISED)
    assert where.mechanism == "supervision"
    worlds = [build(case, seed=1, weeks=DEMO.horizon_weeks) for case in (DEMO, UNSUPERVISED)]
    for world in worlds:
        found(world)
        for _ in range(where.week):
            live_week(world)
    for step in WEEK:
        for world in worlds:
            rows = [()] if step.who == "provider" else [(row,) for row in range(len(getattr(world, step.who)))]
            for row in rows:
                step.behaviour(world, *row)
        same = all(
            worlds[0].peers[0][field.name].tobytes() == worlds[1].peers[0][field.name].tobytes() for field in OWN
        )
        assert same == (step.mechanism != "supervision")
        if not same:
            return


def test_what_touches_nobody_parts_nobody():
    for person in people(DEMO, 1):
        text = unwrapped(ps.two_lives(DEMO, DEAR, "dear", person=person))
        assert text.count("They never part") == 1
        assert "Side by side" not in text
        assert "In both lives they" in text


def test_what_the_first_holder_felt_is_not_the_second_holders_record():
    assert {field.name for field in OWN} | set(OF_THE_POST) == set(
        ps.PeerWorker.__mro__ and peer_rows(DEMO, 1)[0].dtype.names
    )
    seen = [(name, pair) for name in OTHERS for seed in (1, 2) for pair in pairs(name, seed) if pair.a.holder > 1]
    assert seen
    for name, pair in seen:
        if name == "late" and pair.a.end_week < LATE.changes[0].week:
            assert pair.parting is None  # gone before anything differed
            continue
        assert pair.parting is not None
        starts = [pair.a.start_week, pair.b.start_week if pair.b else DEMO.horizon_weeks]
        assert pair.parting.week >= min(starts)
        if starts[0] != starts[1]:
            assert (pair.parting.week, pair.parting.mechanism) == (min(starts), "hiring")
            assert None in pair.parting.records


# why --------------------------------------------------------------------------


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(OTHERS)))
def test_causes_add_up_exactly_to_the_difference(seed, name):
    pair = lives(DEMO, OTHERS[name], name, seed=seed, person=FIRST)
    last = pair.common[-1]
    for state in ("identity", "exhaustion"):
        exact = []
        for one in pair.each:
            total = one.totals(state, 0, last - one.start_week).sum()
            assert one.brought[state] + total == one.weeks[state][last]
            exact.append(one.weeks[state][last])
        *parts, whole = table(pair, state)
        for column in (1, 2):
            assert sum(part[column] for part in parts) == whole[column]
        shown = [float(f"{value:.2f}") for value in exact]
        assert whole[2] - whole[1] == round(100 * (shown[1] - shown[0]))


def test_every_cause_that_differs_by_much_is_in_the_table_as_it_is_in_the_ledgers():
    pair = pairs("unsupervised")[0]
    last = pair.common[-1]
    for state, causes in (("identity", IDENTITY), ("exhaustion", EXHAUSTION)):
        rows = {words: (a, b) for words, a, b in table(pair, state)}
        totals = [one.totals(state, 0, last - one.start_week) for one in pair.each]
        for cause in causes:
            a, b = (round(100 * float(f"{total[cause]:.2f}")) for total in totals)
            if abs(b - a) >= 5:
                assert rows[side_by_side.CAUSES[state][cause]] == (a, b)


def test_the_tables_printed_are_the_tables():
    pair = pairs("unsupervised")[0]
    printed = re.findall(
        r"^ {4}(\S.*?) {2,}([−+]?\d\.\d\d) +([−+]?\d\.\d\d) +([−+]?\d\.\d\d)$", tell(pair), re.MULTILINE
    )
    lines = [(said, *(round(100 * float(value.replace("−", "-"))) for value in values)) for said, *values in printed]
    assert lines == [(said, a, b, b - a) for state in side_by_side.CAUSES for said, a, b in table(pair, state)]


# when it showed ---------------------------------------------------------------


def test_a_gap_shows_from_the_week_from_which_it_stays():
    def gap(*values):
        return pd.Series(values, index=range(7, 7 + len(values)))

    assert shows_from(gap(0.0, 0.06, 0.04, 0.05, 0.2)) == 10
    assert shows_from(gap(-0.06, -0.07)) == 7
    assert shows_from(gap(0.06, 0.06, 0.0)) is None
    assert shows_from(gap(-0.3, 0.3)) == 8
    assert shows_from(gap(0.0, 0.0)) is None


def test_moments_are_weeks_in_post_in_both_and_the_ends():
    for pair in every_pair():
        if pair.b is None:
            continue
        weeks = [week for _, week in moments(pair.a, pair.b)]
        ends = {pair.a.end_week, pair.b.end_week}
        assert weeks[0] is None
        assert weeks[1:] == sorted(ends | {week for week in (13, 26, 52, 104) if week in pair.common})


# how each ended ---------------------------------------------------------------


def test_what_is_said_of_luck_is_in_the_record():
    told = {"ended": 0, "decided": 0, "silent": 0}
    for pair in every_pair():
        text = unwrapped(tell(pair))
        leavers = [one for one in pair.each if one.left]
        found = re.search(
            r"same number from chance, (\S+), (ended life (.) in the post and not life (.)|decided in both): .*?the "
            r"chance of leaving that week, (\S+) in life A and (\d\.\d+) in life B",
            text,
        )
        week = min((one.end_week for one in leavers), default=None)
        if pair.parting is None or week not in pair.common:
            assert found is None
            told["silent"] += 1
            continue
        a, b = pair.a.weeks.loc[week], pair.b.weeks.loc[week]
        assert a.luck_leaving == b.luck_leaving
        number, chances = float(found[1]), [float(found[5]), float(found[6])]
        assert number == pytest.approx(a.luck_leaving, abs=1e-4)
        assert chances == pytest.approx([one.hazard[week] for one in pair.each], abs=1e-4)
        went = [one.left and one.end_week == week for one in pair.each]
        assert [number < chance for chance in chances] == went
        if all(went):
            told["decided"] += 1
            assert found[2] == "decided in both"
        else:
            told["ended"] += 1
            assert (found[3], found[4]) == (("A", "B") if went[0] else ("B", "A"))
    assert all(told.values()), told


def test_digits_are_as_many_as_show_what_decided():
    assert apart_as_shown(0.00121, 0.00124, 0.5) == ["0.00121", "0.00124", "0.50000"]
    assert apart_as_shown(0.2, 0.5, 0.1) == ["0.2000", "0.5000", "0.1000"]


def test_ends_are_told_as_they_were():
    for pair in every_pair():
        text = unwrapped(tell(pair)).split("How each ended")[1]
        for name, one in zip("AB", pair.each, strict=False):
            end = re.search(rf"In (?:both lives|life {name}) they (.*?(?:\(week (\d+)\)|in week (\d+)))", text)
            assert int(end[2] or end[3]) == one.end_week
            assert end[1].startswith("were still there") == (not one.left)
        assert ("they never came to this post" in text) == (pair.b is None)


def test_everything_that_can_happen_was_seen():
    seen = list(every_pair())
    assert any(pair.b is None for pair in seen)
    assert any(pair.b and pair.a.start_week != pair.b.start_week for pair in seen)
    assert any(pair.b and pair.a.left != pair.b.left for pair in seen)
    assert any(pair.parting is None for pair in seen)


# the text ---------------------------------------------------------------------


def test_text_is_never_wider_than_a_story():
    for pair in every_pair():
        assert max(map(len, tell(pair).splitlines())) <= words.WIDTH


def test_same_seed_same_text_and_how_to_read_it_again():
    text = ps.two_lives(DEMO, WEEKLY, "weekly supervision", seed=5, replicate=2)
    assert ps.two_lives(DEMO, WEEKLY, "weekly supervision", seed=5, replicate=2) == text
    again = unwrapped(text).split("To read this again")[1]
    person = life(DEMO, seed=5, replicate=2).person
    for part in (DEMO.digest[:12], WEEKLY.digest[:12], "“weekly supervision”", "Seed 5, replicate 2", f'"{person}"'):
        assert part in again


def test_differences_between_the_scenarios_are_listed_and_cut_short():
    text = unwrapped(ps.two_lives(DEMO, WEEKLY, "weekly", person=FIRST))
    assert "differ in one setting (in A -> in B): support.supervision.every_weeks: 4 -> 1 The week" in text
    many = {f"model.{name}": 0.5 for name in ("approval_base", "uptake_base", "contact", "skill", "time_external")}
    many |= {f"valuing.{name}": 0.7 for name in ("role_description", "protected_time", "pay_parity", "progression")}
    count = len(DEMO.diff(DEMO.with_(many)))
    text = unwrapped(ps.two_lives(DEMO, DEMO.with_(many), "many", person=FIRST))
    assert count > side_by_side.DIFFERENCES
    assert f"and {count - side_by_side.DIFFERENCES} more" in text
    text = unwrapped(ps.two_lives(DEMO, LATER, "later", person=FIRST))
    assert "changes: none -> week 10, set support.supervision.every_weeks 1" in text


def test_every_number_and_team_has_its_words():
    said = {"team", "post", "ordinal", "status", "tenure", "start_week", "end_week", "ended", "supervised", "missed"}
    again = {"identity_start", "exhaustion_start", "luck_life", "luck_absence", "luck_leaving", "luck_post"}
    numbers = {field.name for field in OWN if not field.length}
    assert set(parted.RECORD) == numbers - said - again
    assert set(parted.PARTS) == {field.name for field in OWN if field.length and not field.name.endswith("_ledger")}
    assert set(parted.TEAM) == {field.name for field in OF_THE_TEAM}
    assert set(parted.AT) <= {step.mechanism for step in WEEK}


def test_two_numbers_are_told_with_the_digits_that_tell_them_apart():
    assert parted.numbers(0.5, 0.75) == "0.50, 0.75"
    assert parted.numbers(1, 0) == "1, 0"
    assert parted.numbers(-0.12341, -0.12349) == "−0.1234, −0.1235"
    assert parted.numbers(0.35, 0.35 + 1e-9) == "about 0.35 in both, less than a millionth apart"


# refused ----------------------------------------------------------------------


def renamed(*names):
    return DEMO.with_({"teams": [{"name": name, "peers": 1, "clinicians": 9, "users_per_peer": 12} for name in names]})


@pytest.mark.parametrize(
    ("other", "name", "person", "message"),
    [
        (DEMO, "again", None, r"^the two scenarios do not differ"),
        (DEMO.with_({"name": "Again"}), "again", None, r"^the two scenarios do not differ"),
        (WEEKLY, DEMO.name, None, r"^name: found 'Demonstration'"),
        (
            WEEKLY.with_({"horizon_weeks": 52}),
            "short",
            None,
            r"^horizon_weeks: found 104 and 52; allowed: the same in both$",
        ),
        (WEEKLY, "weekly", "nobody", r"^person: found 'nobody'; allowed: "),
        (renamed("North", "South"), "x", FIRST, r"^person: .* the other scenario has no team 'Community team 1'"),
        (renamed("North", "Community team 1"), "x", FIRST, r"^person: .* team number 1 here and 2 in the other"),
    ],
)
def test_what_cannot_be_compared_is_refused(other, name, person, message):
    with pytest.raises(ValueError, match=message):
        ps.two_lives(DEMO, other, name, person=person)


def test_a_post_that_the_other_has_not_is_refused():
    with pytest.raises(ValueError, match=r"^person: .* 'Community team 1' has one peer post; allowed: "):
        ps.two_lives(ENLARGED, DEMO, "small", person="Community team 1/3")


@pytest.mark.parametrize("key", [{"seed": -1}, {"replicate": -1}])
def test_chance_out_of_range_is_refused(key):
    with pytest.raises(ValueError, match=next(iter(key))):
        ps.two_lives(DEMO, WEEKLY, "weekly", **key)


def test_nothing_is_counted_differently_before_the_week_named():
    for pair in every_pair():
        if not pair.common:
            continue
        found = side_by_side.happened(pair)
        week = DEMO.horizon_weeks if found is None else found[0]
        for name in side_by_side.HAPPENINGS:
            a, b = (one.weeks[name].loc[pair.common].to_numpy() for one in pair.each)
            assert np.array_equal(a[np.array(pair.common) < week], b[np.array(pair.common) < week])
