"""Asking the model for everything that was found: which findings it gives, and which would falsify it."""

from __future__ import annotations

import runpy
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from peersim import demo
from peersim.analysis.errors import QuestionError
from peersim.analysis.findings import finding as files
from peersim.analysis.findings import services
from peersim.analysis.findings.estimates import Estimate
from peersim.analysis.findings.finding import BASELINE, SERVICES, Cause, Check, Design, Finding
from peersim.analysis.findings.part import check_known
from peersim.analysis.findings.statistics import Who
from peersim.ensemble import run, survey
from peersim.results.results import Results
from peersim.results.survey import Survey
from peersim.results.tables import plain
from peersim.scenario import Scenario, ScenarioError
from peersim.world.draws import MOST_KEY

FULL, QUICK = 300, 60
"""Replicates of a run, thoroughly and quickly."""
MANY: Final = "services.yaml"
"""How providers differ, in the folder of findings."""
KEPT_BACK: Final = (5, 15, 19, 22)
"""Findings that the evidence leaves out on purpose, to corroborate the model with afterwards."""
SHARE_OF_SERVICES: Final = 20
"""A provider of many is run with one of so many replicates."""
STAFF: Final = ("peers", "clinicians")
"""Who is asked in a survey of many providers: service users are too many to keep, and no finding needs them."""
KEPT: Final = 12
"""Runs kept in memory for the next statistic that asks for them."""

Settings = Mapping[str, Any]


