"""peersim sensitivity, on real sweeps: what matters, in words and numbers, and refusals that help."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

import peersim
from peersim.analysis.exploration.sensitivity import sensitivity
from peersim.cli import app
from peersim.results.files import manifest
from tests.commands import assert_refused, call, start
from tests.studies import small

FACTORS = {
    "support.supervision.every_weeks": [1, 4, 16],
    "identity.formalisation": {"low": 0.1, "high": 0.9},
    "costs.hire": {"low": 100, "high": 2000},
}
OUTCOMES = ["identity", "cost_per_year", "retention_24m", "annual_leaving_rate", "exhaustion"]


def swept(tmp_path_factory, design, **content):
    folder = tmp_path_factory.mktemp("sweeps") / "study"
    peersim.sweep(
        small.study(factors=FACTORS, design=design, outcomes=OUTCOMES, levels=4, **content), folder, workers=1
    )
    return folder


@pytest.fixture(scope="module")
def saltelli(tmp_path_factory):
    return swept(tmp_path_factory, {"saltelli": 16}, replicates=10)


@pytest.fixture(scope="module")
def morris(tmp_path_factory):
    return swept(tmp_path_factory, {"morris": 8}, replicates=4)


def said(done):
    assert (done.exit_code, done.stderr) == (0, "")
    return " ".join(done.stdout.split())


def test_what_identity_depends_on(saltelli):
    text = said(call("sensitivity", saltelli, "--outcome", "identity"))
    assert "Sobol' indices: Small, 128 points, 10 replicates each, seed 1" in text
    assert "factor total 95 % interval first 95 % interval told from chance" in text
    assert "Peer identity depends most on: " in text
    assert "of the variance between points" in text
    assert "identity.formalisation" in text
    assert "outcomes are shown" not in text


def test_elementary_effects_know_that_a_price_moves_costs_alone(morris):
    text = said(call("sensitivity", morris, "--outcome", "cost_per_year", "--outcome", "identity"))
    assert "Morris' elementary effects: Small, 32 points" in text
    assert "costs.hire by £" in text
    assert ", upwards (mu*, 95 % interval £" in text
    found = peersim.load_sweep(morris).responses
    assert sensitivity(found, "identity").table.loc["costs.hire", "mu_star"] == 0.0
    assert sensitivity(found, "cost_per_year").table.loc["costs.hire", "told"]


def test_by_default_a_few_outcomes_are_shown_and_what_cannot_be_analysed_is_left_out(morris):
    text = said(call("sensitivity", morris))
    assert "3 of 4 outcomes are shown; others with --outcome, all with --out and --json." in text
    assert "Left out: outcome retention_24m: fewer than two replicates with a value at 32 of 32 points" in text
    assert "Exhaustion" not in text


def test_json_and_nothing_else(saltelli):
    with start("sensitivity", saltelli, "--json") as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    found = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert (found["study"], found["method"]) == ("Small", "sobol")
    assert [one["outcome"] for one in found["outcomes"]] == [name for name in OUTCOMES if name != "retention_24m"]
    assert list(found["left_out"]) == ["retention_24m"]
    responses = peersim.load_sweep(saltelli).responses
    assert found["outcomes"][0] == json.loads(json.dumps(sensitivity(responses, "identity").to_dict()))


def test_a_narrow_window_is_not_overrun(morris):
    out = CliRunner().invoke(app, ["sensitivity", str(morris)], env={"COLUMNS": "100"}).stdout
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 100


def test_a_folder_with_everything(saltelli, tmp_path):
    folder = tmp_path / "found"
    text = said(call("sensitivity", saltelli, "--outcome", "identity", "--outcome", "exhaustion", "--out", folder))
    assert f"Files are in {folder}" in text
    about = manifest(folder)
    assert (about["kind"], about["study"], about["method"]) == ("sensitivity", "Small", "sobol")
    assert about["outcomes"] == ["identity", "exhaustion"]
    assert {entry["name"] for entry in about["files"]} == {
        "chance.csv",
        "factors.csv",
        "pairs.csv",
        "sensitivity.json",
        "figures/overview.png",
        *(f"figures/{kind}_{name}.png" for kind in ("factors", "pairs") for name in ("identity", "exhaustion")),
    }
    table = pd.read_csv(folder / "factors.csv", index_col=["outcome", "factor"]).loc["identity"]
    expected = sensitivity(peersim.load_sweep(saltelli).responses, "identity").table
    pd.testing.assert_frame_equal(table, expected, rtol=1e-12)
    assert len(pd.read_csv(folder / "pairs.csv")) == 2 * 3
    assert_refused(call("sensitivity", saltelli, "--out", folder), "--out", "found")


def test_the_seed_is_that_of_the_resampling(saltelli):
    one, same, other = (
        call("sensitivity", saltelli, "--outcome", "identity", "--seed", seed, "--json").stdout for seed in (1, 1, 2)
    )
    assert one == same
    assert json.loads(one)["outcomes"][0]["factors"] != json.loads(other)["outcomes"][0]["factors"]


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--method", "morris"], ["design saltelli cannot give Morris' elementary effects", "method sobol or pawn"]),
        (["--method", "sobl"], ["method sobl: no such method. Did you mean 'sobol'?"]),
        (["--method", "pawn"], ["32 rows are too few for PAWN indices", "100 independent rows"]),
        (["--outcome", "identiy"], ["--outcome identiy: no such outcome. Did you mean 'identity'?"]),
        (
            ["--outcome", "retention_24m"],
            ["outcome retention_24m: fewer than two replicates with a value at 128 of 128"],
        ),
    ],
)
def test_refusals(saltelli, options, parts):
    assert_refused(call("sensitivity", saltelli, *options), *parts)


def test_a_folder_that_is_no_study(tmp_path):
    assert_refused(call("sensitivity", tmp_path / "nothing"), "nothing: no such folder")
    assert_refused(call("sensitivity", tmp_path), "is not a folder of results")


def test_a_design_without_a_method_is_told_which_have_one(tmp_path):
    peersim.sweep(small.study(replicates=1), tmp_path / "grid", workers=1)
    done = call("sensitivity", tmp_path / "grid")
    assert_refused(done, "study Small: design grid does not say which factors matter most", "design: {saltelli: N}")
