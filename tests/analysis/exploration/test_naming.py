"""What policies are called."""

import pytest

from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.naming import said


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("support.supervision.every_weeks", 2, "supervision every 2 weeks"),
        ("policies.support.supervision.every_weeks", 1, "supervision every week"),
        ("support.supervision.every_weeks", 0, "no supervision"),
        ("support.supervision.by", "peer_lead", "supervision by peer lead"),
        ("support.supervision.minutes", 45, "supervision of 45 minutes"),
        ("support.peer_group_every_weeks", 2.5, "peer group every 2.5 weeks"),
        ("valuing.team_training_per_year", 1, "team training once a year"),
        ("culture.disclosure_training_per_year", 0, "no disclosure training"),
        ("valuing.pay_parity", 0.95, "pay parity 0.95"),
        ("structure.weeks_to_hire", 6, "6 weeks to hire"),
        ("culture.valuing", 0.4, "culture valuing 0.4"),
        ("teams.0.users_per_peer", 12, "teams: users per peer 12"),
        ("model.hazard_base", -5.3, "model: hazard base −5.3"),
        ("costs.comparable_salary", 24000.0, "costs: comparable salary 24000"),
        ("sector", "voluntary", "sector voluntary"),
        ("Our strategy", "bold_one", "Our strategy bold one"),
    ],
)
def test_levers_in_sentences(key, value, words):
    assert said(Factor(key), value) == words
