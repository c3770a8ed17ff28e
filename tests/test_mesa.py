"""The Mesa model: agents that are people, who come and go, and what Mesa's users expect of it."""

import copy
import gc
import pickle
import weakref

import mesa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peersim as ps
from peersim.agents import Clinician, Manager, PeerWorker, ServiceUser
from peersim.model import PEOPLE, RECORDS, PeerSupportModel
from peersim.week import WEEK
from peersim.world.measures import WEEKLY
from peersim.world.state import (
    CLINICIAN_FIELDS,
    MANAGER_FIELDS,
    PEER_FIELDS,
    PROVIDER_FIELDS,
    TEAM_FIELDS,
    USER_FIELDS,
)
from tests.scenario.strategies import scenarios
from tests.worlds import LUCK, a_team, busy, copied, same, small

FIELDS = {
    "peers": (PEER_FIELDS, {"team"}),
    "clinicians": (CLINICIAN_FIELDS, {"team"}),
    "managers": (MANAGER_FIELDS, {"team"}),
    "users": (USER_FIELDS, {"team", "peer"}),
    "teams": (TEAM_FIELDS, {"manager", "middle"}),
    "provider": (PROVIDER_FIELDS, {"sector"}),
}


def actors(model, who):
    return {"provider": [model.provider], "teams": model.teams}.get(who) or list(getattr(model, who))


def first(agents):
    return next(iter(agents))


# agents -----------------------------------------------------------------------


@pytest.mark.parametrize("who", FIELDS)
def test_state_reads_and_sets_the_record(who):
    model = PeerSupportModel(busy(weeks=10))
    fields, relations = FIELDS[who]
    for actor in actors(model, who):
        assert {field.name for field in fields} - relations <= set(dir(actor))
        for field in fields:
            if field.name in relations:
                continue
            held = getattr(model.world, who)[actor.row][field.name]
            assert same(np.asarray(getattr(actor, field.name)), np.asarray(held, np.asarray(held.tolist()).dtype))
            setattr(actor, field.name, 1)
            assert (getattr(model.world, who)[actor.row][field.name] == 1).all()


def test_a_state_is_an_ordinary_number_with_a_meaning():
    peer = first(PeerSupportModel(small()).peers)
    assert type(peer.identity) is float
    assert type(peer.tenure) is int
    assert PeerWorker.identity.__doc__ == "how far they still work and see themselves as a peer (0 to 1)."


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("identity", 1.2, "0 to 1"),
        ("exhaustion", -0.1, "0 to 1"),
        ("identity", None, "real number"),
        ("identity", float("nan"), "a finite number"),
        ("log_hazard_sum", float("-inf"), "a finite number"),
        ("tenure", 1.5, "a whole number"),
    ],
)
def test_a_state_refuses_what_it_cannot_be(name, value, allowed):
    peer = first(PeerSupportModel(small()).peers)
    before = getattr(peer, name)
    with pytest.raises((ValueError, TypeError), match=allowed):
        setattr(peer, name, value)
    assert getattr(peer, name) == before


def test_every_act_of_the_week_is_a_method_with_a_docstring():
    model = PeerSupportModel(small())
    for step in WEEK:
        actor = actors(model, step.who)[0]
        assert getattr(type(actor), step.act).__doc__, step


def test_representations_are_one_line_and_tell_who_it_is():
    model = PeerSupportModel(small(weeks=12), seed=4, replicate=2)
    assert repr(model) == (
        "PeerSupportModel('small', week 0 of 12, seed 4, replicate 2, 3 peers, 8 clinicians, 4 managers, 9 users)"
    )
    assert [repr(peer) for peer in model.peers] == [
        "PeerWorker('A', post 0, holder 0)",
        "PeerWorker('A', post 1, holder 0)",
        "PeerWorker('B', post 0, holder 0)",
    ]
    assert repr(first(model.clinicians)) == "Clinician('A', post 0, holder 0)"
    assert [repr(manager) for manager in model.managers] == [
        "Manager('A', level 0, holder 0)",
        "Manager('B', level 0, holder 0)",
        "Manager('A' and 1 more, level 1, holder 0)",
        "Manager('A' and 1 more, level 2, holder 0)",
    ]
    assert repr(first(model.users)) == "ServiceUser('A', referral 0)"
    assert repr(model.teams[0]) == "Team('A', 2 peers, 4 clinicians, 6 users)"
    assert repr(model.provider) == "Provider('small', nhs_trust, week 0)"


