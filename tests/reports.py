"""Small runs and comparisons for tests of what is passed on, and what hostile names look like."""

from functools import cache

import peersim
from tests.worlds import busy

HOSTILE = (
    "<script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    "--> \"quotes\" 'single' & </title></style></svg>",
    "\N{RIGHT-TO-LEFT OVERRIDE}<img src=http://example.org/x onerror=alert(1)>\N{LEFT-TO-RIGHT MARK}",
    "<svg onload=alert(1)> javascript:alert(1)",
)
FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "http://example.org/")
ARMS = {
    "weekly": {"support.supervision.every_weeks": 1},
    "valued": {"culture.valuing": 0.9, "valuing.pay_parity": 1.0},
    "three peers": {"teams.peers": 3},
    "changing": {"changes": [{"week": 3, "set": {"culture.valuing": 0.9}, "over_weeks": 2}]},
    "dear": {"costs.hire": 9000.0},
}


def base(weeks=60, **changes):
    """A small baseline in which a lot happens."""
    return busy({"name": "small", **changes}, weeks=weeks)


@cache
def comparison(arms=("weekly",), replicates=4, weeks=60):
    """A comparison of a small baseline with some of the arms above."""
    first = base(weeks)
    return peersim.compare(first, {name: first.with_(ARMS[name]) for name in arms}, replicates, seed=3)


@cache
def hostile(names):
    """A comparison of five scenarios in which every name is one of these."""
    one, two, *arms = names
    first = base(4, **{"name": one, "teams.0.name": two})
    others = {name: first.with_({"culture.valuing": 0.1 * k, "name": name}) for k, name in enumerate(arms, 1)}
    return peersim.compare(first, others | {one: first.with_({"teams.0.name": arms[0]})}, 2, seed=3)


MANIFEST = {
    "peersim": "0.1.0",
    "commit": {"id": "c0ffee", "modified": True},
    "source_digest": "abc123",
    "python": "3.11.2",
    "packages": {"numpy": "2.0.0"},
    "started": "2031-05-06T07:08:09+00:00",
    "seconds": 1.5,
}
