"""Reading how points are placed."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Any, Final, NoReturn

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.factor import Factor, Level
from peersim.scenario import Scenario, ScenarioError
from peersim.scenario.errors import in_words, nearest
from peersim.scenario.files import value
from peersim.studies import designs
from peersim.studies.designs import Crossed, Design
from peersim.studies.reading.factors import Factors
from peersim.studies.reading.faults import Fault, Path, whole
from peersim.studies.study import value_at
from peersim.world.draws import MOST_KEY

CROSSABLE: Final = (designs.GRID, "latin_hypercube", "sobol")
"""Designs that make sense on one side of a crossed design."""
MOST_GIVEN: Final = 1_000_000
ROLES: Final = (("levers", "lever"), ("uncertainties", "uncertainty"))


def one(written: object, path: Path, levels: int, factors: Sequence[Factor]) -> Design:
    """A design that is neither crossed nor a list of points; `levels` is 0 where the study does not say."""
    match written:
        case designs.GRID | designs.ONE_AT_A_TIME:
            design = Design(str(written), levels=levels or designs.LEVELS[str(written)])
        case Mapping() if len(written) == 1 and next(iter(written)) in designs.SAMPLED:
            ((kind, size),) = written.items()
            asked = whole((*path, kind), size, 1, MOST_KEY)
            design = Design(kind, asked, levels=(levels or designs.LEVELS[kind]) if kind in designs.LEVELS else 0)
        case _:
            _no_such_design(written, path)
    try:
        designs.check(design, factors)
    except QuestionError as error:
        raise Fault(path, f"{error}.") from None
    return design


def crossed(written: Mapping[str, Any], levels: int, factors: Sequence[Factor]) -> Crossed:
    """Every policy with every state of the world."""
    sides = {}
    for group, role in ROLES:
        own = [factor for factor in factors if factor.role == role]
        if not own:
            raise Fault(("design",), f"crosses levers with uncertainties, and there are no {group}.")
        side = one(written.get(group, designs.GRID), ("design", group), levels, own)
        if side.kind not in CROSSABLE:
            raise Fault(("design", group), f"found {side.kind}; it cannot be crossed.", ", ".join(CROSSABLE))
        sides[group] = side
    return Crossed(**sides)


def points(file: File, factors: list[Factor], known: Factors, path: Path) -> tuple[Design, list[Factor]]:
    """A list of points, and its factors: those of the study, or else its columns."""
    head, cells = _table(file, path)
    bundles = [key in known.bundles for key in head]
    rows = [_values(row, bundles, head, (*path, file.name, f"line {line}")) for line, row in enumerate(cells, 2)]
    factors = factors or [known.column(key, [row[k] for row in rows], path) for k, key in enumerate(head)]
    names = [factor.name for factor in factors]
    if sorted(head) != sorted(names):
        raise Fault(path, f"{file.name} has the columns {', '.join(head)}.", ", ".join(names))
    order = [head.index(name) for name in names]
    for factor, place in zip(factors, order, strict=True):
        _check_cells(factor, [row[place] for row in rows], known, (*path, file.name))
    return Design(designs.POINTS, given=tuple(tuple(row[place] for place in order) for row in rows)), factors


def _check_cells(factor: Factor, cells: list[Level], known: Factors, path: Path) -> None:
    seen: set[Level] = set()
    for line, found in enumerate(cells, 2):
        if found in seen:
            continue
        seen.add(found)
        here = (*path, f"line {line}", factor.name)
        if not factor.holds(found):
            raise Fault(here, f"found {in_words(found)}.", factor.in_words())
        if factor.name not in known.bundles:
            for key in known.together.get(factor.name, (factor.name,)):
                known.check(key, found, here)


def _values(row: Sequence[str], bundles: Sequence[bool], head: Sequence[str], path: Path) -> list[Level]:
    """The values of a line: names of bundles as they stand, the rest as in a scenario file."""
    values: list[Level] = []
    for key, cell, bundle in zip(head, row, bundles, strict=True):
        try:
            found = cell if bundle else value(cell)
        except ScenarioError as error:
            raise Fault((*path, key), error.problems[0].message) from None
        if not isinstance(found, int | float | str):
            raise Fault((*path, key), f"found {in_words(found)}.", "a number, a word, true, false")
        values.append(found)
    return values


def _table(file: File, path: Path) -> tuple[list[str], list[list[str]]]:
    """The keys and the cells of a table."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = [[cell.strip() for cell in line] for line in csv.reader(stream) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Fault(path, f"{file.name} cannot be read ({error}).") from None
    if len(lines) < 2:
        raise Fault(path, f"{file.name} needs a line of keys and at least one line of values.")
    if len(lines) - 1 > MOST_GIVEN:
        raise Fault(path, f"{file.name} has {len(lines) - 1:,} points.", f"up to {MOST_GIVEN:,}")
    head, *rows = lines
    if len(head) == 1 and ";" in head[0]:
        raise Fault((*path, file.name), "has columns that are separated by semicolons.", "commas")
    for key in head:
        if head.count(key) > 1:
            raise Fault((*path, file.name), f"has the column {key} twice.")
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            raise Fault((*path, f"{file.name}, line {number}"), f"has {len(row)} values for {len(head)} keys.")
    return head, rows


def check_centre(base: Scenario, factors: Sequence[Factor], known: Factors) -> None:
    """Refuse factors that cannot have the base's value: one_at_a_time departs from there.  Bundles have none."""
    for factor in factors:
        if factor.name in known.bundles:
            continue
        found = value_at(base, known.together.get(factor.name, (factor.name,))[0])
        if not factor.holds(found):
            raise Fault(
                ("design",),
                f"one_at_a_time departs from the base, where {factor.name} is {in_words(found)}, which is not varied.",
                f"factors that have it ({factor.name}: {factor.in_words()})",
            )


def _no_such_design(written: object, path: Path) -> NoReturn:
    word = next(iter(written), "") if isinstance(written, Mapping) else written
    sampled = ", ".join(f"{{{kind}: N}}" for kind in designs.SAMPLED)
    allowed = f"{designs.GRID}, {designs.ONE_AT_A_TIME}, {sampled}, {{{designs.POINTS}: FILE.csv}}"
    needs_size = word in designs.SAMPLED
    message = f"{word} takes a size, as in {{{word}: 64}}." if needs_size else f"found {in_words(written)}."
    raise Fault(path, message, allowed, "" if needs_size else nearest(str(word), designs.DESIGNS))