# relations --------------------------------------------------------------------


def assert_consistent(model):
    world = model.world
    for team in model.teams:
        assert all(person.team is team for person in (*team.peers, *team.clinicians, *team.users))
        assert team.manager is None or team.manager.teams == (team,)
        assert team.middle_manager is None or team in team.middle_manager.teams
    for user in model.users:
        assert user.peer is None or user in user.peer.caseload
        assert user.peer is None or user.peer.team is user.team
    for peer in model.peers:
        assert all(user.peer is peer for user in peer.caseload)
        assert all(peer in fellow.fellow_peers for fellow in peer.fellow_peers)
        assert len(peer.fellow_peers) == len(peer.team.peers) - 1
        partnership = model.scenario.sector == "partnership"
        assert peer.line_manager is (peer.team.middle_manager if partnership else peer.team.manager)
        assert peer.supervisor in (None, peer.line_manager)
    assert model.provider.executive is None or model.provider.executive.teams == tuple(model.teams)
    # One agent for every person, and nobody else.
    assert set(model.agents) == {person for who in PEOPLE for person in getattr(model, who)}
    for who in PEOPLE:
        there = getattr(world, who)["occupied" if who == "users" else "status"] != 0
        people = list(getattr(model, who))
        assert [person.row for person in people] == np.flatnonzero(there).tolist()
        assert all(person.here for person in people)


@settings(max_examples=20)
@given(scenarios(max_teams=3, max_horizon=15), st.integers(0, 99))
def test_relations_and_agents_agree_with_the_world_every_week(scenario, seed):
    model = PeerSupportModel(scenario, seed=seed)
    assert_consistent(model)
    while model.running:
        model.step()
        assert_consistent(model)


@pytest.mark.parametrize("sector", ["nhs_trust", "voluntary", "partnership"])
def test_relations_agree_in_busy_times(sector):
    model = PeerSupportModel(busy({"sector": sector}, weeks=60))
    while model.running:
        model.step()
        assert_consistent(model)


@pytest.mark.parametrize(("by", "there"), [("team_manager", True), ("peer_lead", False), ("external", False)])
def test_only_a_line_manager_who_supervises_is_the_supervisor(by, there):
    peer = first(PeerSupportModel(small({"support.supervision.by": by})).peers)
    assert (peer.supervisor is not None) is there
    assert peer.line_manager is peer.team.manager


def test_policies_in_force_are_at_hand():
    changes = [{"week": 3, "set": {"valuing.protected_time": 0.6}}]
    model = PeerSupportModel(small({"changes": changes, "valuing.protected_time": 0.1}, weeks=6))
    seen = []
    while model.running:
        model.step()
        seen.append(model.provider.policy["protected_time"])
    assert seen == [0.1, 0.1, 0.1, 0.6, 0.6, 0.6]


# coming and going -------------------------------------------------------------


def test_a_model_that_nobody_holds_is_freed():
    model = PeerSupportModel(small(), seed=1)
    model.step()
    numbers = [person.unique_id for person in model.agents]
    assert len(set(numbers)) == len(numbers) > 1
    there = weakref.ref(model)
    del model
    gc.collect()
    assert there() is None


def test_people_come_and_go():
    model = PeerSupportModel(busy(weeks=60))
    seen = {who: set(getattr(model, who)) for who in PEOPLE}
    at_first = {who: len(people) for who, people in seen.items()}
    while model.running:
        model.step()
        for who in PEOPLE:
            seen[who] |= set(getattr(model, who))
    events = model.results().events
    for who, kind in zip(PEOPLE, ("peer worker", "clinician", "manager", "service user"), strict=True):
        gone = {person for person in seen[who] if not person.here}
        assert gone
        assert seen[who] - gone == set(getattr(model, who))
        started = events["week"] >= 0 if who != "users" else events.index >= at_first[who]
        came = events[(events["who"] == kind) & events["event"].isin(["hired", "admitted"]) & started]
        assert len(seen[who]) == at_first[who] + len(came)


