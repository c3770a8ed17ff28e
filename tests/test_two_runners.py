"""One model, run compiled, agent by agent through Mesa, or as plain Python: equal to the last bit."""

import ast
import hashlib
import inspect
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peersim as ps
from peersim import week
from peersim.behaviours.founding import found
from peersim.behaviours.measurement import close_books
from peersim.model import PeerSupportModel
from peersim.scenario.switches import SWITCHABLE
from peersim.week import WEEK, live_week
from peersim.world.build import build
from tests.scenario.strategies import scenarios
from tests.worlds import a_team, busy, copied, same

ROOT = Path(__file__).resolve().parent.parent
CONFIGS = [ROOT / "configs" / "baseline.yaml", *sorted((ROOT / "configs" / "cases").glob("*.yaml"))]
SEEDS = st.integers(0, 2**32 - 1)

SCENARIOS = {
    "demonstration": ps.demo().with_({"horizon_weeks": 104}),
    "busy": busy(),
    "voluntary": busy({"sector": "voluntary"}),
    "partnership": busy({"sector": "partnership"}),
    "teams of all sizes": busy(
        teams=[
            a_team("alone", peers=1, clinicians=1, users_per_peer=1),
            a_team("three", peers=3, clinicians=7, users_per_peer=9, community=0.9),
            a_team("pair", peers=2, clinicians=12),
            a_team("many", peers=1, count=6),
        ]
    ),
    "changes and ramps": busy().with_(
        {
            "changes": [
                {"week": 4, "set": {"support.supervision.every_weeks": 1, "valuing.pay_parity": 1.0}, "over_weeks": 8},
                {"week": 9, "set": {"culture.valuing": 0.9, "support.supervision.by": "external"}},
                {"week": 20, "set": {"structure.weeks_to_hire": 0, "identity.background_matching": 1.0}},
            ]
        }
    ),
}


def recorded(array, count=None):
    return array[:count].tobytes()


def assert_equal(one, other, when):
    """Every array of two worlds is the same, bit for bit; of the logs, what is used of them."""
    provider = other.provider[0]
    used = {"events": provider.n_events, "spells": provider.n_spells}
    for name, array in other._asdict().items():
        count = used.get(name)
        assert count is None or count <= min(len(array), len(getattr(one, name))), "a log was too short"
        assert recorded(getattr(one, name), count) == recorded(array, count), f"{name} differ {when}"


def assert_two_runners_agree(scenario, *, seed=1, replicate=0, by_team=True):
    """The Mesa model and the compiled week agree in every state of everybody, every week."""
    weeks = scenario.horizon_weeks
    model = PeerSupportModel(scenario, seed=seed, replicate=replicate, by_team=by_team)
    world = build(scenario, seed=seed, replicate=replicate, weeks=weeks, by_team=by_team)
    large = build(scenario, weeks=26 * weeks + 26)  # the model's logs grow, these do not
    world = world._replace(events=large.events, spells=large.spells)
    found(world)
    assert_equal(model.world, world, "at the start")
    for number in range(weeks):
        live_week(world)
        if number == weeks - 1:
            close_books(world)
        model.step()
        assert_equal(model.world, world, f"after week {number}")
    assert not model.running
    return model


# Mesa and compiled ------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_mesa_equals_the_compiled_week(name):
    model = assert_two_runners_agree(SCENARIOS[name], seed=7, replicate=3)
    assert model.world.provider[0].n_events > 0


@pytest.mark.parametrize("mechanism", SWITCHABLE)
def test_mesa_equals_the_compiled_week_with_a_mechanism_off(mechanism):
    assert_two_runners_agree(busy({"model.off": [mechanism]}, weeks=12))


def test_mesa_equals_the_compiled_week_with_everything_off():
    assert_two_runners_agree(busy({"model.off": list(SWITCHABLE)}, weeks=5))


@settings(max_examples=40)
@given(scenarios(max_teams=4, max_horizon=25), SEEDS, SEEDS, st.booleans())
def test_mesa_equals_the_compiled_week_in_any_scenario(scenario, seed, replicate, by_team):
    assert_two_runners_agree(scenario, seed=seed, replicate=replicate, by_team=by_team)


def test_there_are_scenario_files():
    assert len(CONFIGS) == 11, "the baseline and the ten cases"


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_mesa_equals_the_ensemble_in_the_scenario_files(path):
    scenario = ps.load(path)
    model = PeerSupportModel(scenario, seed=5, replicate=2, by_team=True)
    model.run_model()
    assert_same_batch(model.batch(), compiled_batch(scenario, seed=5, replicate=2))


