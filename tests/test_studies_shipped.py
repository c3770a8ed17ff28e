"""The studies that come with it run, and show what `docs/studies.md` says of them; the page's examples are real."""

import dataclasses
import re
from pathlib import Path

import pytest
import yaml

import peersim as ps
from peersim.cli import app
from peersim.studies.reading import study as made
from tests.commands import call
from tests.studies.small import base

ROOT = Path(__file__).parent.parent
EXPERIMENTS = ROOT / "experiments"
PAGE = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")
SHIPPED = sorted(EXPERIMENTS.glob("*.yaml"))


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Means of a shipped study with fewer replicates, and only some of its points: outcome by factors."""
    folder = tmp_path_factory.mktemp("shipped")

    def means(name, replicates, levels):
        study = ps.load_study(EXPERIMENTS / f"{name}.yaml")
        factors = [
            dataclasses.replace(factor, levels=levels.get(factor.name, factor.levels)) for factor in study.factors
        ]
        fewer = dataclasses.replace(study, factors=tuple(factors), replicates=replicates)
        found = ps.sweep(fewer, folder / f"{name}{len(list(folder.iterdir()))}", store=folder / "store")
        table = found.outcomes["mean"].unstack("outcome").join(found.points)
        return table.set_index([factor.name for factor in factors])

    return means


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_study_can_be_read_and_placed(path):
    study = ps.load_study(path)
    assert study.n_points == len(study.values)
    assert not [error for error in study.scenarios() if isinstance(error, Exception)]


def test_every_shipped_study_has_its_command_and_picture_on_a_page():
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    for path in SHIPPED:
        assert re.search(rf"peersim \w+ experiments/{path.name}", pages), path.name
    for picture in re.findall(r"\]\((figures/studies/\S+)\)", PAGE):
        assert (ROOT / "docs" / picture).is_file()


# what is said of them ---------------------------------------------------------


def test_supervision_helps_unless_it_is_about_boundaries(run):
    emphases = ("boundaries", "tasks", "wellbeing and the role", "wellbeing, by a peer lead")
    found = run("supervision", 60, {"support.supervision.every_weeks": (1, 8)})
    identity = found["identity"].unstack("emphasis")
    assert list(identity.columns.sort_values()) == sorted(emphases)
    gain = identity.loc[1] - identity.loc[8]
    assert (gain[list(emphases[1:])] > 0.04).all()
    assert gain["boundaries"] < 0
    assert gain.idxmax() == "wellbeing, by a peer lead"


def test_the_step_of_critical_mass_is_from_one_to_two(run):
    found = run("critical_mass", 40, {"teams.peers": (1, 2, 3), "teams.count": (4, 16)})
    identity = found["identity"].unstack("teams.count")
    assert (identity.loc[2] - identity.loc[1] > 5 * (identity.loc[3] - identity.loc[2]).abs()).all()
    assert ((identity[16] - identity[4]).abs() < 0.02).all()


def test_formalisation_has_its_hump(run):
    found = run("formalisation", 800, {"identity.formalisation": (0.0, 0.5, 1.0)})
    assert found["identity"].is_monotonic_decreasing
    assert found["role_clarity"].is_monotonic_increasing
    assert found["retention_24m"].idxmax() == 0.5


def test_late_support_loses_people(run):
    found = run("timing_of_support", 100, {"changes.0.week": (0, 26, 104)})
    assert found["retention_24m"].is_monotonic_decreasing
    assert found["retention_24m"].iloc[0] - found["retention_24m"].iloc[-1] > 0.15
    assert abs(found["identity"].iloc[0] - found["identity"].iloc[-1]) < 0.03


def test_a_role_once_lost_comes_back_only_where_managers_back_it(run):
    found = run("role_lost", 300, {"managers' backing": (0.1, 0.4)})
    vacant = found["vacancy_rate"].unstack("policy")
    lasting = vacant["eroded for two years"] - vacant["never eroded"]
    assert lasting.loc[0.1] > 0.05
    assert abs(lasting.loc[0.4]) < 0.03
    identity = found["identity"].unstack("policy")
    assert ((identity["eroded for two years"] - identity["never eroded"]).abs() < 0.02).all()


def test_all_five_themes_raise_identity_in_every_case(run):
    found = run("cases_and_themes", 20, {"theme": ("as it is", "all five")})
    identity = found["identity"].unstack("theme")
    assert (identity["all five"] > identity["as it is"]).all()
    assert len(identity) == 10


# the page ---------------------------------------------------------------------


def test_the_study_on_the_page_is_one():
    (written,) = [block for block in blocks("yaml") if "factors:" in block]
    found = made(yaml.safe_load(written), ROOT)
    assert (found.n_points, found.replicates) == (15, 40)


def test_the_python_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    names = {}
    exec(compile(code, "docs/studies.md", "exec"), names)
    assert len(names["found"].points) == 2


def test_ways_of_writing_factors_and_designs_on_the_page_are_real(tmp_path):
    base().save(tmp_path / "file.yaml")
    (tmp_path / "file.csv").write_text("teams.peers,teams.pressure\n1,0.2\n2,0.4\n", encoding="utf-8")
    shown = re.findall(r"^\| `(\{\w+: .*?\}|\w+)` \| ", PAGE, re.MULTILINE)
    assert len(shown) >= 8
    factors = {"teams.peers": [1, 2], "teams.pressure": {"low": 0.2, "high": 0.6}}
    for written in shown:
        if written.startswith("{levers"):
            continue  # an outline; tests/studies/test_reading.py has it
        design = yaml.safe_load(written.replace("N", "128"))
        content = {"name": "Shown", "base": base(), "design": design}
        content |= {} if "points" in written else {"factors": factors}
        assert made(content, tmp_path).n_points > 0


def test_commands_of_the_page_exist():
    names = {command.callback.__name__ for command in app.registered_commands}
    for name in re.findall(r"(?:^|`)peersim (\w+) ", PAGE, re.MULTILINE):
        assert name in names, name
    assert call("sweep", "--help").exit_code == 0