def test_who_left_can_be_read_as_they_were_but_not_set_and_acts_no_more():
    model = PeerSupportModel(busy(weeks=60))
    everybody = set(model.peers)
    while model.running:
        model.step()
        everybody |= set(model.peers)
    people = model.results().people.set_index(["team", "post", "ordinal"])
    left = [peer for peer in everybody if not peer.here]
    assert left
    for peer in everybody:
        row = people.loc[peer.team.name, peer.post, peer.ordinal]
        for name in ("identity", "exhaustion", "tenure", "start_week", "missed_sessions"):
            assert getattr(peer, name) == row[name]
        assert peer.caseload == () or peer.here
    gone = left[0]
    held = copied(model.world)
    with pytest.raises(RuntimeError, match="has left"):
        gone.identity = 0.5
    with pytest.raises(RuntimeError, match="has left"):
        gone.reflect()
    gone.remove()
    assert same(tuple(held), tuple(model.world))
    assert repr(gone).startswith("PeerWorker(")


@pytest.mark.parametrize("who", PEOPLE)
def test_removing_somebody_makes_them_leave(who):
    model = PeerSupportModel(busy(weeks=40))
    model.step()
    person = first(getattr(model, who))
    row, events = person.row, model.world.provider[0].n_events
    person.remove()
    assert not person.here
    assert person not in model.agents
    assert model.world.provider[0].n_events == events + 1
    assert_consistent(model)
    newcomers = set()
    while model.running:
        model.step()
        assert_consistent(model)
        newcomers |= {other for other in getattr(model, who) if other.row == row}
    assert newcomers
    assert person not in newcomers


def test_a_peer_removed_is_in_the_people_table():
    model = PeerSupportModel(small({"model.off": ["leaving"]}, weeks=9))
    for _ in range(4):
        model.step()
    peer = first(model.peers)
    peer.remove()
    model.run_model()
    results = model.results()
    assert results.people.loc[0, "how_it_ended"] == "left the job"
    assert results.people.loc[0, "tenure"] == peer.tenure == 4
    assert (results.events["event"] == "left").sum() == 1


def test_everybody_can_be_removed():
    model = PeerSupportModel(small())
    model.remove_all_agents()
    assert len(model.agents) == 0
    model.step()


# subclasses -------------------------------------------------------------------


class Unbending(PeerWorker):
    """A peer worker who takes no task."""

    def take_tasks(self):
        """Decline everything."""


class Leaver(PeerWorker):
    """A peer worker who leaves when told."""

    told = False

    def consider_leaving(self):
        """Leave if told, else stay."""
        self.luck_leaving = 0.0 if self.told else 1.0
        super().consider_leaving()


class Still(PeerWorker):
    """A peer worker whose states do not change when the week ends."""

    def reflect(self):
        """Take nothing in."""


class Visitor(ServiceUser):
    """A service user who never meets their peer worker."""

    def meet_peer(self):
        """Stay at home."""


class Stern(Clinician):
    """A clinician who keeps their mind."""

    def change_mind(self):
        """Do not."""


class Absent(Manager):
    """A manager who keeps their mind."""

    def change_mind(self):
        """Do not."""


def only_row(row, special, usual):
    return lambda model, number: (special if number == row else usual)(model, number)


def fields_that_differ(one, other, who):
    """Row and name of every field that is not the same."""
    ours, theirs = getattr(one, who), getattr(other, who)
    return {
        (row, name)
        for name in ours.dtype.names
        for row in range(len(ours))
        if not same(ours[row][name], theirs[row][name])
    }


def test_an_override_changes_that_agent_and_nothing_else():
    scenario = busy({"model.task_passing": 1.0, "valuing.protected_time": 0.0})
    usual = PeerSupportModel(scenario)
    special = PeerSupportModel(scenario, peer_worker=only_row(1, Unbending, PeerWorker))
    for model in (usual, special):
        model.step()
    for who in ("clinicians", "managers", "users"):
        differing = {name for _, name in fields_that_differ(usual.world, special.world, who)}
        assert not differing & set(LUCK[who])
    differing = fields_that_differ(usual.world, special.world, "peers")
    assert (1, "generic_share") in differing
    assert {row for row, _ in differing} == {1}
    # Nor do clinicians of the other team learn otherwise, and nobody's luck is another's.
    assert not {row for row, _ in fields_that_differ(usual.world, special.world, "clinicians")} & {4, 5, 6, 7}
    for _ in range(10):
        for model in (usual, special):
            model.step()
        for who in PEOPLE:
            ours, theirs = getattr(usual.world, who), getattr(special.world, who)
            number = "referral" if who == "users" else "ordinal"
            same_person = ours[number] == theirs[number]
            assert same_person.any()
            for name in LUCK[who]:
                assert same(ours[name][same_person], theirs[name][same_person])


