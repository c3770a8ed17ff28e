"""Watching a world: who met whom, what is seen, what is told, and that watching changes nothing."""

import asyncio
import math
from itertools import combinations

import numpy as np
import pytest

from peersim.app import limits
from peersim.app.cases import cases
from peersim.app.desk import SEED, Desk
from peersim.app.watch import happenings
from peersim.app.watch.layout import PEER_SPACE, SPACE, seats
from peersim.app.watch.people import drawing, row
from peersim.app.watch.portrait import portrait, vacancy
from peersim.app.watch.scales import SCALES, ink
from peersim.app.watch.snapshot import EMPTY, GONE, NEW, SICK, snapshot
from peersim.app.watch.telling import blocks
from peersim.app.watch.watched import Kind, WatchedModel
from peersim.app.watch.watching import Watching, pages, so_far
from peersim.ensemble import chunks
from peersim.report.story import story
from peersim.scenario import Scenario, TeamSpec
from peersim.world import draws
from peersim.world.state import OFF_SICK, VACANT

WEEKS = 30
WORLDS = {
    "baseline": {},
    "well_introduced": {},
    "partnership_3": {},
    "voluntary_1": {},
    "improving_supervision": {},
    "well_introduced, no colleagues": {"model.off": ["colleagues"]},
    "well_introduced, no peer support": {"model.off": ["peer_support"]},
    "nhs_trust_3, no supervision": {"model.off": ["supervision"]},
    "nhs_trust_3, no group": {"support.peer_group_every_weeks": 0},
}
UP_TO_TALKS = 3  # fellow peers talked to at the group: who they are is not known


def world(name, replicate=0):
    return WatchedModel(cases()[name.split(",")[0]].with_(WORLDS.get(name, {})), replicate)


def team(peers=1, clinicians=9, users=12, count=1, name="Team"):
    return TeamSpec(name=name, peers=peers, clinicians=clinicians, users_per_peer=users, count=count)


def provider(*teams, weeks=20):
    return Scenario(name="Provider", teams=teams, horizon_weeks=weeks)


def met(model, kind, peer):
    return sum(meeting.times for meeting in model.diary if meeting.kind == kind and meeting.peer == peer)


def told(model, agent, left=None):
    return portrait(model, agent, left)


# who met whom -------------------------------------------------------------------


@pytest.mark.parametrize("name", WORLDS)
def test_whom_peers_met_agrees_with_what_they_note_themselves(name):
    model, found = world(name), set()
    for _ in range(WEEKS):
        model.step()
        for peer in range(len(model.world.peers)):
            record = model.record("peers", peer)
            assert met(model, Kind.USER, peer) == record["users_met"]
            assert met(model, Kind.COLLEAGUE, peer) == record["colleagues_met"]
            assert met(model, Kind.SUPERVISION, peer) == record["supervised"]
            assert met(model, Kind.MISSED, peer) == record["missed"]
            talks = record["fellows_met"] - met(model, Kind.FELLOW, peer)
            assert 0 <= talks <= UP_TO_TALKS * met(model, Kind.GROUP, peer)
        assert sum(m.kind == Kind.GROUP for m in model.diary) == model.provider.peers_at_group
        for user in model.users:
            if user.weeks_on_caseload:
                assert (user.row in {m.row for m in model.diary if m.kind == Kind.USER}) == bool(user.met)
        found |= {meeting.kind for meeting in model.diary}
    never = {
        "no colleagues": {Kind.COLLEAGUE},
        "no peer support": {Kind.FELLOW, Kind.GROUP},
        "no supervision": {Kind.SUPERVISION, Kind.MISSED},
    }.get(name.partition(", ")[2], set())
    if model.scenario.n_peers == model.scenario.n_teams:
        never = never | {Kind.FELLOW}
    if model.scenario.policies.support.peer_group_every_weeks == 0:
        never = never | {Kind.GROUP}
    assert found == set(Kind) - never


