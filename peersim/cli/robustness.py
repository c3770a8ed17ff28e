"""`peersim robustness`: how policies do over states of the world, their regret, and which is the safest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from peersim.cli.common import OutcomeOption, SeedOption, console, count, status, terminable
from peersim.cli.outputs import Clock, OutOption, places, say_written
from peersim.cli.sweeps import PIPED, FolderArgument, heading, read_responses

if TYPE_CHECKING:
    from rich.table import Table

    from peersim.analysis.exploration.policies.robustness import Robustness
    from peersim.results.files import Timing

ROBUSTNESS: Final = "robustness"
"""Kind of a folder that holds policies judged over states of the world."""
SHOWN_POLICIES: Final = 12


def robustness(
    folder: FolderArgument,
    outcomes: OutcomeOption = None,
    when: Annotated[
        str | None,
        typer.Option(
            "--when",
            metavar="CONDITION",
            help='What a policy should reach, as in "retention_12m >= 0.7": in how many states of the world does it?',
        ),
    ] = None,
    seed: SeedOption = 1,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
) -> None:
    """Judge the policies of a study over its states of the world: means, worst cases, regret.

    Try: peersim robustness results/supervision --outcome identity --when "identity >= 0.5"
    """
    from peersim.analysis.errors import check_outcomes
    from peersim.analysis.exploration.discovery.condition import parse
    from peersim.analysis.exploration.policies import robustness as analysis

    responses = read_responses(folder)
    check_outcomes(outcomes or [], "--outcome", responses.outcomes)
    condition = parse(when, responses.outcomes, "--when") if when is not None else None
    with terminable(), places(out) as ready:
        clock = Clock()
        with status("Judging policies ..."):
            found = analysis.robustness(responses, outcomes or None, condition, seed)
        if ready.folder is not None:
            with status("Writing tables and figures ..."):
                _write(found, ready.folder, clock.stop())
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _show(found)
        say_written(out)


def _write(found: Robustness, folder: Path, timing: Timing) -> None:
    """Write what was found: words and numbers, policies, every policy in every state, figures, and a manifest."""
    from peersim.report.figures import robustness as figures
    from peersim.results import files

    text = json.dumps(found.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / "robustness.json").write_text(text, encoding="utf-8", newline="\n")
    tables = {"policies": found.table(), "regret": found.regrets()}
    if found.meets is not None:
        tables["condition"] = found.meets.assign(policy=[found.policies[row] for row in found.meets["policy"]])
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    figures.save_all(found, folder / "figures")
    content = {
        "kind": ROBUSTNESS,
        "study": found.responses.study,
        "outcomes": list(found.judgements),
        "condition": None if found.condition is None else str(found.condition),
        "seed": found.seed,
        "replicates": found.responses.replicates,
    }
    files.describe(folder, content, timing)


def _show(found: Robustness) -> None:
    screen = console(piped=PIPED)
    size = f"{count(len(found.policies), 'policy', 'policies')} in {count(len(found.states), 'state')} of the world"
    screen.print(heading(found.responses, size), style="bold")
    for outcome in found.judgements:
        screen.print(_policy_table(found, outcome))
        screen.print()
        for text in found.in_words(outcome):
            screen.print(text)
    if found.meets is not None:
        screen.print(f"\n{found.condition_in_words()}")
    screen.print(
        "\nAll states count alike. Worst: in the state that is worst for the policy. Regret: how much worse than the "
        "best policy of that state, on average and at most. Best in: share of states in which no policy is better. "
        "In brackets: the middle 95 % over replicates drawn anew."
    )


def _policy_table(found: Robustness, outcome: str) -> Table:
    """Policies in the order of their means."""
    from rich.table import Table
    from rich.text import Text

    from peersim.analysis import words

    judgement = found.judgements[outcome]
    meant = judgement.meant
    rows = judgement.table.assign(policy=[found.policies[row] for row in judgement.policies])
    rows = rows.sort_values("mean", ascending=meant.better < 0, kind="stable")
    shown, title = rows.head(SHOWN_POLICIES), f"\n{meant.label} ({meant.better_is} is better)"
    if len(shown) < len(rows):
        title += f": the {len(shown)} best of {len(rows):,} policies on average; --out and --json hold all"
    look: dict[str, Any] = {"box": None, "pad_edge": False, "padding": (0, 2, 0, 0), "header_style": "bold"}
    table = Table(title=Text(title, style="bold"), title_justify="left", **look)
    table.add_column("policy")
    meets = {} if found.meets is None else dict(zip(found.meets["policy"], found.meets["share"], strict=True))
    for head in ("mean", "worst", "mean regret", "largest regret", "best in", *(["meets it in"] if meets else [])):
        table.add_column(head, justify="right")
    for place, row in zip(shown.index, shown.to_dict("records"), strict=True):
        cells = [_with_ends(row, name, meant) for name in ("mean", "max_regret")]
        cells[1:1] = [words.amount(row[name], meant) for name in ("worst", "mean_regret")]
        cells.append(words.percent(row["best_in"]))
        if meets:
            cells.append(words.percent(meets.get(judgement.policies[place], float("nan"))))
        table.add_row(str(row["policy"]), *cells)
    return table


def _with_ends(row: dict[Any, Any], name: str, meant: Any) -> str:
    from peersim.analysis import words

    value = words.amount(row[name], meant)
    if f"{name}_low" not in row:
        return value
    return f"{value} ({words.amount(row[f'{name}_low'], meant)} to {words.amount(row[f'{name}_high'], meant)})"