@pytest.mark.parametrize(
    ("argument", "special", "who", "changed", "weeks"),
    [
        ("peer_worker", Still, "peers", "exhaustion", 1),
        ("service_user", Visitor, "users", "trust", 1),
        ("clinician", Stern, "clinicians", "valuing", 2),  # follows the culture, which moves after clinicians do
        ("manager", Absent, "managers", "commitment", 1),
    ],
)
def test_every_kind_of_person_can_be_subclassed(argument, special, who, changed, weeks):
    scenario = small({"model.off": ["colleagues", "peer_support", "leaving", "absence"]})
    usual = PeerSupportModel(scenario)
    picked = PeerSupportModel(scenario, **{argument: only_row(0, special, special.__base__)})
    for model in (usual, picked):
        for _ in range(weeks):
            model.step()
    assert list(picked.agents_by_type[special]) == [picked.holder(who, 0)]
    differing = fields_that_differ(usual.world, picked.world, who)
    assert (0, changed) in differing
    assert {row for row, _ in differing} == {0}


def test_an_override_can_settle_what_chance_would_have():
    model = PeerSupportModel(busy(weeks=30), peer_worker=Leaver)
    for _ in range(10):
        model.step()
    assert all(peer.spell[2] == 0 for peer in model.peers)
    assert len(model.peers) == 3
    first(model.peers).told = True
    model.step()
    assert len(model.peers) == 2
    assert model.measures["peers_left"] == 1


def test_newcomers_are_of_the_subclass_too():
    model = PeerSupportModel(busy(weeks=60), peer_worker=Unbending)
    model.run_model()
    assert {type(peer) for peer in model.peers} == {Unbending}
    assert max(peer.ordinal for peer in model.peers) > 0


def test_a_subclass_that_changes_nothing_changes_nothing():
    class Plain(PeerWorker):
        def reflect(self):
            super().reflect()

    models = [PeerSupportModel(busy(weeks=20), peer_worker=kind) for kind in (PeerWorker, Plain)]
    for model in models:
        model.run_model()
    assert same(tuple(copied(models[0].world)), tuple(copied(models[1].world)))


# what Mesa's users expect -----------------------------------------------------


def test_agents_are_selected_and_aggregated():
    model = PeerSupportModel(small({"model.off": ["leaving"]}))
    model.step()
    assert set(model.agents_by_type) == {PeerWorker, Clinician, Manager, ServiceUser}
    peers = model.agents_by_type[PeerWorker]
    assert peers.agg("identity", min) == min(peer.identity for peer in model.peers)
    assert peers.agg("identity", np.mean) == pytest.approx(model.measures["identity"])
    tired = model.agents_by_type[Clinician].select(lambda one: one.exhaustion > 0.3)
    assert set(tired) == {one for one in model.clinicians if one.exhaustion > 0.3}
    assert model.agents.select(agent_type=PeerWorker).get("tenure") == [1, 1, 1]
    by_team = model.users.groupby("team").count()
    assert sum(by_team.values()) == len(model.users)
    peers.set("felt_value", 0.25)
    assert (model.world.peers.felt_value == 0.25).all()
    peers.do("reflect")
    assert model.world.peers.felt_value.max() != 0.25


def test_chance_of_mesa_is_reproducible_too():
    numbers = [PeerSupportModel(small(), seed=3, replicate=replicate) for replicate in (1, 1, 2)]
    drawn = [(model.random.random(), model.rng.random()) for model in numbers]
    assert drawn[0] == drawn[1] != drawn[2]


