"""A provider that is run in milliseconds, for tests of what is around a run."""

from peersim.scenario import Scenario, TeamSpec

TEAM = TeamSpec(name="Team", peers=2, clinicians=4, users_per_peer=3)
SMALL = Scenario(name="Small", horizon_weeks=20, teams=(TEAM,))
WEEKLY = SMALL.with_({"support.supervision.every_weeks": 1})
