"""Unit costs, in pounds sterling: value, range, unit, meaning and source, once.

Agenda for Change pay is that of 2024/25 (evidence row 1.32), on-costs what an NHS provider pays itself (rows 9.1 to
9.3).  An hour of somebody's time is a year of their pay with on-costs over the hours that a full-time post works in a
year.  The hours of peers themselves have no price here: they are in their pay, and nothing is counted twice.
"""

from __future__ import annotations

from peersim.scenario.parameter import Frozen, parameter

# One parameter a line: a table, wider than the rest of the code.
# fmt: off


class Costs(Frozen):
    """What things cost the provider."""

    price_year: int = parameter(2024, low=1990, high=2100, unit="year", meaning="Year of the prices (a label: nothing is uprated)", evidence="Agenda for Change 2024/25, row 1.32", grade="A")
    discount_rate: float = parameter(0.035, low=0, high=0.2, unit="share a year", meaning="Rate at which later costs and effects count for less when they are compared; changes no weekly figure", evidence="NICE, after HM Treasury's Green Book, row 9.5", grade="A")
    comparable_salary: float = parameter(24872.5, low=0, high=200000, unit="GBP a year", meaning="Full-time salary of a comparable post that is not a peer's; peers get this times pay parity", evidence="Middle of Band 3, row 1.32", grade="A")
    on_costs: float = parameter(0.236, low=0, high=1, unit="share of pay", meaning="Employer's pension, National Insurance and levy, as the provider pays them", evidence="On 24,872.50 pounds: 13.8 % above 9,100 = 2,176.61, 14.38 % = 3,576.67, 0.5 % = 124.36, together 5,877.63 or 23.6 %; 33.0 % with the 9.4 % paid centrally; rows 9.1 to 9.3", grade="A")
    hours_a_year: float = parameter(1575, low=1200, high=2100, unit="hours a year", meaning="Hours that a full-time post works in a year, to price peers' own hours within pay", evidence="42 weeks of 37.5 hours: 52 less 7 of leave and public holidays (row 9.4), less 3 assumed for sickness and study", grade="C")
    supervisor_hour: float = parameter(32.8, low=0, high=500, unit="GBP an hour", meaning="An hour of a team manager or peer lead as supervisor", evidence="Middle of Band 6, 41,150 pounds, row 1.32; with on-costs at the same rates (25.6 %) 51,696.02 over 1,575 hours", grade="B")
    external_supervisor_hour: float = parameter(60, low=0, high=500, unit="GBP an hour", meaning="An hour of an outside supervisor", evidence="A fee that has to carry overheads and unpaid hours: about twice the hour of one's own staff", grade="assumption")
    facilitator_hour: float = parameter(32.8, low=0, high=500, unit="GBP an hour", meaning="An hour of the facilitator of the peer group, paid once for each meeting that anybody comes to", evidence="As an hour of a supervisor; that there is one, paid from outside the peers' own posts, is assumed", grade="assumption")
    meeting_expenses: float = parameter(5, low=0, high=200, unit="GBP a person", meaning="Travel and room for one peer at one meeting of the peer group", evidence="A local return fare or a few miles' mileage; the room is mostly the provider's own", grade="assumption")
    colleague_hour: float = parameter(32.8, low=0, high=500, unit="GBP an hour", meaning="An hour of a colleague in training", evidence="As an hour of a supervisor, row 1.32", grade="B")
    disclosure_training: float = parameter(150, low=0, high=5000, unit="GBP a person", meaning="One peer's place on a session about sharing lived experience, without the peer's own time", evidence="A place on a day's course", grade="assumption")
    hire: float = parameter(2730, low=0, high=100000, unit="GBP a hire", meaning="Recruiting one peer worker, and colleagues' time for the induction; the newcomer's own time is in pay, a gap before in cover", evidence="Recruiting 1,500, row 9.6; a week of a Band 6 colleague, 37.5 hours at 32.8 = 1,230. Not the 4,800 to 7,700 of row 5.16, which include lost output and cover", grade="C")
    cover_share: float = parameter(0.5, low=0, high=2, unit="share of pay", meaning="Cover bought for a post that is vacant or whose holder is off sick, as a share of a comparable full-time post's pay with on-costs", evidence="Between none and a full replacement", grade="assumption")
