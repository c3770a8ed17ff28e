"""Searching for the best policies under a budget: what it finds, that it repeats, and what it refuses."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import peersim as ps
from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.policies.front import COST, hypervolume, losses, on_front
from peersim.results import files
from peersim.results.files import OutputError
from peersim.studies import optimise as module
from peersim.studies import work as working
from peersim.studies.engines import engine
from peersim.studies.store import opened
from peersim.studies.work import evaluate
from tests.studies import small

OBJECTIVES = ("identity", "annual_leaving_rate", COST)
LEVERS = {
    "support.supervision.every_weeks": [1, 2, 4, 8],
    "support.supervision.by": ["team_manager", "peer_lead", "external"],
    "valuing.pay_parity": {"low": 0.8, "high": 1.2},
    "valuing.team_training_per_year": [0, 2, 6],
}
FEW = {"support.supervision.every_weeks": [1, 4], "valuing.pay_parity": [0.8, 0.9, 1.0]}
BUDGET = 64_000
QUICK = {"objectives": OBJECTIVES, "population": 8, "generations": 5, "states": 4}
TABLES = (
    "front.csv",
    "candidates.parquet",
    "convergence.csv",
    "robustness.csv",
    "states.csv",
    "summary.json",
    "knee.yaml",
)


def study(**content):
    content = {"name": "Small search", "base": small.base(), "levers": LEVERS, "replicates": 6, "seed": 3} | content
    return ps.study(content)


@pytest.fixture(scope="module")
def unsure():
    return study(uncertainties={"teams.pressure": {"low": 0.2, "high": 0.9}, "sector": ["nhs_trust", "voluntary"]})


@pytest.fixture(scope="module")
def searched(unsure, tmp_path_factory):
    place = tmp_path_factory.mktemp("search") / "out"
    return ps.optimise(unsure, BUDGET, place, **QUICK), place


def digests(folder):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in TABLES}


@pytest.fixture
def nothing_is_run(monkeypatch):
    def refuse(*_):
        raise AssertionError("work that was done already")

    monkeypatch.setattr(working, "compute", refuse)


# what it finds ----------------------------------------------------------------


def test_the_search_comes_near_the_front_of_all_policies(tmp_path):
    levers = LEVERS | {"valuing.pay_parity": [0.8, 0.9, 1.0, 1.1]}
    chosen, store = study(levers=levers), tmp_path / "store"
    grid = ps.optimise(
        chosen, BUDGET, tmp_path / "all", store=store, objectives=OBJECTIVES, population=36, generations=4
    )
    found = ps.optimise(
        chosen, BUDGET, tmp_path / "some", store=store, objectives=OBJECTIVES, population=8, generations=9
    )
    everything, some = grid.candidates, found.candidates
    assert (len(everything), grid.possible) == (144, 144)
    assert len(some) < 72 + 1
    merged = some.merge(everything, on="scenario", suffixes=("", "_grid"))
    assert len(merged) == len(some)
    assert all((merged[name] == merged[f"{name}_grid"]).all() for name in OBJECTIVES)  # the same worlds
    front = everything[everything["on_front"]]
    lost, lost_some = (losses(table, OBJECTIVES) for table in (front, some[some["within_budget"]]))
    ends = lost.min(axis=0), lost.max(axis=0)
    assert hypervolume(lost_some, *ends) > 0.9 * hypervolume(lost, *ends)
    assert "All 144 policies were tried" in " ".join(grid.in_words())


def test_candidates_are_what_the_scenarios_give(searched, unsure):
    found, _ = searched
    row = found.candidates.iloc[17]
    changes = {lever.name: row[lever.name] for lever in found.levers}
    by_hand = ps.run(unsure.base.with_(changes), unsure.replicates, unsure.seed).per_replicate[list(OBJECTIVES)].mean()
    np.testing.assert_allclose(row[list(OBJECTIVES)].astype(float), by_hand, rtol=1e-12)


def test_the_budget_holds_and_nobody_on_the_front_is_outdone(searched):
    found, _ = searched
    table = found.candidates
    assert 0 < table["within_budget"].sum() < len(table)
    assert (table["within_budget"] == (table[COST] <= BUDGET)).all()
    expected = on_front(losses(table, OBJECTIVES), table["within_budget"].to_numpy())
    assert table.loc[table["on_front"], "scenario"].tolist() == table.loc[expected, "scenario"].unique().tolist()
    assert not table["scenario"].duplicated().any()


def test_the_front_is_told_in_fresh_replicates_from_the_cheapest(searched, unsure):
    found, _ = searched
    front = found.front
    assert front.index[0] == "today"
    assert front[COST][1:].is_monotonic_increasing
    n, m = unsure.replicates, found.fresh_replicates
    assert m == 5 * n
    again = ps.run(unsure.base, n + m, unsure.seed).per_replicate["identity"].to_numpy()[n:]
    policy = found.settings(found.knee)
    better = ps.run(unsure.base.with_(policy), n + m, unsure.seed).per_replicate["identity"].to_numpy()[n:]
    assert front.loc["today", "identity"] == pytest.approx(again.mean())
    assert front.loc[found.knee, "identity_change"] == pytest.approx((better - again).mean())
    cost = ps.run(unsure.base.with_(policy), n + m, unsure.seed).per_replicate[COST].to_numpy()[n:]
    assert front.loc[found.knee, "over_budget"] == (cost > BUDGET).mean()
    assert front.loc[found.knee, "on_front"]
    assert (front[COST][front["on_front"]] <= BUDGET).all()


def test_policies_meet_the_same_states_of_the_world(searched, unsure):
    found, _ = searched
    assert list(found.states) == ["teams.pressure", "sector"]
    assert len(found.states) == 4
    state = found.states.iloc[2].to_dict()
    for policy in ("today", found.knee):
        settings = {} if policy == "today" else found.settings(policy)
        by_hand = ps.run(unsure.base.with_(settings | state), unsure.replicates, unsure.seed).per_replicate[COST].mean()
        met = found.across.values[["policy", *found.states]].eq([policy, *state.values()]).all(axis=1)
        assert found.across.of(COST)["mean"][met].tolist() == [pytest.approx(by_hand)]
    costs = found.across.of(COST)["mean"][found.across.values["policy"] == "today"]
    assert found.across_states.loc["today", f"{COST}_worst"] == costs.max()
    assert found.across_states.loc["today", "within_budget"] == (costs <= BUDGET).mean()
    assert (found.across_states["identity_regret_most"] >= 0.0).all()


def test_without_uncertainties_nothing_is_said_of_robustness(tmp_path):
    found = ps.optimise(study(levers=FEW), BUDGET, tmp_path, **QUICK)
    assert found.robustness is None
    assert found.across_states is None
    assert "names no uncertainties" in " ".join(found.doubts())
    assert found.to_dict()["across_states"] is None
    assert not (tmp_path / "robustness.csv").exists()


def test_levers_may_be_bundles_and_whole_numbers_and_today_is_not_read_off_a_bundle(tmp_path):
    levers = {
        "Emphasis": {
            "levels": {"as now": {}, "care": {"support.supervision.wellbeing": 0.7, "support.supervision.task": 0.1}}
        },
        "teams.peers": {"low": 1, "high": 2},
        "Managers": {"keys": ["structure.manager_support.team", "structure.manager_support.middle"], "values": [0.7]},
        "Openness": {"keys": ["structure.flexibility", "culture.valuing"], "values": [0.4]},
    }
    found = ps.optimise(study(levers=levers), 200_000, tmp_path, **QUICK)
    assert len(found.candidates) == found.possible == 4
    assert found.settings("today") == {"Emphasis": None, "teams.peers": 1, "Managers": None, "Openness": 0.4}
    assert "Emphasis" in found.policy_in_words(found.knee)
    knee = ps.load(tmp_path / "knee.yaml")
    assert knee.n_peers == 2 * found.settings(found.knee)["teams.peers"]


def test_levels_that_make_the_same_scenario_are_one_policy_of_the_front(tmp_path):
    levers = {"Words": {"levels": {"one": {}, "other": {}}}, "valuing.pay_parity": [0.8, 0.9]}
    found = ps.optimise(study(levers=levers), BUDGET, tmp_path, **QUICK)
    assert len(found.candidates) == 4
    assert found.candidates["scenario"].nunique() == 2
    assert len(found.policies) <= 3


def test_a_policy_that_cannot_be_is_a_row_and_not_the_end(tmp_path):
    levers = {"horizon_weeks": [60, 70], "valuing.pay_parity": [0.8, 0.9]}
    base = small.base().with_({"changes": [{"week": 65, "set": {"structure.flexibility": 1.0}}], "horizon_weeks": 80})
    found = ps.optimise(study(base=base, levers=levers), BUDGET, tmp_path, **QUICK)
    failed = found.candidates["error"] != ""
    assert (found.candidates.loc[failed, "horizon_weeks"] == 60).all()
    assert failed.sum() == 2
    assert found.candidates.loc[failed, "identity"].isna().all()
    assert not found.candidates.loc[failed, "on_front"].any()


# doing it again -----------------------------------------------------------------


@pytest.mark.usefixtures("nothing_is_run")
def test_the_same_command_again_runs_nothing(searched, unsure):
    found, place = searched
    before = digests(place)
    again = ps.optimise(unsure, BUDGET, place, **QUICK)
    assert digests(place) == before
    pd.testing.assert_frame_equal(again.front, found.front)


def test_workers_and_interruptions_change_nothing(searched, unsure, tmp_path):
    _, place = searched

    def stop(done, _total):
        if done > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ps.optimise(unsure, BUDGET, tmp_path, workers=2, progress=stop, **QUICK)
    assert not (tmp_path / "manifest.json").exists()
    ps.optimise(unsure, BUDGET, tmp_path, workers=1, **QUICK)
    assert digests(tmp_path) == digests(place)


def test_another_seed_searches_elsewhere(searched, unsure, tmp_path):
    found, _ = searched
    other = ps.optimise(replace(unsure, seed=4), BUDGET, tmp_path, **QUICK)
    assert set(other.candidates["scenario"]) != set(found.candidates["scenario"])


def test_another_budget_in_the_same_folder_replaces_the_tables(tmp_path):
    ps.optimise(study(levers=FEW), 200_000, tmp_path, **QUICK)
    found = ps.optimise(study(levers=FEW), 62_000, tmp_path, **QUICK)
    assert files.of_kind(tmp_path, "optimisation")["budget"] == 62_000
    assert (pd.read_csv(tmp_path / "front.csv", index_col="policy")[COST][1:] <= 63_500).all()
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8")) == found.to_dict()


def test_worlds_of_a_sweep_are_used_again(tmp_path, monkeypatch):
    chosen = study(factors=FEW, levers={}, outcomes=["identity", COST])
    ps.sweep(chosen, tmp_path / "sweep")
    counted = []
    whole = working.compute
    monkeypatch.setattr(working, "compute", lambda units, version: counted.extend(units) or whole(units, version))
    options = QUICK | {"objectives": ("identity", COST)}
    found = ps.optimise(chosen, BUDGET, tmp_path / "search", store=tmp_path / "sweep" / "store", **options)
    again = {unit.content for unit in counted if unit.first == 0}
    assert not again & set(found.candidates["scenario"])


def test_replicates_can_be_looked_at_from_any_one(tmp_path):
    chosen = replace(study(), replicates=9, outcomes=("identity", "annual_leaving_rate", COST))
    scenarios = [chosen.base, ValueError("cannot be"), chosen.base.with_({"valuing.pay_parity": 1.0})]
    with engine(1) as at, opened(tmp_path) as store:
        base, failed, other = evaluate(chosen, scenarios, store, at, first=4)
    assert failed == "ValueError: cannot be"
    for scenario, found in ((scenarios[0], base), (scenarios[2], other)):
        whole = ps.run(scenario, 9, chosen.seed).per_replicate[list(chosen.outcomes)].to_numpy()
        assert found.shape == (5, 3)
        assert (found[:, [0, 2]] == whole[4:, [0, 2]]).all()
    # Pseudo-values are of the replicates looked at alone: their mean is the pooled rate of these.
    weekly = ps.run(chosen.base, 9, chosen.seed).weekly.query("replicate >= 4")
    in_post = weekly["peers_in_post"] + weekly["peers_left"] - weekly["peers_hired"]
    assert base[:, 1].mean() == pytest.approx(52 * weekly["peers_left"].sum() / in_post.sum(), rel=0.1)


# in words -----------------------------------------------------------------------


def test_in_words(searched):
    found, _ = searched
    text = " ".join(found.in_words())
    today = found.front.loc["today", COST]
    assert f"{abs(BUDGET - today):,.0f} {'below' if today <= BUDGET else 'above'} the budget of £64,000" in text
    assert f"is policy {found.knee}:" in text
    assert f"of {found.possible:,} policies were tried" in text
    assert "In 30 replicates that the search had not seen" in text
    assert "Over 4 states of the world (teams.pressure 0.2 to 0.9; sector nhs_trust, voluntary)" in text


def test_today_may_cost_more_than_the_budget(searched, unsure, tmp_path):
    found, place = searched
    budget = float(found.front.loc["today", COST]) - 1000
    other = ps.optimise(unsure, budget, tmp_path, store=place / "store", **QUICK)
    assert "£1,000 above the budget" in other.in_words()[0]
    assert (other.front[COST][other.front["on_front"]] <= budget).all()


def test_nothing_within_the_budget_names_the_cheapest(searched, unsure, tmp_path):
    _, place = searched
    with pytest.raises(QuestionError, match=r"budget 1,000: no policy within these ranges costs so little") as refusal:
        ps.optimise(unsure, 1000, tmp_path, store=place / "store", **QUICK)
    assert "The cheapest costs £" in str(refusal.value)
    assert "pay parity 0.8" in str(refusal.value)
    assert "Today costs £" in str(refusal.value)


# refusals -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ({"levers": {}, "uncertainties": FEW}, {}, "has no levers"),
        ({}, {"budget": 0}, "budget: found 0; allowed: pounds a year, above 0"),
        ({}, {"budget": -5.0}, "budget: found -5"),
        ({}, {"budget": float("nan")}, "budget: found nan"),
        ({}, {"objectives": ["identty", COST]}, "objective identty: no such outcome. Did you mean 'identity'?"),
        ({}, {"objectives": ["identity", "identity"]}, "objective identity: is there twice"),
        ({}, {"objectives": ["identity"]}, "as in --objective identity --objective cost_per_year"),
        ({}, {"objectives": ["identity", "trust", "hope", "recovery", COST]}, "found 5; allowed: 2 to 4"),
        ({}, {"objectives": ["retention_24m", COST]}, "takes at least 104 weeks, and the base scenario has 60"),
        ({}, {"population": 3}, "population: found 3; allowed: 4 or more"),
        ({}, {"generations": 0}, "generations: found 0; allowed: 1 or more"),
        ({}, {"states": 0}, "states: found 0"),
        ({"replicates": 1}, {}, "replicates: found 1; allowed: 2 or more"),
        ({"replicates": 1000}, {"population": 40, "generations": 40}, "Say --yes (yes=True)"),
    ],
)
def test_what_cannot_be_searched_is_refused(tmp_path, content, options, words):
    given = {"budget": BUDGET} | QUICK | options
    with pytest.raises(QuestionError) as refusal:
        ps.optimise(study(**content), given.pop("budget"), tmp_path / "out", **given)
    assert words in str(refusal.value)
    assert not (tmp_path / "out").exists()


def test_folders_of_other_things_are_refused(searched, unsure, tmp_path):
    _, place = searched
    with pytest.raises(OutputError, match="holds the study 'Small search'; name a new folder"):
        ps.optimise(study(name="Another"), BUDGET, place, **QUICK)
    swept = study(levers=FEW)
    ps.sweep(swept, tmp_path)
    with pytest.raises(OutputError, match=r"another kind \(study, not optimisation\).*--store"):
        ps.optimise(swept, BUDGET, tmp_path, **QUICK)
    with pytest.raises(OutputError, match=r"another kind \(optimisation, not study\)"):
        ps.sweep(unsure, place)


def test_a_design_that_is_not_used_is_told(tmp_path):
    said = []
    ps.optimise(study(levers=FEW, design={"latin_hypercube": 5}), BUDGET, tmp_path, told=said.append, **QUICK)
    assert said == ["the study's design (latin_hypercube) is not used: a search decides itself what it tries"]


def test_worlds_are_counted_before_they_are_run(searched, unsure):
    found, _ = searched
    ran = unsure.replicates * (1 + len(found.candidates) + (5 + 4) * len(found.policies))
    assert ran <= module.worlds_of(unsure, **found.effort)
    # All six policies, today, six times as many replicates of these seven; no uncertainties.
    assert module.worlds_of(study(levers=FEW), 8, 5, 4) == 6 * (1 + 6 + 6 * 7)
