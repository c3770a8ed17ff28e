"""The five themes of the study have the right sign in the shipped scenarios, on paired seeds."""

from pathlib import Path

import pytest

import peersim as ps

CONFIGS = Path(__file__).parent.parent / "configs"
PAIRS = 150

# Scenario -> what it does to each outcome, as against the baseline: 1 raises, -1 lowers.
EXPECTED = {
    "lone_and_isolated": {"identity": -1, "isolation": 1, "exhaustion": 1, "annual_leaving_rate": 1},
    "professionalised": {"identity": -1, "trust": -1, "empowerment": -1, "role_clarity": 1},
    "unsupervised": {"identity": -1, "exhaustion": 1, "wellbeing": -1, "retention_24m": -1, "annual_leaving_rate": 1},
    "drowned_in_generic_tasks": {"identity": -1, "generic_share": 1, "exhaustion": 1, "annual_leaving_rate": 1},
    "unvalued": {"identity": -1, "felt_value": -1, "retention_12m": -1, "vacancy_rate": 1, "culture_valuing": -1},
    "well_introduced": {"identity": 1, "retention_12m": 1, "wellbeing": 1, "trust": 1, "culture_valuing": 1},
}


@pytest.fixture(scope="module")
def baseline():
    return ps.run(ps.load(CONFIGS / "baseline.yaml"), PAIRS, seed=7).per_replicate


def paired(scenario, baseline):
    """Mean difference and its standard error, by outcome."""
    difference = ps.run(scenario, PAIRS, seed=7).per_replicate - baseline
    return difference.mean(), difference.sem()


@pytest.mark.parametrize("name", EXPECTED)
def test_ways_in_which_the_role_erodes(name, baseline):
    mean, error = paired(ps.load(CONFIGS / f"{name}.yaml"), baseline)
    for outcome, sign in EXPECTED[name].items():
        assert sign * mean[outcome] > 2 * error[outcome], outcome


@pytest.mark.parametrize("sector", ["nhs_trust", "voluntary", "partnership"])
@pytest.mark.parametrize("community", [0.2, 0.95])
def test_formalisation_harms_in_every_sector_and_community(sector, community):
    low = ps.load(CONFIGS / "baseline.yaml").with_(
        {"sector": sector, "teams.community": community, "identity.formalisation": 0.2, "horizon_weeks": 104}
    )
    high = low.with_({"identity.formalisation": 0.8})
    mean, error = paired(high, ps.run(low, PAIRS, seed=7).per_replicate)
    assert mean["identity"] < -2 * error["identity"]
    assert mean["trust"] < -2 * error["trust"]
    assert mean["role_clarity"] > 2 * error["role_clarity"]


def test_the_second_peer_matters_because_peers_seek_each_other_out():
    """Without that preference, peer group and exchange a second peer brings next to nothing (closed form, 6.4)."""
    one = ps.load(CONFIGS / "baseline.yaml").with_({"support.peer_group_every_weeks": 0, "horizon_weeks": 104})
    two, three, four = (one.with_({"teams.peers": peers}) for peers in (2, 3, 4))
    identity = [ps.run(teams, PAIRS, seed=7).per_replicate["identity"].mean() for teams in (one, two, three, four)]
    assert identity[1] - identity[0] > 2 * (identity[3] - identity[2])
    off = [scenario.with_({"model.off": ["peer_support"]}) for scenario in (one, two)]
    without = [ps.run(scenario, PAIRS, seed=7).per_replicate["identity"].mean() for scenario in off]
    assert abs(without[1] - without[0]) <= 0.03


def test_sectors_differ_by_expectations_only():
    """Given the same expectations, the voluntary sector is the NHS trust under another name."""
    priors = {"model.stance_voluntary": 0.62, "model.norm_voluntary": 0.3}
    trust = ps.load(CONFIGS / "baseline.yaml")
    same = trust.with_({"sector": "voluntary", **priors})
    assert ps.run(trust, 20, seed=7).per_replicate.equals(ps.run(same, 20, seed=7).per_replicate)


def test_peers_are_not_more_fragile_than_clinicians():
    outcomes = ps.run(ps.load(CONFIGS / "baseline.yaml"), PAIRS, seed=7).outcomes["mean"]
    assert abs(outcomes["exhaustion"] - outcomes["clinician_exhaustion"]) < 0.3 * 0.16
