"""Small studies for tests: hundreds of worlds in a second."""

import hashlib

import peersim as ps
from tests.worlds import BUSY

TABLES = ("points.csv", "coordinates.csv", "outcomes.csv", "runs.csv", "runs.parquet", "failures.csv", "study.yaml")

CONTENT = {
    "name": "Small",
    "factors": {"support.supervision.every_weeks": [1, 4, 16], "identity.formalisation": {"low": 0.1, "high": 0.9}},
    "levels": 2,
    "replicates": 6,
    "outcomes": ["identity", "retention_12m", "annual_leaving_rate"],
}


def base(**changes):
    teams = [{"name": "Team", "count": 2, "peers": 1, "clinicians": 3, "users_per_peer": 3}]
    scenario = ps.Scenario(name="Small base", teams=teams, horizon_weeks=60)
    return scenario.with_(BUSY | changes)


def study(**content):
    return ps.study(CONTENT | {"base": base()} | content)


def write_files(folder, **content):
    """The study as files: a base scenario, and a study file beside it."""
    import yaml

    base().save(folder / "base.yaml", overwrite=True)
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(CONTENT | {"base": "base.yaml"} | content, sort_keys=False), encoding="utf-8")
    return path


def digests(folder, names=TABLES):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
