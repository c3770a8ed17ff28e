"""Unit costs, in pounds sterling: value, range, unit, meaning and source, once.

Agenda for Change pay is that of 2024/25 (evidence row 1.32); hours of work in a year are 42 weeks of 37.5 hours.
"""

from __future__ import annotations

from peersim.scenario.parameter import Frozen, parameter

# One parameter a line: a table, wider than the rest of the code.
# fmt: off


class Costs(Frozen):
    """What things cost the provider."""

    price_year: int = parameter(2024, low=1990, high=2100, unit="year", meaning="Year of the prices (a label: nothing is uprated)", evidence="Agenda for Change 2024/25, row 1.32", grade="A")
    comparable_salary: float = parameter(24872.5, low=0, high=200000, unit="GBP a year", meaning="Full-time salary of a comparable post that is not a peer's; peers get this times pay parity", evidence="Middle of Band 3, row 1.32", grade="A")
    on_costs: float = parameter(0.28, low=0, high=1, unit="share of pay", meaning="Employer's pension, National Insurance and levy")
    supervisor_hour: float = parameter(33.4, low=0, high=500, unit="GBP an hour", meaning="An hour of a team manager or peer lead as supervisor", evidence="Middle of Band 6 with on-costs, row 1.32", grade="B")
    external_supervisor_hour: float = parameter(60, low=0, high=500, unit="GBP an hour", meaning="An hour of an outside supervisor")
    peer_hour: float = parameter(20.2, low=0, high=500, unit="GBP an hour", meaning="An hour of a peer worker at the peer group", evidence="Middle of Band 3 with on-costs, row 1.32", grade="B")
    colleague_hour: float = parameter(33.4, low=0, high=500, unit="GBP an hour", meaning="An hour of a colleague in training", evidence="Middle of Band 6 with on-costs, row 1.32", grade="B")
    disclosure_training: float = parameter(150, low=0, high=5000, unit="GBP a person", meaning="One peer's place on a session about sharing lived experience")
    hire: float = parameter(6250, low=0, high=100000, unit="GBP a hire", meaning="Recruiting and inducting one peer worker", evidence="20 to 30 % of salary, 4,800 to 7,700 pounds, row 5.16", grade="B")
    cover_share: float = parameter(0.5, low=0, high=2, unit="share of pay", meaning="Cover bought for a post that nobody works in, as a share of its full pay")