def test_data_collector_holds_every_measure_of_every_week():
    model = PeerSupportModel(busy(weeks=15))
    model.run_model()
    collected = model.datacollector.get_model_vars_dataframe()
    weekly = model.results().weekly
    assert list(collected) == list(WEEKLY)
    assert same(collected.to_numpy(float), weekly[list(WEEKLY)].to_numpy(float))
    assert model.measures == pytest.approx(collected.iloc[-1].to_dict(), nan_ok=True)


def test_data_collector_can_be_replaced():
    model = PeerSupportModel(busy(weeks=5))
    model.datacollector = mesa.DataCollector(
        model_reporters={"n": lambda model: len(model.peers)},
        agent_reporters={"row": "row"},
        agenttype_reporters={PeerWorker: {"identity": "identity"}},
    )
    model.run_model()
    agents = model.datacollector.get_agent_vars_dataframe()
    peers = model.datacollector.get_agenttype_vars_dataframe(PeerWorker)
    last = {peer.unique_id: peer.identity for peer in model.peers}
    assert peers["identity"].loc[5].to_dict() == last
    assert agents["row"].loc[5].to_dict() == {agent.unique_id: agent.row for agent in model.agents}
    assert len(model.datacollector.model_vars["n"]) == 5


def test_batch_run():
    scenario = small(weeks=4)
    rows = mesa.batch_run(
        PeerSupportModel,
        {"scenario": [scenario], "replicate": range(3)},
        data_collection_period=1,
        display_progress=False,
    )
    assert len(rows) == 3 * 4
    compiled = ps.run(scenario, replicates=3).weekly
    assert [row["identity"] for row in rows] == compiled["identity"].tolist()


def test_batch_run_may_leave_out_the_seed():
    assert PeerSupportModel(small(), seed=None).seed == 1


# the horizon, and what is refused ---------------------------------------------


def test_the_horizon():
    model = PeerSupportModel(small(), weeks=3)
    assert model.scenario.horizon_weeks == 3
    assert np.isnan(model.measures["identity"])
    with pytest.raises(RuntimeError, match="week 0 of 3"):
        model.results()
    for week in range(3):
        assert model.running
        assert model.week == model.steps == week
        model.step()
    assert not model.running
    assert model.week == 3
    held = copied(model.world)
    with pytest.raises(RuntimeError, match="horizon of 3 weeks is reached"):
        model.step()
    model.run_model()
    assert same(tuple(held), tuple(copied(model.world)))
    assert len(model.results().weekly) == 3


def test_a_change_beyond_the_horizon_is_refused():
    with pytest.raises(ps.ScenarioError):
        PeerSupportModel(small({"changes": [{"week": 9, "set": {"culture.valuing": 0.5}}]}), weeks=5)


def test_logs_grow():
    model = PeerSupportModel(busy({"model.discharge_base": 0.3}, teams=[a_team(users_per_peer=40)], weeks=80))
    rooms = len(model.world.events)
    model.run_model()
    assert len(model.world.events) > rooms
    assert len(model.results().events) == model.world.provider[0].n_events


@pytest.mark.parametrize("key", ["seed", "replicate"])
@pytest.mark.parametrize("value", [-1, 2**32, 0.5, "1"])
def test_a_key_of_chance_is_a_whole_number(key, value):
    with pytest.raises(ValueError, match=f"{key}: found {value!r}; allowed: a whole number from 0 to 4294967295"):
        PeerSupportModel(small(), **{key: value})


def test_a_scenario_is_asked_for():
    with pytest.raises(TypeError, match=r"allowed: a Scenario .*in a list"):
        PeerSupportModel(("name", "small"))
    model = PeerSupportModel(small())
    with pytest.raises(AttributeError, match="make a new model"):
        model.scenario = small()


@pytest.mark.parametrize("version", ["2.4.0", "3.2.9"])
def test_an_old_mesa_is_named(monkeypatch, version):
    monkeypatch.setattr(mesa, "__version__", version)
    with pytest.raises(ImportError, match=f"Mesa 3.3 or newer; found {version}: pip install"):
        PeerSupportModel(small())


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_model_is_made_again_not_copied(duplicate):
    with pytest.raises(TypeError, match="same scenario, seed and replicate"):
        duplicate(PeerSupportModel(small()))


def test_all_who_act_have_a_record():
    assert set(RECORDS) == {step.who for step in WEEK} == set(FIELDS)
