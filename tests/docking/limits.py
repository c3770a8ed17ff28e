"""Limits of our own mechanisms: what is left of identity when only some of what moves it is on."""

from peersim.scenario.switches import SWITCHABLE

STILL = {
    "identity_anchor": 0.0,
    "identity_professionalisation": 0.0,
    "identity_fitting": 0.0,
    "identity_valued": 0.0,
    "identity_control": 0.0,
    "identity_isolation": 0.0,
    "fellow_reinforcement": 0.0,
    "socialisation_steady": 0.0,
    "socialisation_newcomer": 0.0,
    "view_spread": 0.0,
}
"""Constants with which nothing moves identity but what a limit sets itself, and all clinicians see the role alike."""


def only(*mechanisms, **constants):
    """Changes to a scenario: these mechanisms on and all others off, these constants and otherwise `STILL`."""
    settings = {f"model.{name}": value for name, value in (STILL | constants).items()}
    return settings | {"model.off": [name for name in SWITCHABLE if name not in mechanisms]}