# what is recorded -------------------------------------------------------------


def compiled_batch(scenario, seed, replicate):
    (batch,) = ps.chunks(scenario, 1, seed=seed, first=replicate, by_team=True)
    return batch


def assert_same_batch(one, other):
    assert one.first == other.first
    assert same(one.weekly, other.weekly)
    assert same(one.team_weekly, other.team_weekly)
    assert same(tuple(one.spells), tuple(other.spells))
    assert same(tuple(one.events), tuple(other.events))


@pytest.mark.parametrize("name", SCENARIOS)
def test_records_of_the_model_are_those_of_the_ensemble(name):
    scenario = SCENARIOS[name]
    model = PeerSupportModel(scenario, seed=11, replicate=4, by_team=True)
    model.run_model()
    assert_same_batch(model.batch(), compiled_batch(scenario, seed=11, replicate=4))


@settings(max_examples=15)
@given(scenarios(max_teams=3, max_horizon=25), SEEDS)
def test_records_of_the_model_are_those_of_the_ensemble_in_any_scenario(scenario, seed):
    model = PeerSupportModel(scenario, seed=seed, by_team=True)
    model.run_model()
    assert_same_batch(model.batch(), compiled_batch(scenario, seed=seed, replicate=0))


def test_a_run_of_one_replicate_has_the_same_tables():
    scenario = busy(weeks=30)
    model = PeerSupportModel(scenario, seed=9)
    model.run_model()
    compiled = ps.run(scenario, replicates=1, seed=9)
    assert repr(model.results()) == repr(compiled)
    for table in ("weekly", "people", "events"):
        assert getattr(model.results(), table).equals(getattr(compiled, table))


# the order of the week --------------------------------------------------------


def behaviours_called(function):
    """Behaviours that a function of `peersim.week` calls, its parts' included, as (file, name)."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(function))) if isinstance(node, ast.Call)]
    for call in calls:
        match call.func:
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                yield f"peersim.behaviours.{module}", name
            case ast.Name(id=name) if hasattr(week, name):
                yield from behaviours_called(plain(getattr(week, name)))


def plain(behaviour):
    return getattr(behaviour, "py_func", behaviour)


def test_both_weeks_name_the_same_behaviours():
    listed = Counter((plain(step.behaviour).__module__, plain(step.behaviour).__name__) for step in WEEK)
    assert listed == Counter(behaviours_called(plain(live_week)))


@settings(max_examples=15)
@given(scenarios(max_teams=3, max_horizon=8), SEEDS)
def test_going_through_the_list_equals_the_compiled_week(scenario, seed):
    worlds = [build(scenario, seed=seed, weeks=scenario.horizon_weeks) for _ in range(2)]
    for world in worlds:
        found(world)
    listed, compiled = worlds
    for _ in range(scenario.horizon_weeks):
        for step in WEEK:
            if step.who == "provider":
                step.behaviour(listed)
            else:
                for row in range(len(getattr(listed, step.who))):
                    step.behaviour(listed, row)
        listed.provider[0].week += 1
        live_week(compiled)
        assert same(tuple(copied(listed)), tuple(copied(compiled)))


# compiled and plain Python ----------------------------------------------------


def digest_of_runs():
    """A digest of a tiny world after a few weeks, lived compiled and through Mesa."""
    scenario = busy({"model.task_occasions": 3, "model.meetings": 3}, weeks=10)
    model = PeerSupportModel(scenario, seed=3, by_team=True)
    model.run_model()
    world = build(scenario, seed=3, weeks=10, by_team=True)
    week.live(world, 10)
    assert_equal(model.world, world, "at the end")
    digest = hashlib.sha256()
    for name in ("provider", "teams", "peers", "clinicians", "managers", "users", "weekly", "team_weekly"):
        digest.update(recorded(getattr(world, name)))
    digest.update(recorded(world.events, world.provider[0].n_events))
    digest.update(recorded(world.spells, world.provider[0].n_spells))
    return digest.hexdigest()


@pytest.mark.parametrize("disabled", ["0", "1"])
def test_plain_python_equals_compiled(disabled):
    done = subprocess.run(
        [sys.executable, "-c", "from tests.test_two_runners import digest_of_runs; print(digest_of_runs())"],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": disabled},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == digest_of_runs()
