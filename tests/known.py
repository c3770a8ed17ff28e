"""Studies whose answer is known: points with a box of cases in them, and policies over states of the world."""

from functools import cache
from unittest.mock import patch

import numpy as np
import pandas as pd

from peersim.analysis.exploration.discovery import peeling
from peersim.analysis.exploration.discovery.discovery import discover
from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.responses import Responses

EVERY = Factor(
    "support.supervision.every_weeks",
    low=1,
    high=16,
    whole=True,
    unit="weeks",
    meaning="Weeks from one supervision to the next; 0 = none",
)
FORMAL = Factor(
    "identity.formalisation",
    "uncertainty",
    low=0.1,
    high=0.9,
    unit="share",
    meaning="Professional norms asked of the role: records, risk procedure, distance",
)
BY = Factor("support.supervision.by", levels=("team_manager", "peer_lead", "external"), meaning="Who supervises")
PAY = Factor("valuing.pay_parity", low=0.5, high=1.2, unit="ratio")
FACTORS = (EVERY, FORMAL, BY, PAY)
WEEKLY = (EVERY.name, FORMAL.name, BY.name)
"""The factors on which the known box depends."""


def sampled(size, factors=FACTORS, seed=1):
    """Points spread evenly at random: coordinates and values."""
    names = [factor.name for factor in factors]
    places = pd.DataFrame(np.random.default_rng(seed).random((size, len(factors))), columns=names)
    return places, pd.DataFrame({f.name: [f.value(place) for place in places[f.name]] for f in factors})


def in_known_box(values):
    """Supervision every 8 to 16 weeks, formalisation above 0.6, not by a peer lead."""
    every, formal, by = (values[name] for name in WEEKLY)
    return ((every >= 8) & (formal > 0.6) & (by != "peer_lead")).to_numpy()


def flipped(cases, share, seed=1):
    """Cases of which some are taken for the other kind."""
    return cases ^ (np.random.default_rng(seed).random(len(cases)) < share)


def responses(values, runs, factors, design="latin_hypercube", coordinates=None, failed=None, study="Known"):
    """What a study found, from the values of its factors and the runs of each outcome."""
    if coordinates is None:
        coordinates = pd.DataFrame({f.name: [f.coordinate(value) for value in values[f.name]] for f in factors})
    runs = {name: np.asarray(found, float) for name, found in runs.items()}
    failed = np.zeros(len(values), bool) if failed is None else np.asarray(failed)
    design = design if isinstance(design, dict) else {"design": design}
    return Responses(study, tuple(factors), design, coordinates, values, runs, failed, 1)


@cache
def study(size=250, replicates=20, noise=0.04, failures=3):
    """Retention is 0.64 in the known box and 0.76 outside, with luck that all points share and some of their own."""
    rng = np.random.default_rng(7)
    places, values = sampled(size, seed=11)
    mean = np.where(in_known_box(values), 0.64, 0.76)[:, np.newaxis]
    runs = mean + rng.normal(0.0, noise, (1, replicates)) + rng.normal(0.0, noise, (size, replicates))
    failed = np.arange(size) < failures
    runs[failed] = np.nan
    return responses(
        values, {"retention_12m": runs, "identity": runs - 0.2}, FACTORS, coordinates=places, failed=failed
    )


@cache
def discovered(method):
    """The known box, sought; peeled in steps of one size, which is quicker."""
    with patch.object(peeling, "PATIENCE", (0.1,)):
        return discover(study(), "retention_12m < 0.7", method)


CARE = Factor("care", levels=("usual", "peers first", "peers only"))
BAD = Factor("culture.valuing", "uncertainty", levels=(1, 2, 3), unit="level", meaning="How bad it is")


def policies(table, outcome="identity", luck=(0.0,), own=0.0, seed=1, **options):
    """Every policy in every state: means in a table of policies and states, luck in common, and luck of their own."""
    table = np.asarray(table, float)
    care = Factor("care", levels=tuple(f"policy {chr(65 + k)}" for k in range(table.shape[0])))
    state = Factor(
        BAD.name, "uncertainty", levels=tuple(range(1, table.shape[1] + 1)), unit="level", meaning=BAD.meaning
    )
    values = pd.DataFrame([(one, other) for one in care.levels for other in state.levels], columns=["care", BAD.name])
    runs = table.reshape(-1, 1) + np.asarray(luck)
    runs = runs + own * np.random.default_rng(seed).normal(size=runs.shape)
    return responses(values, {outcome: runs}, (care, state), design="grid", **options)