def test_meetings_stay_in_the_team_and_nobody_meets_themselves():
    model = world("well_introduced")
    for _ in range(WEEKS):
        model.step()
        for meeting in model.diary:
            if meeting.who in ("peers", "clinicians", "users"):
                assert model.record(meeting.who, meeting.row)["team"] == model.record("peers", meeting.peer)["team"]
            assert (meeting.who, meeting.row) != ("peers", meeting.peer)


def test_the_supervisor_is_the_line_manager_or_nobody_of_this_world():
    for name, sought in (("baseline", 0), ("partnership_3", 1)):
        model, levels = world(name), set()
        for _ in range(WEEKS):
            model.step()
            levels |= {model.record(m.who, m.row)["post"] for m in model.diary if m.kind == Kind.SUPERVISION}
        assert levels == {sought}
    outside = WatchedModel(cases()["baseline"].with_({"support.supervision.by": "external"}), 0)
    for _ in range(8):
        outside.step()
        assert all(m.row == -1 for m in outside.diary if m.kind in (Kind.SUPERVISION, Kind.MISSED))
    assert snapshot(outside, range(1)).teams[0].supervisor == "From outside"


@pytest.mark.parametrize("replicate", [0, 3])
def test_watching_changes_no_number(replicate):
    scenario = cases()["well_introduced"].with_({"horizon_weeks": 40})
    model = WatchedModel(scenario, replicate)
    while model.running:
        model.step()
    (batch,) = chunks(scenario, 1, seed=SEED, first=replicate, threads=1)
    assert np.array_equal(model.batch().weekly, batch.weekly, equal_nan=True)


# what is seen -------------------------------------------------------------------


def test_a_snapshot_shows_who_is_there_who_is_sick_and_who_came_or_left():
    model = world("baseline")
    seen = set()
    for _ in range(140):
        model.step()
        now = snapshot(model, range(6))
        events = {(e.kind, e.team, e.event) for e in model.happened if e.kind == draws.PEER}
        for here in now.teams:
            (peer,) = here.peers
            record = model.record("peers", peer.row)
            assert (peer.status == EMPTY) == (record["status"] == VACANT)
            assert (peer.status == SICK) == (record["status"] == OFF_SICK)
            assert (peer.change == NEW) == ((draws.PEER, here.row, 0) in events)
            assert (peer.change == GONE) == bool({(draws.PEER, here.row, 1), (draws.PEER, here.row, 2)} & events)
            assert here.peers_in_post == (peer.status != EMPTY)
            assert (here.identity is None) == (peer.status == EMPTY)
            assert ("vacant" in here.note) == (peer.status == EMPTY)
            seen |= {peer.status, peer.change}
        in_post = [here.identity for here in now.teams if here.identity is not None]
        assert sum(in_post) / len(in_post) == pytest.approx(model.measures["identity"])
        assert sum(here.held for here in now.teams) == round(model.measures["supervision_received"] * len(in_post))
    assert seen == {"at work", SICK, EMPTY, "", NEW, GONE}


def test_people_are_named_by_role_team_and_state():
    model = world("well_introduced")
    model.step()
    here = snapshot(model, range(1)).teams[0]
    identity = model.record("peers", 1)["identity"]
    assert here.peers[1].said.startswith(f"Peer worker 2, Community team 1, identity {identity:.2f}, exhaustion ")
    assert here.manager.said == "Team manager, Community team 1"
    assert [figure.name for figure in snapshot(model, [0]).above] == [
        "Executive",
        "Middle manager 1",
        "Middle manager 2",
    ]


def test_a_drawing_has_a_line_for_every_meeting_between_seats_that_it_draws():
    for name in ("well_introduced", "partnership_3", "voluntary_1"):
        model = world(name)
        for _ in range(12):
            model.step()
        now = snapshot(model, range(model.scenario.n_teams))
        drawn = drawing(now, "identity")
        assert sum(len(here["lines"]) for here in drawn["teams"]) == len(model.diary)
        for here in drawn["teams"]:
            points = {(person["x"], person["y"]) for person in here["people"]}
            points |= {(here[name]["x"], here[name]["y"]) for name in ("supervisor", "group") if here[name]}
            assert all({(line["x1"], line["y1"]), (line["x2"], line["y2"])} <= points for line in here["lines"])
            assert len({line["key"] for line in here["lines"]}) == len(here["lines"])


