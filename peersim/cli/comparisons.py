"""`peersim compare` and `peersim attribute`: what changes if this is done instead of that, and which part does it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

import peersim
from peersim.cli.arms import SetEverywhereOption, WithOption, read_arms
from peersim.cli.common import (
    OutcomeOption,
    RefusedError,
    ReplicatesOption,
    ScenarioArgument,
    SeedOption,
    WeeksOption,
    console,
    count,
    progress,
    read_scenario,
    terminable,
)
from peersim.cli.outputs import (
    Clock,
    OutOption,
    ReportOption,
    SheetOption,
    places,
    say_written,
    write_attribution,
    write_comparison,
)

if TYPE_CHECKING:
    from rich.table import Table

    from peersim.analysis.attribution import Attribution
    from peersim.analysis.comparison import Comparison, Precision

PIPED: Final = 150
"""Columns written where there is no window, as into a file."""
WIDE: Final = 118
"""Columns of a window from which on every column of the table is shown."""
SHOWN_CHANGES: Final = 8
"""Keys told of in which a scenario differs."""

EffectOption = Annotated[
    str,
    typer.Option(
        "--effect",
        metavar="OUTCOME",
        help="What the cost is set against; by default years_retained, peer workers retained for a year.",
    ),
]


# compare ----------------------------------------------------------------------


def compare(
    scenario: ScenarioArgument,
    others: Annotated[list[str] | None, typer.Argument(help="Scenario files to compare it with.")] = None,
    written: WithOption = None,
    replicates: ReplicatesOption = 200,
    seed: SeedOption = 1,
    weeks: WeeksOption = None,
    settings: SetEverywhereOption = None,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            "--precision",
            metavar="OUTCOME=HALF",
            help="Add pairs until the 95 % interval of this outcome's difference reaches no further than so much to "
            "either side, as in identity=0.01. May be repeated.",
        ),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=2, help="Pairs at which the search for a precision ends.")] = 5_000,
    effect: EffectOption = "years_retained",
    out: OutOption = None,
    report: ReportOption = None,
    sheet: SheetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the differences as one JSON object.")] = False,
) -> None:
    """Compare scenarios: the same people and the same luck in each.

    Try: peersim compare demo --with "weekly supervision: support.supervision.every_weeks=1"
    """
    from peersim.analysis.economics import check_effect

    check_effect(effect)
    base = read_scenario(scenario, settings or [], weeks)
    arms = read_arms(base, others or [], written or [], settings or [], weeks)
    asked = dict(_precision(text) for text in precision or [])
    with terminable(), places(out, report, sheet) as ready:
        clock = Clock()
        with progress((1 + len(arms)) * replicates) as told:
            comparison = peersim.compare(base, arms, replicates, seed, precision=asked, most=most, progress=told)
        write_comparison(comparison, ready, clock.stop(), effect)
    if as_json:
        typer.echo(json.dumps(comparison.to_dict(effect), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _show(comparison, effect)
        say_written(out, report, sheet)


def _precision(text: str) -> tuple[str, float]:
    """Outcome and half-width of ``--precision OUTCOME=HALF``."""
    name, _, written = (part.strip() for part in text.partition("="))
    try:
        return name, float(written)
    except ValueError:
        raise RefusedError(f"--precision {text}: expected OUTCOME=HALF, such as identity=0.01") from None


def _show(comparison: Comparison, effect: str) -> None:
    """The differences as tables, with what a reader has to know to read them."""
    from peersim.analysis import verdicts

    screen = console(piped=PIPED)
    for name in comparison.arms:
        screen.print(_difference_table(comparison, name, all_columns=screen.width >= WIDE))
        screen.print(f"\nDiffers in: {_changes(comparison.changes[name])}")
        if not comparison.matching[name].complete:
            screen.print(f"Who is paired: {comparison.matching[name]}.")
        screen.print(f"Cost and effect: {comparison.value(name, effect).in_words()}")
        screen.print(verdicts.pairing(comparison.of(name)))
        screen.print(f"{verdicts.skewed(comparison.of(name))}\n")
    screen.print(_footnotes(comparison))
    if screen.width < WIDE:
        screen.print(f"More columns in a window of {WIDE} columns or more, with --json and with --out.")


def _difference_table(comparison: Comparison, name: str, *, all_columns: bool) -> Table:
    """The differences of one scenario; in a narrow window without the columns that only a statistician misses."""
    from rich.table import Table
    from rich.text import Text

    from peersim.analysis import verdicts
    from peersim.results.outcomes import GROUPS, OUTCOMES

    size = f"{count(comparison.replicates, 'pair')}, {count(comparison.baseline.weeks, 'week')}, seed {comparison.seed}"
    title = f"{name}, compared with {comparison.baseline.scenario.name}: {size}"
    table = Table(title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    always = ["difference", "95 % interval"]
    shown = ["baseline", *always, "better in", "effect", "pairs needed"] if all_columns else always
    table.add_column("")
    for head in shown:
        table.add_column(head, justify="right", no_wrap=head != "pairs needed")
    table.add_column("verdict")
    rows: Mapping[Any, Mapping[Any, Any]] = comparison.of(name).to_dict("index")
    for group, outcomes in GROUPS.items():
        table.add_row(Text(f"\n{group}", style="bold"))
        for outcome in outcomes:
            cells = verdicts.cells(rows[outcome], OUTCOMES[outcome])
            table.add_row(OUTCOMES[outcome].label, *(cells[head] for head in (*shown, "verdict")))
    return table


def _changes(changes: dict[str, tuple[object, object]]) -> str:
    told = [f"{key} {_written(old)} -> {_written(new)}" for key, (old, new) in list(changes.items())[:SHOWN_CHANGES]]
    more = [f"and {len(changes) - SHOWN_CHANGES} more"] if len(changes) > SHOWN_CHANGES else []
    return ", ".join(told + more)


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return f"[{count(len(value), 'entry', 'entries')}]" if isinstance(value, list) else str(value)


def _footnotes(comparison: Comparison) -> str:
    from peersim.analysis.pairs import MARGIN, MARGIN_OF_COST

    notes = [
        "Difference: the mean over pairs of worlds with the same people and the same luck; its interval says how well "
        "the pairs pin it down. Better in: share of pairs in which the world is the better one (ties count half), so "
        "what one provider might see. Effect: difference / standard deviation of the baseline's replicates. Pairs "
        f"needed: for an interval of ±{MARGIN:g} (costs: ±{MARGIN_OF_COST:.0%}), or what --precision asks.",
        "Probably: of so many outcomes one might show so much by chance.",
    ]
    if comparison.replicates == 1:
        notes.append("One pair has no interval; ask for more with -n.")
    notes += [_reached(goal, comparison) for goal in comparison.precision]
    notes.append(
        "No QALYs are given: what is known of effects on service users is small, and nothing known turns it into a "
        "utility."
    )
    return "\n".join(notes)


def _reached(goal: Precision, comparison: Comparison) -> str:
    from peersim.analysis import verdicts

    text = f"Precision of {goal.outcome}: ±{goal.found:.3g} with {comparison.replicates:,} pairs"
    if goal.reached:
        return f"{text}; asked ±{goal.asked:g}, reached."
    return (
        f"{text}; asked ±{goal.asked:g}, not reached at the cap (--most) in '{goal.scenario}': "
        f"{verdicts.about(goal.pairs_needed)} would be needed."
    )


# attribute --------------------------------------------------------------------


def attribute(
    scenario: ScenarioArgument,
    bundle: Annotated[str | None, typer.Argument(help="The scenario file with the whole bundle.")] = None,
    written: WithOption = None,
    by: Annotated[str, typer.Option("--by", help="Parts: the study's themes (theme) or single keys (key).")] = "theme",
    outcomes: OutcomeOption = None,
    replicates: ReplicatesOption = 200,
    seed: SeedOption = 1,
    weeks: WeeksOption = None,
    settings: SetEverywhereOption = None,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
) -> None:
    """Split the effect of a bundle of policies over its parts (Shapley values).

    Try: peersim attribute configs/baseline.yaml configs/well_introduced.yaml
    """
    from peersim.analysis.attribution import HEADLINES
    from peersim.analysis.errors import check_outcomes

    check_outcomes(outcomes or [], "--outcome")
    base = read_scenario(scenario, settings or [], weeks)
    arms = read_arms(base, [bundle] if bundle else [], written or [], settings or [], weeks)
    if len(arms) != 1:
        raise RefusedError(f"one bundle is taken apart at a time; found {len(arms)}: name one file, or one --with")
    ((name, whole),) = arms.items()
    shown = outcomes or HEADLINES
    with terminable(), places(out) as ready:
        clock = Clock()
        with progress(replicates) as told:
            found = peersim.attribute(base, whole, name=name, by=by, replicates=replicates, seed=seed, progress=told)
        write_attribution(found, ready, clock.stop(), shown)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _show_parts(found, shown)
        say_written(out)


def _show_parts(found: Attribution, outcomes: Sequence[str]) -> None:
    from peersim.analysis.attribution import strongest_together

    screen = console(piped=PIPED)
    size = f"{count(found.replicates, 'pair')}, {count(found.weeks, 'week')}, seed {found.seed}"
    screen.print(f"{found.bundle}, compared with {found.baseline}: {size}", style="bold")
    for outcome in outcomes:
        screen.print(_part_table(found, outcome))
        screen.print(strongest_together(found, outcome))
    screen.print(_about_parts(found))


def _part_table(found: Attribution, outcome: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    from peersim.analysis import words
    from peersim.results.outcomes import OUTCOMES

    meant = OUTCOMES[outcome]
    title = Text(f"\n{meant.label} ({meant.better_is} is better)", style="bold")
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("part")
    for head in ("share", "95 % interval", "alone", "on top of the rest"):
        table.add_column(head, justify="right")
    labels = {part.name: part.label for part in found.parts}
    for row in found.shares[found.shares["outcome"] == outcome].to_dict("records"):
        cells = [words.change(row[name], meant) for name in ("share", "alone", "last")]
        table.add_row(labels[row["part"]], cells[0], words.limits(row, meant), *cells[1:])
    total = found.total.to_dict("index")[outcome]
    table.add_row("all together", words.change(total["difference"], meant), words.limits(total, meant))
    return table


def _about_parts(found: Attribution) -> str:
    text = (
        "Share: what a part adds, averaged over all orders in which the parts could be put in place (Shapley value); "
        "the shares add up to the whole. Alone: the part by itself. On top of the rest: the part added last."
    )
    if found.exact:
        return f"{text} All {2 ** len(found.parts):,} subsets of the parts were run."
    return (
        f"{text} {len(found.parts)} parts are too many for every subset: {len(found.orders):,} orders were drawn, "
        "and the error that comes from this is in the intervals. Interactions are given up to ten parts."
    )