class Laboratory:
    """Runs and surveys of a finding's arms, made when they are asked for and kept for a while.

    Parameters
    ----------
    base : Scenario
        The baseline.
    providers : sequence of Scenario
        The many providers.
    replicates, seed : int
    threads : int, optional
        Threads to use; all cores by default.
    """

    def __init__(
        self,
        base: Scenario,
        providers: Sequence[Scenario],
        replicates: int,
        seed: int = 1,
        *,
        threads: int | None = None,
    ) -> None:
        self.base, self.providers = base, providers
        self.replicates, self.seed, self.threads = replicates, seed, threads
        self._kept: OrderedDict[Any, Any] = OrderedDict()

    def arms(self, design: Design, changes: Settings | None = None) -> Arms:
        """The arms of a finding, with changes in all of them."""
        return Arms(self, design, dict(changes or {}))

    def run(self, scenario: Scenario, replicates: int) -> Results:
        """A run, or the one kept."""
        results: Results = self._keep(
            ("run", scenario.digest, replicates), lambda: run(scenario, replicates, self.seed, threads=self.threads)
        )
        return results

    def survey(self, scenario: Scenario, replicates: int, week: int, follow: int) -> Survey:
        """A survey, or the one kept."""
        key = ("survey", scenario.digest, replicates, week, follow)
        kept: Survey = self._keep(key, lambda: self._ask(scenario, replicates, self.seed, week, follow))
        return kept

    def many(self, changes: Settings, replicates: int, week: int, follow: int, who: Who) -> pd.DataFrame:
        """A survey of all providers, or the one kept; each has people of its own, since it has a seed of its own."""

        def ask() -> dict[str, pd.DataFrame]:
            surveys = [
                self._ask(changed(each, changes), replicates, (self.seed + number) % (MOST_KEY + 1), week, follow)
                for number, each in enumerate(self.providers)
            ]
            return {
                kind: pd.concat([getattr(one, kind).assign(unit=number) for number, one in enumerate(surveys)])
                for kind in STAFF
            }

        table: pd.DataFrame = self._keep(("many", repr(sorted(changes.items())), replicates, week, follow), ask)[who]
        return table

    def _ask(self, scenario: Scenario, replicates: int, seed: int, week: int, follow: int) -> Survey:
        return survey(scenario, replicates, seed, week=week, follow=follow, threads=self.threads)

    def _keep(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


@dataclass(frozen=True)
class Arms:
    """What statistics of one finding are computed from."""

    laboratory: Laboratory
    design: Design
    changes: dict[str, Any]

    def results(self, arm: str) -> Results:
        """A run of an arm, over the finding's weeks."""
        scenario = self._scenario(arm).with_({"horizon_weeks": self.design.weeks})
        return self.laboratory.run(scenario, self._replicates)

    def survey(self, arm: str, week: int, follow: int, who: Who) -> pd.DataFrame:
        """A survey of an arm; of many providers, the unit is the provider."""
        if arm == SERVICES:
            check_known("people asked in services", who, STAFF)
            replicates = max(1, self._replicates // SHARE_OF_SERVICES)
            return self.laboratory.many(self.changes, replicates, week, follow, who)
        asked = self.laboratory.survey(self._scenario(arm, SERVICES), self._replicates, week, follow)
        people: pd.DataFrame = getattr(asked, who)
        return people.rename(columns={"replicate": "unit"})

    @property
    def _replicates(self) -> int:
        return round(self.design.worlds * self.laboratory.replicates)

    def _scenario(self, arm: str, *others: str) -> Scenario:
        """The scenario of an arm; `others` are allowed too where it is asked for."""
        check_known("arm", arm, [*self.design.arms, BASELINE, *others])
        settings = self.design.arms.get(arm, {})
        off = [*settings.get("model.off", ()), *self.changes.get("model.off", ())]
        return changed(self.laboratory.base, settings | self.changes | ({"model.off": off} if off else {}))


def changed(scenario: Scenario, settings: Settings) -> Scenario:
    """A scenario with a finding's settings in it."""
    try:
        return scenario.with_(settings) if settings else scenario
    except ScenarioError as error:
        raise QuestionError(str(error)) from None


@dataclass(frozen=True)
class Checked:
    """A claim, what was found, and whether that is as expected."""

    claim: str
    expected: str
    estimate: Estimate
    passed: bool


@dataclass(frozen=True)
class Undone:
    """A mechanism switched off, and what became of a check that it is said to make."""

    mechanism: str
    check: int
    estimate: Estimate
    gone: bool


@dataclass(frozen=True)
class Verdict:
    """A finding, its checks, and its mechanisms."""

    finding: Finding
    checks: tuple[Checked, ...]
    undone: tuple[Undone, ...]

    @property
    def passed(self) -> bool:
        """Whether every claim holds and goes away with the mechanism that makes it."""
        return all(check.passed for check in self.checks) and all(one.gone for one in self.undone)

    @property
    def headline(self) -> Checked:
        """The check to show: the first that fails, else the first."""
        return next((check for check in self.checks if not check.passed), self.checks[0])


def examine(finding: Finding, laboratory: Laboratory, folder: Path) -> Verdict:
    """Ask the model for a finding.

    Parameters
    ----------
    finding : Finding
    laboratory : Laboratory
    folder : Path
        Where the finding's module is, if it has one.

    Raises
    ------
    QuestionError
        Naming the finding, if it asks for what does not exist.
    """
    try:
        return _examined(finding, laboratory, folder)
    except QuestionError as error:
        raise QuestionError(f"{finding.id}, {finding.name}: {error}") from None


def _examined(finding: Finding, laboratory: Laboratory, folder: Path) -> Verdict:
    if finding.module:
        replicates = round(finding.worlds * laboratory.replicates)
        claims = runpy.run_path(str(folder / finding.module))["check"](replicates, laboratory.seed)
        return Verdict(finding, tuple(_told(claim) for claim in claims), ())
    arms = laboratory.arms(finding)
    checks = tuple(_checked(check, check.statistic.estimate(arms)) for check in finding.checks)
    undone = tuple(found for cause in finding.made_by for found in _undo(cause, finding, laboratory))
    return Verdict(finding, checks, undone)


def _checked(check: Check, estimate: Estimate) -> Checked:
    return Checked(check.claim, check.expected, estimate, check.holds(estimate))


def _told(claim: Mapping[str, Any]) -> Checked:
    estimate = Estimate(*(float(claim[name]) for name in ("found", "low", "high")))
    return Checked(str(claim["claim"]), str(claim["expected"]), estimate, bool(claim["passed"]))


def _undo(cause: Cause, finding: Finding, laboratory: Laboratory) -> Iterator[Undone]:
    arms = laboratory.arms(finding, cause.set)
    for number in cause.undoes:
        check = finding.checks[number - 1]
        estimate = check.statistic.estimate(arms)
        yield Undone(cause.mechanism, number, estimate, not check.holds(estimate))


@dataclass(frozen=True)
class Validation:
    """What the model says to everything that was found.

    Attributes
    ----------
    patterns, falsifiers : tuple of Verdict
    replicates, seed : int
    """

    patterns: tuple[Verdict, ...]
    falsifiers: tuple[Verdict, ...]
    replicates: int
    seed: int

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """Patterns that are well supported and do not come out, and falsifiers that do."""
        failed = (one for one in self.patterns if one.finding.counts and not one.passed)
        return (*failed, *(one for one in self.falsifiers if not one.passed))

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON takes it."""
        return {
            "replicates": self.replicates,
            "seed": self.seed,
            "patterns": [_entry(one) for one in self.patterns],
            "falsifiers": [_entry(one) for one in self.falsifiers],
        }


def _entry(verdict: Verdict) -> dict[str, Any]:
    finding, headline = verdict.finding, verdict.headline
    return {
        "id": finding.id,
        "name": finding.name,
        "statement": finding.statement,
        "claim": headline.claim,
        "expected": headline.expected,
        **_numbers(headline.estimate),
        "passed": verdict.passed,
        "strength": finding.strength,
        "source": finding.source,
        "reason": finding.failing,
        "checks": [
            {"claim": one.claim, "expected": one.expected, **_numbers(one.estimate), "passed": one.passed}
            for one in verdict.checks
        ],
        "made_by": [
            {"mechanism": one.mechanism, "check": one.check, **_numbers(one.estimate), "gone": one.gone}
            for one in verdict.undone
        ],
    }


def _numbers(estimate: Estimate) -> dict[str, float | None]:
    return {name: plain(value) for name, value in estimate._asdict().items()}


def shipped() -> Path:
    """The folder of findings: beside the package in a checkout, inside it where only the package is installed."""
    package = Path(__file__).parent.parent
    beside = package.parent / "experiments" / "findings"
    return beside if beside.is_dir() else package / "findings"


def read(folder: Path, only: Sequence[int] = ()) -> tuple[list[Finding], list[Finding]]:
    """Findings and falsifiers of a folder, in order of number; of findings, only those asked for.

    Raises
    ------
    QuestionError
        If a file cannot be read, or a number is not there.
    """
    findings, falsifiers = (
        sorted((files.load(path) for path in place.glob("*.yaml") if path.name != MANY), key=lambda finding: finding.id)
        for place in (folder, folder / "falsifiers")
    )
    numbers = [finding.id for finding in findings]
    for number in only:
        if number in KEPT_BACK:
            raise QuestionError(f"pattern {number}: is kept back, to corroborate the model with afterwards")
        if number not in numbers:
            raise QuestionError(f"pattern {number}: no such pattern; allowed: {', '.join(map(str, numbers))}")
    if only:
        return [finding for finding in findings if finding.id in only], []
    return findings, falsifiers


def validate(
    replicates: int = FULL,
    *,
    only: Sequence[int] = (),
    seed: int = 1,
    base: Scenario | None = None,
    folder: Path | None = None,
    told: Callable[[str], None] = lambda _name: None,
) -> Validation:
    """Ask the model for everything that was found.

    Parameters
    ----------
    replicates : int
        Of each run; surveys of many providers take as many in all as they have providers, times a part of this.
    only : sequence of int
        Numbers of the patterns to ask for, and no falsifiers; all by default.
    seed : int
    base : Scenario, optional
        The baseline, if other than the demonstration: the model with other constants, for example.
    folder : Path, optional
        Where the findings are, if other than those shipped.
    told : callable
        Told the name of each finding before it is asked for.

    Returns
    -------
    Validation

    Raises
    ------
    QuestionError
        If a finding cannot be read, or asks for what does not exist.
    """
    folder = folder or shipped()
    base = base or demo()
    laboratory = Laboratory(base, services.load(folder / MANY).scenarios(base), replicates, seed)
    verdicts = []
    for group in read(folder, only):
        done = []
        for finding in group:
            told(finding.name)
            done.append(examine(finding, laboratory, folder))
        verdicts.append(tuple(done))
    return Validation(verdicts[0], verdicts[1], replicates, seed)
