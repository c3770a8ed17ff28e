"""Visitors of the page who change levers, each in a page of their own: for its load test and its benchmark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from peersim.scenario import Scenario

LEVERS: Final = (
    "support.supervision.every_weeks",
    "support.supervision.minutes",
    "support.supervision.understanding",
    "valuing.pay_parity",
    "valuing.progression",
    "valuing.protected_time",
    "structure.manager_support.team",
    "culture.valuing",
)
"""Keys that visitors change, numbers all."""

_START: Final = """
([keys, seed, seconds, changes, whole]) => {
  const main = document.querySelector("#main");
  const log = (window.changes = []);
  const chance = () => ((seed = (seed * 16807) % 2147483647) - 1) / 2147483646; // Park and Miller
  const pause = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));
  const marked = (holds) =>
    new Promise((go) => {
      const watch = new MutationObserver(() => {
        if (!holds()) return;
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(go)); // drawn
      });
      watch.observe(main, { attributes: true });
    });
  const change = async () => {
    const key = keys[Math.floor(chance() * keys.length)];
    const lever = document.getElementById("lever-" + key.replaceAll(".", "-"));
    const before = [lever.value, main.dataset.scenario];
    while (lever.value === before[0]) {
      lever.value = Number(lever.min) + chance() * (Number(lever.max) - Number(lever.min));
    }
    const first = marked(() => main.dataset.scenario && main.dataset.scenario !== before[1]);
    const all = whole && marked(() => main.dataset.worlds === "200" && main.dataset.scenario !== before[1]);
    const start = performance.now();
    const change = { key, value: Number(lever.value) };
    log.push(change);
    lever.dispatchEvent(new Event("input", { bubbles: true }));
    lever.dispatchEvent(new Event("change", { bubbles: true }));
    await first;
    Object.assign(change, { first: performance.now() - start, scenario: main.dataset.scenario });
    if (whole) {
      await all;
      change.all = performance.now() - start;
    }
  };
  window.visiting = (async () => {
    const end = performance.now() + 1000 * seconds;
    while (performance.now() < end && log.length < changes) {
      await pause(500 + 1500 * chance());
      await change();
    }
  })();
}
"""
_END: Final = "() => window.visiting.then(() => window.changes)"


class Made(NamedTuple):
    """A change that a visitor made.

    Attributes
    ----------
    key, value
        What was changed.
    scenario : str
        Mark of the scenario that was drawn then.
    first, all : float
        Seconds until the first worlds were drawn, and all of them; `all` is NaN where nobody waited for it.
    """

    key: str
    value: float
    scenario: str
    first: float
    all: float


def start(page: Any, seed: int, *, seconds: float, changes: int = 10**6, whole: bool = False) -> None:
    """Let a visitor change levers on a page that shows Decide, pausing half a second to two seconds between changes.

    Parameters
    ----------
    page : playwright Page
        The visitor runs in the page itself, so that many visitors need nobody's turn.
    seed : int
        Of what they choose, 1 or more.
    seconds, changes
        When they stop.
    whole : bool
        Whether they wait for all worlds each time.
    """
    page.evaluate(_START, [list(LEVERS), seed, seconds, changes, whole])


def made(page: Any) -> list[Made]:
    """Wait until a visitor has stopped; the changes made."""
    return [
        Made(
            change["key"],
            change["value"],
            change["scenario"],
            change["first"] / 1e3,
            change.get("all", float("nan")) / 1e3,
        )
        for change in page.evaluate(_END)
    ]


def marks(scenario: Scenario, changes: Iterable[Made]) -> list[str]:
    """What a page has to show after each change, if it shows what its visitor did and nothing else."""
    found = []
    for change in changes:
        scenario = scenario.with_({change.key: change.value})
        found.append(scenario.digest[:12])
    return found
