"""peersim surface: from a study that was run to a surface with its error, and refusals that help."""

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib import image

from peersim.analysis.exploration.metamodel.metamodel import interpolate
from peersim.studies.folder import load
from tests.commands import assert_refused, call
from tests.studies.small import write_files

EVERY, FORMALISATION = "support.supervision.every_weeks", "identity.formalisation"


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("surfaces")
    factors = {
        EVERY: [0, 1, 4, 16],
        FORMALISATION: {"low": 0.1, "high": 0.9},
        "support.supervision.by": ["team_manager"],
    }
    file = write_files(folder, factors=factors, levels=4, replicates=4, outcomes=["identity", "cost_per_year"])
    done = call("sweep", file, "--out", folder / "out")
    assert done.exit_code == 0, done.output
    return folder / "out"


def said(done):
    assert (done.exit_code, done.stderr) == (0, "")
    return " ".join(done.stdout.split())


def test_a_curve_with_its_error_in_words(swept):
    text = said(call("surface", swept, "--x", EVERY))
    model = interpolate(load(swept).responses, "identity")
    assert "Peer identity, interpolated: Small, 16 points, 4 replicates each, seed 1" in text
    assert " ".join(model.in_words().split()) in text
    assert f"Held: {FORMALISATION} at 0.5." in text
    rows = [line for line in call("surface", swept, "--x", EVERY).stdout.splitlines() if line[:1].isdigit()]
    assert [row.split()[0] for row in rows] == ["1", "4", "16", "0"]
    assert rows[-1].startswith("0 (none)")
    for row, mean in zip(rows, model.profile(EVERY)["mean"], strict=True):
        assert f" {mean:.3f} " in row


def test_a_surface_has_the_first_factor_down_and_the_second_across(swept):
    text = said(call("surface", swept, "--x", EVERY, "--y", FORMALISATION, "--outcome", "cost_per_year"))
    assert f"{EVERY} \\ {FORMALISATION} 0.1 0.3667 0.6333 0.9" in text
    assert "Held" not in text
    table = interpolate(load(swept).responses, "cost_per_year").surface(EVERY, FORMALISATION)
    assert " ".join(f"£{mean:,.0f}" for mean in table["mean"][:4]) in text


def test_for_other_programs_as_json(swept):
    done = call("surface", swept, "--x", FORMALISATION, "--at", f"{EVERY}=16", "--kind", "gp", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    content = json.loads(done.stdout)
    model = interpolate(load(swept).responses, "identity", "gp")
    assert content["errors"] == model.to_dict()["errors"]
    assert content["held"] == {EVERY: 16.0}
    expected = model.profile(FORMALISATION, {EVERY: 16})
    pd.testing.assert_frame_equal(pd.DataFrame(content["table"]), expected.astype(float), check_column_type=False)


def test_a_folder_with_table_figure_and_manifest(swept, tmp_path):
    out = tmp_path / "surface"
    text = said(call("surface", swept, "--x", EVERY, "--y", FORMALISATION, "--out", out))
    assert f"Files are in {out}" in text
    table = pd.read_csv(out / "surface.csv")
    assert list(table) == [EVERY, FORMALISATION, "mean", "low", "high", "shape_low", "shape_high"]
    expected = interpolate(load(swept).responses, "identity").surface(EVERY, FORMALISATION, steps=41)
    np.testing.assert_allclose(table, expected.astype(float))
    assert image.imread(out / "figures" / "surface.png")[..., :3].std() > 0.02
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "surface"
    assert manifest["metamodel"]["errors"]["gp"]["rmse"] > 0
    assert manifest["metamodel"]["learnt_with"].startswith("scikit-learn ")
    assert {entry["name"] for entry in manifest["files"]} == {"surface.csv", "figures/surface.png"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--x", "teams.peers"],
            "factor teams.peers: the study does not vary it; allowed here: support.supervision.every",
        ),
        (["--x", EVERY, "--y", "identity"], "factor identity: the study does not vary it"),
        (
            ["--x", "support.supervision.by"],
            f"support.supervision.by: the study does not vary it; allowed here: {EVERY}",
        ),
        (["--x", EVERY, "--outcome", "hope"], "--outcome hope: no such outcome. Allowed here: identity, cost_per_year"),
        (
            ["--x", EVERY, "--at", FORMALISATION],
            f"--at {FORMALISATION}: expected KEY=VALUE, such as identity.formalisation",
        ),
        (["--x", EVERY, "--at", f"{FORMALISATION}=2"], f"held at {FORMALISATION}=2: allowed here: 0.1 to 0.9"),
        (["--x", EVERY, *(["--at", f"{FORMALISATION}=0.2"] * 2)], "--at: a factor is held at one value"),
        (["--x", EVERY, "--kind", "spline"], "kind of metamodel spline: allowed here: gp, boosting"),
        (["--x", EVERY, "--y", EVERY], "a surface needs two different factors"),
    ],
)
def test_what_cannot_be_shown_is_refused(swept, options, told, tmp_path):
    assert_refused(call("surface", swept, *options, "--out", tmp_path / "out"), told)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_no_study_is_refused(tmp_path):
    assert_refused(call("surface", tmp_path / "nowhere", "--x", EVERY), "nowhere", "no such folder")