def test_a_row_of_the_table_says_what_is_drawn():
    model = world("baseline")
    for _ in range(24):
        model.step()
    here = snapshot(model, range(6)).teams
    assert row(here[1])[:4] == ["Community team 2", "0 of 1", "–", "–"]
    assert row(here[3])[-1] == "no, one fell out"


@pytest.mark.parametrize("peers", [1, 2, 3, 8, 9, 40])
@pytest.mark.parametrize("clinicians", [1, 2, 9, 60])
def test_nobody_sits_on_anybody(peers, clinicians):
    found = seats(peers, clinicians, peers * 12)
    everybody = [*found.peers, *found.clinicians, *found.users]
    assert len(everybody) == peers + clinicians + peers * 12
    assert min(math.dist(a, b) for a, b in combinations(everybody, 2)) > SPACE - 0.1
    assert all(math.dist(a, b) > PEER_SPACE - 0.1 for a, b in combinations(found.peers, 2))
    assert max(math.hypot(*point) for point in everybody) <= found.radius


@pytest.mark.parametrize("measure", SCALES)
def test_colours_go_from_pale_to_dark_and_can_be_written_on(measure):
    scale = SCALES[measure]
    colours = [scale.colour(value / 50) for value in range(51)]
    light = [lightness(colour) for colour in colours]
    assert light == sorted(light, reverse=True)
    assert light[0] > 0.85
    assert light[-1] < 0.1
    assert min(contrast(colour, ink(colour)) for colour in colours) >= 4.5


def lightness(colour):
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((lightness(one), lightness(other)))
    return (high + 0.05) / (low + 0.05)


# what is told -------------------------------------------------------------------


def test_what_moved_a_peer_adds_up_to_what_is_shown():
    model = world("nhs_trust_3")
    for _ in range(25):
        model.step()
    for peer in model.peers:
        for (heading, rows), state in zip(told(model, peer).ledgers, ("identity", "exhaustion"), strict=False):
            *causes, (last, change) = [(name, hundredths(value)) for name, value in rows]
            start, now = (round(100 * getattr(peer, name)) for name in (f"{state}_start", state))
            assert last == "Change in all"
            assert abs(change - (now - start)) <= 1  # rounding of a half
            assert sum(value for _, value in causes) == change
            assert f"from {peer.__getattribute__(f'{state}_start'):.2f} to {getattr(peer, state):.2f}" in heading


def hundredths(text):
    return round(100 * float(text.replace("−", "-")))


def test_everybody_can_be_told_of_and_every_button_leads_to_somebody():
    model = world("partnership_3")
    for _ in range(20):
        model.step()
    for agent in [*model.peers, *model.clinicians, *model.managers, *model.users]:
        for heading, buttons in told(model, agent).relations:
            assert heading
            for one in buttons:
                who, _, number = one.place.partition("-")
                assert model.holder(who, int(number)) is not None
    (peer,) = [peer for peer in model.peers if peer.spell == (0, 0, 0)]
    relations = dict(told(model, peer).relations)
    assert [one.place for one in relations["Fellow peer workers"]] == [f"peers-{p.row}" for p in peer.fellow_peers]
    assert [one.place for one in relations["On their caseload"]] == [f"users-{u.row}" for u in peer.caseload]
    assert [one.text for one in relations["Supervised by"]] == ["Middle manager"]


def test_who_has_left_is_told_of_as_they_were_and_the_vacant_post_as_it_is():
    model = world("baseline")
    peer = model.holder("peers", 1)
    while peer.here:
        model.step()
    last = told(model, peer, model.week)
    assert f"in week {model.week}" in last.words[0]
    assert dict(last.numbers)["Peer identity"] == f"{peer.identity:.2f}"
    assert last.relations == []
    assert vacancy(model, "peers", 1).title == "Vacant post: peer worker"
    assert "vacant for one week" in vacancy(model, "peers", 1).words[0]


