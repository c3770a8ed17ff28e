"""`peersim validate`: does the model give what was found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peersim.cli.common import RefusedError, SeedOption, console, count, status

if TYPE_CHECKING:
    from rich.table import Table

    from peersim.studies.validate import Checked, Validation, Verdict

FAILED = 1


def validate(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer replicates: under two minutes.")] = False,
    only: Annotated[
        list[int] | None, typer.Option("--only", metavar="N", help="Only this pattern, in detail. May be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="A folder for findings.json and tables.")
    ] = None,
    seed: SeedOption = 1,
) -> None:
    """Ask the model for every pattern in the literature that it should give, and for what would falsify it.

    Exit status 1 if a pattern of strength A or B does not come out, or a falsifier does.
    """
    from peersim.studies import validate as study

    if out is not None and out.exists() and not out.is_dir():
        raise RefusedError(f"{out}: is a file; --out takes a folder")
    with status("Asking the model ...") as sign:
        validation = study.validate(
            study.QUICK if quick else study.FULL,
            only=only or (),
            seed=seed,
            told=lambda name: sign.update(f"{name} ...") if hasattr(sign, "update") else None,
        )
    if out is not None:
        _write(validation, out)
    if as_json:
        typer.echo(json.dumps(validation.to_dict(), indent=2))
    else:
        _show(validation, detailed=bool(only))
    if validation.failures:
        raise typer.Exit(FAILED)


def _show(validation: Validation, *, detailed: bool) -> None:
    screen = console(piped=150)
    screen.print(f"{validation.replicates} replicates a run, seed {validation.seed}; intervals of 95 %\n")
    screen.print(_summary("Patterns", validation.patterns))
    if validation.falsifiers:
        screen.print(_summary("Falsifiers (pass: not falsified)", validation.falsifiers))
    for verdict in (*validation.patterns, *validation.falsifiers):
        if detailed or not verdict.passed:
            screen.print(_details(verdict))
    screen.print("\n" + _in_short(validation))


def _in_short(validation: Validation) -> str:
    """How many pass, and which fail of those that count."""
    groups = {"pattern": validation.patterns, "falsifier": validation.falsifiers}
    passed = " and ".join(
        f"{sum(verdict.passed for verdict in verdicts)} of {count(len(verdicts), kind)}"
        for kind, verdicts in groups.items()
        if verdicts
    )
    failing = ", ".join(
        f"{kind} {verdict.finding.id}"
        for kind, verdicts in groups.items()
        for verdict in verdicts
        if verdict in validation.failures
    )
    said = f"Of strength A or B, these fail: {failing}." if failing else "Nothing of strength A or B fails."
    return f"{passed} passed. {said}"


def _summary(title: str, verdicts: tuple[Verdict, ...]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for name in ("#", "pattern", "claim", "expected", "found", "", "strength"):
        table.add_column(name, justify="right" if name == "#" else "left")
    for verdict in verdicts:
        finding, head = verdict.finding, verdict.headline
        cells = (str(finding.id), finding.name, head.claim, head.expected, str(head.estimate))
        table.add_row(*cells, "pass" if verdict.passed else "FAIL", finding.strength)
    return table


def _details(verdict: Verdict) -> Table:
    from rich.table import Table

    finding = verdict.finding
    table = Table(title=f"\n{finding.id}. {finding.statement}", title_justify="left", box=None, header_style="bold")
    for name in ("check", "expected", "found", ""):
        table.add_column(name)
    for number, check in enumerate(verdict.checks, 1):
        table.add_row(f"{number}. {check.claim}", check.expected, str(check.estimate), _word(check))
    for one in verdict.undone:
        became = "gone, as it should" if one.gone else "STILL THERE"
        table.add_row(f"{one.check}. without {one.mechanism}", "not so", str(one.estimate), became)
    if finding.failing:
        table.caption = finding.failing
        table.caption_justify = "left"
    return table


def _word(check: Checked) -> str:
    return "pass" if check.passed else "FAIL"


def _write(validation: Validation, out: Path) -> None:
    import pandas as pd

    out.mkdir(parents=True, exist_ok=True)
    everything = validation.to_dict()
    (out / "findings.json").write_text(json.dumps(everything, indent=2) + "\n", encoding="utf-8")
    rows = [
        {"kind": kind.removesuffix("s"), "id": one["id"], "name": one["name"], "strength": one["strength"]} | check
        for kind in ("patterns", "falsifiers")
        for one in everything[kind]
        for check in one["checks"]
    ]
    pd.DataFrame(rows).to_csv(out / "checks.csv", index=False)
