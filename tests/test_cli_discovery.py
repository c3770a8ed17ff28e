"""peersim discover and robustness on a study that was really run: answers in words, complete folders, refusals."""

import json

import pandas as pd
import pytest

import peersim
from peersim.analysis.exploration.discovery import peeling
from tests.commands import assert_refused, call
from tests.studies.small import base

CROSSED = {
    "name": "Supervision in teams under pressure",
    "levers": {"support.supervision.every_weeks": [1, 16], "support.supervision.by": ["team_manager", "external"]},
    "uncertainties": {"teams.pressure": {"low": 0.1, "high": 0.9}},
    "design": {"levers": "grid", "uncertainties": {"latin_hypercube": 14}},
    "replicates": 4,
    "outcomes": ["identity", "exhaustion"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("study") / "crossed"
    peersim.sweep(peersim.study({**CROSSED, "base": base()}), place)
    return place


@pytest.fixture(scope="module")
def middle(folder):
    """A threshold that half of the points are below."""
    return round(float(peersim.load_sweep(folder).responses.of("identity")["mean"].median()), 4)


# discover -------------------------------------------------------------------------


def test_discover_answers_in_words(folder, middle):
    done = call("discover", folder, "--when", f"identity < {middle}", "--method", "cart")
    assert (done.exit_code, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    assert (
        f"Where identity < {middle:g}: Supervision in teams under pressure, 56 points, 4 replicates each, seed 1"
        in text
    )
    for part in ("Box 1: “", "% of such points are cases", "within chance of the threshold", "tried on that part"):
        assert part in text
    assert "Density: share of the points in a box that are cases." in text


def test_discover_with_peeling_shows_what_else_could_be_chosen(folder, middle, monkeypatch):
    monkeypatch.setattr(peeling, "PATIENCE", (0.2,))  # quicker
    done = call("discover", folder, "--when", f"identity < {middle}")
    assert done.exit_code == 0
    text = " ".join(done.stdout.split())
    assert "boxes looked at, by how many factors they limit" in text
    assert "quasi-p" in text


def test_discover_as_json_is_the_analysis(folder, middle):
    done = call("discover", folder, "--when", f"identity < {middle}", "--method", "cart", "--seed", 5, "--json")
    found = json.loads(done.stdout)
    assert (found["points"], found["failed"], found["seed"], found["method"]) == (56, 0, 5, "cart")
    responses = peersim.load_sweep(folder).responses
    assert found["cases"] == int((responses.of("identity")["mean"] < middle).sum())
    assert found == json.loads(
        call("discover", folder, "--when", f"identity<{middle}", "--method", "cart", "--seed", 5, "--json").stdout
    )


def test_discover_fills_a_folder(folder, middle, tmp_path):
    out = tmp_path / "found"
    done = call("discover", folder, "--when", f"identity < {middle}", "--method", "cart", "--out", out)
    assert f"Files are in {out}" in done.stdout
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["condition"]) == ("discovery", f"identity < {middle:g}")
    named = {file["name"] for file in manifest["files"]}
    assert {"discovery.json", "points.csv", "trajectory.csv", "figures/boxes.png"} <= named
    points = pd.read_csv(out / "points.csv")
    assert len(points) == 56
    assert points["case"].sum() == json.loads((out / "discovery.json").read_text(encoding="utf-8"))["cases"]
    assert_refused(
        call("discover", folder, "--when", "identity < 0.5", "--out", out), "exists already and is not empty"
    )


def test_discover_says_that_there_is_no_case(folder):
    done = call("discover", folder, "--when", "identity < 0.01")
    assert done.exit_code == 0
    assert "No point is a case, so there is nothing to tell apart" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--when", "trust < 0.5"), ("--when trust: no such outcome", "Allowed here: identity, exhaustion")),
        (("--when", "identity is low"), ("--when 'identity is low'", "is no comparison", "retention_12m < 0.7")),
        (("--when", "identity < 0.5", "--method", "tree"), ("method tree", "prim, cart")),
    ],
)
def test_discover_refuses(folder, arguments, parts):
    assert_refused(call("discover", folder, *arguments), *parts)


@pytest.mark.parametrize("command", [("discover", "--when", "identity < 0.5"), ("robustness",)])
def test_what_is_no_study_is_refused(command, tmp_path):
    assert_refused(call(command[0], tmp_path / "nowhere", *command[1:]), "nowhere: no such folder")


# robustness -----------------------------------------------------------------------


def test_robustness_answers_in_words(folder, middle):
    done = call("robustness", folder, "--outcome", "identity", "--when", f"identity >= {middle}")
    assert (done.exit_code, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    assert "4 policies in 14 states of the world: Supervision in teams under pressure" in text
    for part in (
        "Peer identity (higher is better)",
        "Best on average: “",
        "Safest",
        "Least regret",
        "of the states of the",
    ):
        assert part in text
    assert "Exhaustion" not in text


def test_robustness_as_json_is_the_analysis(folder):
    found = json.loads(call("robustness", folder, "--json").stdout)
    assert (len(found["policies"]), found["states"], list(found["outcomes"])) == (4, 14, ["identity", "exhaustion"])
    responses = peersim.load_sweep(folder).responses
    means = responses.of("identity")["mean"].to_numpy().reshape(4, 14)
    judged = pd.DataFrame(found["outcomes"]["identity"]["policies"])
    assert judged["mean"].tolist() == pytest.approx(means.mean(axis=1).tolist())
    assert judged["max_regret"].tolist() == pytest.approx((means.max(axis=0) - means).max(axis=1).tolist())


def test_robustness_fills_a_folder(folder, middle, tmp_path):
    out = tmp_path / "judged"
    done = call("robustness", folder, "--outcome", "identity", "--when", f"identity >= {middle}", "--out", out)
    assert done.exit_code == 0
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["outcomes"]) == ("robustness", ["identity"])
    tables = {name: pd.read_csv(out / f"{name}.csv") for name in ("policies", "regret", "condition")}
    assert [len(table) for table in tables.values()] == [4, 56, 4]
    assert tables["regret"]["regret"].min() == 0.0
    assert (out / "figures" / "regret_identity.png").is_file()


def test_robustness_refuses(folder):
    assert_refused(call("robustness", folder, "--outcome", "trust"), "--outcome trust: no such outcome", "identity")
    assert_refused(call("robustness", folder, "--when", "identity"), "--when 'identity'", "is no comparison")