def test_a_week_in_a_sentence_counts_what_was_measured():
    model = world("well_introduced")
    for _ in range(40):
        model.step()
        said = happenings.sentence(model)
        assert said.startswith(f"Week {model.week}: ")
        held = sum(m.kind == Kind.SUPERVISION for m in model.diary)
        assert ("no supervision" in said) == (held == 0 and not any(m.kind == Kind.MISSED for m in model.diary))
        left = [e for e in model.happened if e.kind == draws.PEER and e.event in (1, 2)]
        assert len(left) == model.measures["peers_left"]
        assert bool(left) == (" left Community" in said or "gave up peer work" in said)
        lines = happenings.told(model)
        assert sum("peer worker" in line for line in lines) == sum(e.kind == draws.PEER for e in model.happened)


def test_changes_of_policy_are_told_in_the_week_in_which_they_begin():
    model = world("improving_supervision")
    weeks = {}
    for _ in range(60):
        model.step()
        weeks[model.week] = [line for line in happenings.told(model) if line.startswith("New policy")]
    assert [week for week, lines in weeks.items() if lines] == [27, 53]  # weeks 26 and 52, counted from 0
    assert weeks[27] == ["New policy: Supervision every week, over eight weeks"]
    assert len(weeks[53]) == 3


def test_a_story_so_far_foretells_nothing():
    scenario = cases()["improving_supervision"]
    for weeks in (1, 20, 40):
        text = story(so_far(scenario, weeks), seed=SEED, person="Community team 3/1")
        assert f"Week {weeks}" not in text
        assert "week 52" not in text
    assert so_far(scenario, scenario.horizon_weeks) == scenario


def test_a_story_for_the_page_says_every_word_of_the_story():
    text = story(so_far(cases()["well_introduced"], 100), seed=SEED, person="Community team 1/1")
    parts = blocks(text)
    words = [word for part in parts for word in part.text.split() if word.strip("=-")]  # rules are no words
    assert words == [word for word in text.split() if word.strip("=-")]
    headings = [part.text for part in parts if part.kind == "heading"]
    assert headings[:2] == ["The first holder of the first of three peer posts in Community team 1", "How they started"]
    assert headings[-1] == "To read this again"
    assert {part.kind for part in parts} == {"heading", "paragraph", "columns"}
    assert all("\n" not in part.text for part in parts if part.kind != "columns")


# limits -------------------------------------------------------------------------


def test_a_large_provider_is_shown_in_pages_with_no_more_people_than_can_be_drawn():
    scenario = provider(team(count=40), team(peers=6, users=20, clinicians=40, count=4, name="Large team"))
    found = pages(scenario)
    assert [row for page in found for row in page] == list(range(44))
    teams = scenario.team_list()
    for page in found:
        assert len(page) <= limits.MOST_TEAMS_DRAWN
        assert (
            sum(1 + t.peers * (1 + t.users_per_peer) + t.clinicians for t in (teams[r] for r in page))
            <= limits.MOST_DRAWN
        )
    assert pages(cases()["baseline"]) == [range(6)]


def test_a_team_too_large_to_draw_is_not_drawn_and_says_so():
    scenario = provider(team(peers=30, users=20), team(name="Small team"))
    assert pages(scenario) == [range(1), range(1, 2)]
    drawn = drawing(snapshot(WatchedModel(scenario, 0), range(1)), "identity")
    assert drawn["teams"][0]["people"] == []
    assert "too many to draw" in drawn["teams"][0]["instead"]


def test_a_provider_too_large_to_watch_is_refused():
    limits.watched(provider(team(count=200)))
    with pytest.raises(limits.TooLargeError, match="23,000 people are more than can be watched here"):
        limits.watched(provider(team(count=1000)))


# one visitor --------------------------------------------------------------------


