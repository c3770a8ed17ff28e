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
    from peersim.analysis.attribution import Attribution
    from peersim.analysis.comparison import Comparison
    from peersim.analysis.exploration.policies.optimisation import Optimisation
    from peersim.analysis.files import load as load_comparison
    from peersim.ensemble import chunks, run, survey
    from peersim.model import PeerSupportModel
    from peersim.report.story import story, two_lives
    from peersim.results.files import load as load_results
    from peersim.results.results import Results
    from peersim.results.survey import Survey
    from peersim.scenario import Scenario, ScenarioError, json_schema, load, loads, registry
    from peersim.studies.attribute import attribute
    from peersim.studies.compare import compare
    from peersim.studies.folder import Sweep
    from peersim.studies.folder import load as load_sweep
    from peersim.studies.optimise import optimise
    from peersim.studies.reading import read as load_study
    from peersim.studies.reading import study
    from peersim.studies.study import Study
    from peersim.studies.sweep import sweep
    from peersim.studies.switch_off import switch_off
    from peersim.studies.validate import validate

__version__ = "0.1.0"

# Module of each name, and what it is called there if otherwise.
_HOMES = {
    "Attribution": "peersim.analysis.attribution",
    "Clinician": "peersim.agents",
    "Comparison": "peersim.analysis.comparison",
    "Manager": "peersim.agents",
    "Optimisation": "peersim.analysis.exploration.policies.optimisation",
    "PeerSupportModel": "peersim.model",
    "PeerWorker": "peersim.agents",
    "Results": "peersim.results.results",
    "Scenario": "peersim.scenario",
    "ScenarioError": "peersim.scenario",
    "ServiceUser": "peersim.agents",
    "Study": "peersim.studies.study",
    "Survey": "peersim.results.survey",
    "Sweep": "peersim.studies.folder",
    "attribute": "peersim.studies.attribute",
    "chunks": "peersim.ensemble",
    "compare": "peersim.studies.compare",
    "json_schema": "peersim.scenario",
    "load": "peersim.scenario",
    "load_comparison": "peersim.analysis.files:load",
    "load_results": "peersim.results.files:load",
    "load_study": "peersim.studies.reading:read",
    "load_sweep": "peersim.studies.folder:load",
    "loads": "peersim.scenario",
    "optimise": "peersim.studies.optimise",
    "registry": "peersim.scenario",
    "run": "peersim.ensemble",
    "story": "peersim.report.story",
    "study": "peersim.studies.reading",
    "survey": "peersim.ensemble",
    "sweep": "peersim.studies.sweep",
    "switch_off": "peersim.studies.switch_off",
    "two_lives": "peersim.report.story",
    "validate": "peersim.studies.validate",
}

__all__ = [
    "Attribution",
    "Clinician",
    "Comparison",
    "Manager",
    "Optimisation",
    "PeerSupportModel",
    "PeerWorker",
    "Results",
    "Scenario",
    "ScenarioError",
    "ServiceUser",
    "Study",
    "Survey",
    "Sweep",
    "__version__",
    "attribute",
    "chunks",
    "compare",
    "demo",
    "json_schema",
    "load",
    "load_comparison",
    "load_results",
    "load_study",
    "load_sweep",
    "loads",
    "optimise",
    "registry",
    "run",
    "story",
    "study",
    "survey",
    "sweep",
    "switch_off",
    "two_lives",
    "validate",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: `import peersim` itself stays quick."""
    if name in _HOMES:
        module, _, there = _HOMES[name].partition(":")
        return getattr(import_module(module), there or name)
    raise AttributeError(f"module 'peersim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__


def demo() -> Scenario:
    """A small scenario to try things with: six community teams of an NHS trust, one new peer worker in each."""
    from peersim.scenario import Scenario, TeamSpec

    teams = (TeamSpec(name="Community team", count=6, peers=1, clinicians=9, users_per_peer=12),)
    return Scenario(name="Demonstration", sector="nhs_trust", teams=teams)
