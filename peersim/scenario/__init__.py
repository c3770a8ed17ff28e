"""What a planner writes: one provider, its teams, and its policies."""

from peersim.scenario.changes import Change
from peersim.scenario.constants import Constants
from peersim.scenario.costs import Costs
from peersim.scenario.errors import Problem, ScenarioError
from peersim.scenario.fields import Parameter
from peersim.scenario.files import load, loads
from peersim.scenario.policies import Policies
from peersim.scenario.registry import registry
from peersim.scenario.schema import Scenario, json_schema
from peersim.scenario.teams import TeamSpec

__all__ = [
    "Change",
    "Constants",
    "Costs",
    "Parameter",
    "Policies",
    "Problem",
    "Scenario",
    "ScenarioError",
    "TeamSpec",
    "json_schema",
    "load",
    "loads",
    "registry",
]
