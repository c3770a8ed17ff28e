"""The work of a study: what is still to be done is handed out, and what comes back is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Final

from peersim.analysis.errors import QuestionError
from peersim.ensemble import Progress
from peersim.scenario import Scenario
from peersim.studies.engines import Engine
from peersim.studies.kept import Floats, Kept
from peersim.studies.store import Entry, Store
from peersim.studies.study import Study
from peersim.studies.units import Computed, Unit, compute, content_of, cut, model_version, seconds_a_world, tasks

TASK_SECONDS: Final = 0.5
"""Work handed out at a time, on one core: what a dying worker loses at most; writing it takes little of that time."""
SHARES: Final = 32
"""Tasks for each that runs at the same time, at least: a small study keeps all cores busy to its end."""
AHEAD: Final = 2
"""Tasks handed out for each that runs: nobody waits, and memory stays flat."""


class Work:
    """Runs scenarios of a study that the store does not hold.

    Parameters
    ----------
    study : Study
        Says replicates, seed and weekly measures.
    store : Store
    engine : Engine
    most : int, optional
        New worlds after which it ends.
    retry : bool
        Whether what failed is tried again.
    progress : callable, optional
        Told how many worlds are done or failed, and of how many.

    Attributes
    ----------
    contents : list of str or None
        Of each scenario that was looked at: its hash, or None for what is none.
    errors : dict of int to str
        Why a scenario is none.
    worlds : int
        Worlds done or failed.
    ended : bool
        Whether it ended before all was done.
    """

    def __init__(
        self,
        study: Study,
        store: Store,
        engine: Engine,
        *,
        most: int | None = None,
        retry: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self._study, self._store, self._engine = study, store, engine
        self._most, self._retry, self._progress = most, retry, progress
        self._waiting: dict[Future[Computed], list[Unit]] = {}
        self._checked: set[str] = set()
        self.contents: list[str | None] = []
        self.errors: dict[int, str] = {}
        self.worlds = 0
        self.ended = False

    def run(self, scenarios: Iterable[Scenario | Exception], expected: int) -> None:
        """Run them all, or as many as `most` allows.

        Parameters
        ----------
        scenarios : iterable of Scenario or Exception
            Taken as they are needed; what forbids a scenario stands in its place.
        expected : int
            How many there are.
        """
        total = expected * self._study.replicates
        seconds = total * seconds_a_world(self._study.base) / (SHARES * self._engine.slots())
        units = tasks(self._missing(scenarios), min(TASK_SECONDS, seconds))
        suspects: list[Unit] = []
        while True:
            while len(self._waiting) < AHEAD * self._engine.slots() and (group := next(units, None)):
                self._hand_out(group)
            alone = not self._waiting
            if alone and not suspects:
                return
            if alone:
                self._hand_out([suspects.pop()])
            for future in wait(self._waiting, return_when=FIRST_COMPLETED).done:
                suspects += self._take_back(future, alone=alone)
                if self._progress is not None:
                    self._progress(self.worlds, total)

    def _hand_out(self, group: list[Unit]) -> None:
        self._store.expect(group)
        self._waiting[self._engine.executor.submit(compute, group, model_version())] = group

    def _take_back(self, future: Future[Computed], *, alone: bool) -> list[Unit]:
        """Keep what a task gave; if its worker died, give back its units: each is to be tried alone."""
        group = self._waiting.pop(future)
        error = future.exception()
        if isinstance(error, QuestionError):
            raise error
        if error is None:
            self._store.keep(group, future.result())
        elif alone:
            self._store.fail(group[0], error)
        else:
            return group
        self.worlds += sum(unit.count for unit in group)
        return []

    def _missing(self, scenarios: Iterable[Scenario | Exception]) -> Iterator[Unit]:
        """Units that are still to be done, scenario by scenario."""
        replicates = self._study.replicates
        seen: set[str] = set()
        new = 0
        for number, scenario in enumerate(scenarios):
            if isinstance(scenario, Exception):
                self.contents.append(None)
                self.errors[number] = f"{type(scenario).__name__}: {scenario}"
                self.worlds += replicates
                continue
            content = content_of(scenario)
            self.contents.append(content)
            units = [] if content in seen else list(self._units(content, scenario))
            seen.add(content)
            self.worlds += replicates - sum(unit.count for unit in units)
            for unit in units:
                if self._most is not None and new and new + unit.count > self._most:
                    self.ended = True
                    return
                new += unit.count
                yield unit

    def _units(self, content: str, scenario: Scenario) -> Iterator[Unit]:
        study = self._study
        if self._retry:
            self._store.forget_failures(content, study.seed)
        for start, end in _gaps(self._known(content), study.replicates):
            for first, count in cut(start, end, scenario):
                yield Unit(content, scenario, study.seed, first, count, tuple(sorted(study.weekly)))

    def _known(self, content: str) -> list[Entry]:
        """What the ledger says of a scenario, once the parts are seen to be whole."""
        entries = self._store.known(content, self._study.seed, self._study.weekly)
        parts = {entry.part for entry in entries if entry.part is not None} - self._checked
        self._checked |= parts
        if self._store.check(parts):
            return entries
        return self._store.known(content, self._study.seed, self._study.weekly)


def _gaps(entries: Sequence[Entry], replicates: int) -> Iterator[tuple[int, int]]:
    """Replicates that are neither done nor failed: the first, and the one after the last."""
    first = 0
    for entry in entries:
        if entry.first > first:
            yield first, min(entry.first, replicates)
        first = max(first, entry.first + entry.count)
        if first >= replicates:
            return
    yield first, replicates


def evaluate(
    study: Study,
    scenarios: Sequence[Scenario | Exception],
    store: Store,
    engine: Engine,
    *,
    first: int = 0,
    progress: Progress | None = None,
) -> list[Floats | str]:
    """What some scenarios give, through the store: only what it does not hold is run.

    Parameters
    ----------
    study : Study
        Says how many replicates, the seed, and which outcomes; its factors and its design do not matter.
    scenarios : sequence of Scenario or Exception
        What forbids a scenario stands in its place.
    store : Store
    engine : Engine
    first : int
        Replicates before this one are run and not looked at.
    progress : callable, optional
        Told how many worlds are done, and of how many.

    Returns
    -------
    list
        For each scenario its outcomes, an array of shape (replicates - first, outcomes), or why it has none.
    """
    work = Work(study, store, engine, retry=True, progress=progress)
    work.run(scenarios, len(scenarios))
    kept = Kept(study, store)

    def found(number: int, content: str | None) -> Floats | str:
        if content is None:
            return work.errors[number]
        failed = kept.failed(content)
        return str(failed[0].error) if failed else kept.outcomes(content, first)

    return [found(number, content) for number, content in enumerate(work.contents)]
