"""peersim: peer workers in mental health services, simulated.

Examples
--------
>>> import peersim as ps
>>> scenario = ps.demo()
>>> scenario
Scenario('Demonstration', nhs_trust, 156 weeks, 6 teams, 6 peers, 54 clinicians, 72 users)
>>> results = ps.run(scenario, replicates=200, seed=1)  # doctest: +SKIP
>>> results.outcomes  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peersim.agents import Clinician, Manager, PeerWorker, ServiceUser
    from peersim.ensemble import chunks, run
    from peersim.model import PeerSupportModel
    from peersim.report.story import story, two_lives
    from peersim.results.results import Results
    from peersim.scenario import Scenario, ScenarioError, json_schema, load, loads, registry

__version__ = "0.1.0"

_HOMES = {
    "Clinician": "peersim.agents",
    "Manager": "peersim.agents",
    "PeerSupportModel": "peersim.model",
    "PeerWorker": "peersim.agents",
    "Results": "peersim.results.results",
    "Scenario": "peersim.scenario",
    "ScenarioError": "peersim.scenario",
    "ServiceUser": "peersim.agents",
    "chunks": "peersim.ensemble",
    "json_schema": "peersim.scenario",
    "load": "peersim.scenario",
    "loads": "peersim.scenario",
    "registry": "peersim.scenario",
    "run": "peersim.ensemble",
    "story": "peersim.report.story",
    "two_lives": "peersim.report.story",
}

__all__ = [
    "Clinician",
    "Manager",
    "PeerSupportModel",
    "PeerWorker",
    "Results",
    "Scenario",
    "ScenarioError",
    "ServiceUser",
    "__version__",
    "chunks",
    "demo",
    "json_schema",
    "load",
    "loads",
    "registry",
    "run",
    "story",
    "two_lives",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: `import peersim` itself stays quick."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'peersim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__


def demo() -> Scenario:
    """A small scenario to try things with: six community teams of an NHS trust, one new peer worker in each."""
    from peersim.scenario import Scenario, TeamSpec

    teams = (TeamSpec(name="Community team", count=6, peers=1, clinicians=9, users_per_peer=12),)
    return Scenario(name="Demonstration", sector="nhs_trust", teams=teams)
