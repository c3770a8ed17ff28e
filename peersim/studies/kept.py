"""What a store holds of the scenarios of a study."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from peersim.results.outcomes import RETENTION_WEEKS, from_sums, risk_table
from peersim.results.sums import SUMS
from peersim.studies.store import FAILED, Entry, Store
from peersim.studies.study import Study
from peersim.studies.units import schema

Floats = npt.NDArray[np.float64]

PARTS_HELD: Final = 32
"""Parts of the store held in memory at a time."""
LONGEST: Final = max(RETENTION_WEEKS.values())
SPELL: Final = np.dtype([("tenure", np.int32), ("ended", np.int8)])


class Kept:
    """What the store holds of each scenario of a study."""

    def __init__(self, study: Study, store: Store) -> None:
        self._study, self._store = study, store
        self._parts: OrderedDict[str, tuple[pa.Table, dict[str, int]]] = OrderedDict()

    def failed(self, content: str) -> list[Entry]:
        """Units that failed."""
        return [entry for entry in self._entries(content) if entry.state == FAILED]

    def outcomes(self, content: str, first: int = 0) -> Floats:
        """The study's outcomes of each replicate from `first`, shape (replicates, outcomes)."""
        worlds = self.worlds(content).slice(first)
        kept = np.stack([worlds[name].to_numpy() for name in SUMS], axis=1)
        weeks = worlds["weeks"][0].as_py()
        found = from_sums(kept, _risk(worlds), weeks=weeks, names=self._study.outcomes)
        return np.stack(list(found.values()), axis=1)

    def worlds(self, content: str) -> pa.Table:
        """The worlds of a scenario in order of replicate (see `units.schema`)."""
        pieces, following = [], 0
        for entry in self._entries(content):
            part, places = self._part(entry.part or "")
            skipped = max(0, following - entry.first)  # units may overlap where parts were lost and found
            wanted = min(entry.count, self._study.replicates - entry.first) - skipped
            pieces.append(part.slice(places[entry.id] + skipped, max(0, wanted)))
            following = max(following, entry.first + entry.count)
        return pa.concat_tables(pieces).combine_chunks()

    def _entries(self, content: str) -> list[Entry]:
        entries = self._store.known(content, self._study.seed, self._study.weekly)
        return [entry for entry in entries if entry.first < self._study.replicates]

    def _part(self, name: str) -> tuple[pa.Table, dict[str, int]]:
        """The worlds of a part, and where those of each unit begin: they stand together, in order of replicate."""
        if name not in self._parts:
            table = self._store.worlds(name).select(schema(self._study.weekly).names)
            units, first = np.unique(table["unit"].to_numpy(), return_index=True)
            self._parts[name] = table, dict(zip(units, first, strict=True))
            if len(self._parts) > PARTS_HELD:
                self._parts.popitem(last=False)
        self._parts.move_to_end(name)
        return self._parts[name]


def _risk(worlds: pa.Table) -> npt.NDArray[np.int32]:
    """Leavers and people at risk by length of service, for each world (see `results.outcomes.risk_table`)."""
    tenure, ended = (worlds[name].combine_chunks() for name in ("tenure", "ended"))
    spells = np.empty(len(tenure.flatten()), SPELL)
    spells["tenure"], spells["ended"] = tenure.flatten().to_numpy(), ended.flatten().to_numpy()
    replicate = np.repeat(np.arange(len(worlds)), tenure.value_lengths().to_numpy())
    return risk_table(spells.view(np.recarray), replicate, len(worlds), min(LONGEST, worlds["weeks"][0].as_py()))