def watch(doing, scenario=None):
    """Do something with a world that is watched from its first week."""

    async def do():
        desk = Desk(1)
        watching = Watching(desk)
        await watching.begin(scenario or cases()["baseline"], 0)
        try:
            return await doing(watching)
        finally:
            desk.close()

    return asyncio.run(do())


def test_a_week_is_the_same_however_it_is_come_to():
    async def doing(watching):
        for _ in range(20):
            await watching.step()
        stepped = watching.now, list(watching.log), {name: list(values) for name, values in watching.courses.items()}
        await watching.go_to(45, lambda: True)
        assert watching.week == 45
        await watching.go_to(20, lambda: True)
        assert (watching.now, list(watching.log), watching.courses) == stepped

    watch(doing)


def test_another_world_of_the_same_scenario_is_another():
    async def doing(watching):
        await watching.go_to(20, lambda: True)
        first = watching.now
        await watching.begin(watching.scenario, 1)
        assert watching.week == 0
        await watching.go_to(20, lambda: True)
        assert watching.now.teams != first.teams

    watch(doing)


def test_the_way_to_a_week_ends_when_nobody_wants_it_any_more():
    async def doing(watching):
        await watching.go_to(150, lambda: watching.week < 30)
        assert 30 <= watching.week < 50

    watch(doing)


@pytest.mark.parametrize("asked", ["start", "week", "world", "step"])
def test_the_way_to_a_week_ends_when_something_else_is_asked_for(asked):
    async def doing(watching):
        on_the_way = asyncio.create_task(watching.go_to(1040, lambda: True))
        while watching.week < 20:
            await asyncio.sleep(0)
        if asked == "world":
            await watching.begin(watching.scenario, 1)
        elif asked == "step":
            await watching.step()
        else:
            assert await watching.go_to(0 if asked == "start" else 10, lambda: True)
        there = watching.week
        assert not await on_the_way
        assert watching.week == there < 1040
        if asked != "step":
            assert there == {"start": 0, "week": 10, "world": 0}[asked]

    watch(doing, cases()["baseline"].with_({"horizon_weeks": 1040}))


def test_no_week_is_lived_after_the_last():
    async def doing(watching):
        await watching.go_to(6, lambda: True)
        assert watching.over
        await watching.step()
        assert watching.week == 6
        assert len(watching.courses["identity"]) == 6

    watch(doing, cases()["baseline"].with_({"horizon_weeks": 6}))


def test_two_steps_at_once_are_two_weeks_and_a_step_given_up_is_still_lived():
    async def doing(watching):
        await asyncio.gather(watching.step(), watching.step())
        assert watching.week == 2
        given_up = asyncio.create_task(watching.step())
        await asyncio.sleep(0)
        given_up.cancel()
        await watching.step()
        assert watching.week == 4

    watch(doing)


def test_the_person_in_view_stays_in_view_after_they_have_left():
    async def doing(watching):
        await watching.choose("peers-1")
        assert watching.person.person == "Community team 2/1/1"
        await watching.go_to(30, lambda: True)
        assert watching.person.person == "Community team 2/1/1"
        assert "left the job in week" in watching.person.words[0]
        assert "Community team 2" in await watching.tell()
        await watching.choose("peers-1")
        assert watching.person.title == "Vacant post: peer worker"
        await watching.let_go()
        assert watching.person is None

    watch(doing)


@pytest.mark.parametrize("place", ["", "nobody-1", "peers-99", "peers--1", "peers-x", "users-5000000"])
def test_a_place_that_there_is_not_brings_nobody_into_view(place):
    async def doing(watching):
        await watching.choose(place)
        assert watching.person is None

    watch(doing)


def test_a_provider_too_large_leaves_a_message_and_no_world():
    async def doing(watching):
        assert "more than can be watched" in watching.trouble
        assert watching.now is None
        await watching.step()
        await watching.choose("peers-0")
        assert await watching.tell() == ""
        await watching.begin(cases()["baseline"], 0)
        assert watching.trouble == ""
        assert watching.week == 0

    watch(doing, provider(team(count=1000)))
