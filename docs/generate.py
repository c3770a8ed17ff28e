"""Write the generated tables of `docs/` in place: ``python docs/generate.py``.

A table stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; everything else on a page is written by hand.
The tables are made from the package itself, so that they cannot say anything else than what runs.
"""

from __future__ import annotations

import csv
import inspect
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from peersim.analysis.findings.estimates import Estimate
from peersim.app import limits
from peersim.results.observation import SCALES
from peersim.results.outcomes import OUTCOMES
from peersim.scenario import Parameter, constants, registry
from peersim.scenario.mechanisms import MECHANISMS
from peersim.week import WEEK, Step
from peersim.world import causes, draws, measures, state
from peersim.world.build import POLICY_FIELDS, RATES

FOLDER = Path(__file__).parent
PAGES = ("model.md", "evidence.md", "validation.md", "page.md")
FOUND = FOLDER / "findings" / "findings.json"  # written by `peersim validate --out docs/findings`
CONCLUSIONS = FOLDER / "findings" / "conclusions.csv"  # written by `python experiments/conclusions --out`
MARKED = re.compile(r"(<!-- generated: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)

ENTITIES = {
    "Provider (the organisation)": state.PROVIDER_FIELDS,
    "Team": state.TEAM_FIELDS,
    "Everybody who holds a post: peer workers, clinicians, managers": state.PERSON_FIELDS,
    "Peer worker, besides": state.PEER_FIELDS[len(state.PERSON_FIELDS) :],
    "Clinician (any colleague who is not a peer), besides": state.CLINICIAN_FIELDS[len(state.PERSON_FIELDS) :],
    "Manager, besides": state.MANAGER_FIELDS[len(state.PERSON_FIELDS) :],
    "Service user (a place on a caseload and who is in it)": state.USER_FIELDS,
    "Event": state.EVENT_FIELDS,
}

REASONS = {
    "opening": "Book-keeping: diaries and luck before anybody acts; teams take stock last, so that what they see of "
    "each other next week is how this week ended, whoever's turn comes first",
    "policy": "What is in force has to be known before anybody acts on it",
    "workload": "Who is missing is known from last week; pressure decides what is passed on",
    "task_allocation": "Tasks take the time that meetings with users need",
    "user_meetings": "The work itself, with the time that is left",
    "colleagues": "What passes between people at work, before support",
    "supervision": "Support comes after the work that calls for it",
    "peer_support": "As supervision; needs to know how colleagues were met",
    "reflection": "All terms of the week are applied at once, so that their order does not matter",
    "culture": "Others make up their minds about what they saw in the week",
    "absence": "People fall ill from how the week left them; the week is lived by those who were there at its start",
    "leaving": "As absence; after it, so that nobody falls ill in a job that they have left",
    "hiring": "A post can start its way to being filled in the week in which it falls vacant; newcomers work from "
    "the next week on",
    "caseload": "Users find out who is left; newcomers get a caseload before their first week",
    "measurement": "The week as it ended, with the picture that teams had of themselves during it",
}


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    cells = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |\n" for row in cells)


def code(name: object) -> str:
    """A name as code."""
    return f"`{name}`"


def number(value: object) -> str:
    """A default as it is written in a scenario."""
    if value is None:
        return "has to be given"
    if isinstance(value, float | int):
        return f"{value:.10g}"
    return code(value) if isinstance(value, str) else "none"


def allowed(parameter: Parameter) -> str:
    """The range of a parameter."""
    if parameter.kind in ("choice", "names"):
        return ", ".join(map(code, parameter.choices))
    if parameter.kind == "text":
        return f"text, {number(parameter.low)} to {number(parameter.high)} characters"
    return f"{number(parameter.low)} to {number(parameter.high)}"


def parameters(chosen: Iterable[Parameter], *, prefix: str = "") -> str:
    """Parameters with value, range, unit, meaning, evidence and grade."""
    heads = ["name", "value", "allowed", "unit", "meaning", "evidence", "grade"]
    return table(
        heads,
        (
            [
                code(p.key.removeprefix(prefix)),
                number(p.default),
                allowed(p),
                p.unit,
                p.meaning,
                p.evidence or "none found",
                p.grade,
            ]
            for p in chosen
        ),
    )


def of_group(group: str) -> list[Parameter]:
    """Parameters of a group of the scenario."""
    return [p for p in registry() if p.group == group]


def entities() -> str:
    """State variables of every entity."""
    parts = []
    for name, fields in ENTITIES.items():
        rows = ([code(f.name), f"{f.length} numbers" if f.length else TYPES[f.type], f.unit, f.meaning] for f in fields)
        parts.append(f"**{name}**\n\n{table(['variable', 'type', 'unit or range', 'meaning'], rows)}")
    return "\n".join(parts)


TYPES = {"u2": "whole", "i8": "whole", "i4": "whole", "i2": "whole", "i1": "whole", "f8": "real"}
"""What a reader calls a type."""


def function_of(step: Step) -> str:
    """Name of the function on the model page that says what happens in a step of the week."""
    shared = [other for other in WEEK if other.act == step.act]
    return step.act if len(shared) == 1 else f"{step.act}_{step.who.removesuffix('s')}"


def week() -> str:
    """The order of the week."""
    heads = ["step", "mechanism", "who", "function", "what happens", "why here"]
    rows = []
    before = ""
    for position, step in enumerate(WEEK, 1):
        what = (inspect.getdoc(step.behaviour) or "").split("\n\n")[0].replace("\n", " ")
        why = REASONS[step.mechanism] if step.mechanism != before else ""
        rows.append([position, step.mechanism, step.who, code(function_of(step)), what, why])
        before = step.mechanism
    return table(heads, rows)


def mechanisms() -> str:
    """Mechanisms and parts."""
    rows = ([code(name), what, "no" if name == "measurement" else "yes"] for name, what in MECHANISMS.items())
    return table(["mechanism", "what it does", "can be switched off"], rows)


def policies() -> str:
    """What planners can set, by theme."""
    field = POLICY_FIELDS | RATES
    groups = ("valuing", "identity", "support", "structure", "culture")
    parts = []
    for group in groups:
        rows = (
            [code(p.key), code(field[p.key]), number(p.default), allowed(p), p.unit, p.meaning, p.evidence, p.grade]
            for p in of_group(group)
        )
        heads = ["policy", "in equations", "default", "allowed", "unit", "meaning", "evidence", "grade"]
        parts.append(f"**{group}**\n\n{table(heads, rows)}")
    return "\n".join(parts)


def scenario_keys() -> str:
    """Keys of the scenario and of its teams."""
    return parameters(of_group("scenario") + of_group("teams"))


def constant_groups() -> dict[str, list[str]]:
    """Constants under the headings of their file."""
    groups: dict[str, list[str]] = {}
    for line in inspect.getsource(constants.Constants).splitlines():
        heading = re.fullmatch(r" {4}# (.+)", line)
        name = re.match(r" {4}(\w+): \w+ = parameter\(", line)
        if heading:
            groups[heading[1]] = []
        elif name:
            groups[list(groups)[-1]].append(name[1])
    return groups


def constant_tables() -> str:
    """Every constant, grouped as in its file."""
    by_name = {p.key.removeprefix("model."): p for p in of_group("model")}
    return "\n".join(
        f"**{heading}**\n\n{parameters((by_name[name] for name in names), prefix='model.')}"
        for heading, names in constant_groups().items()
    )


def decisions() -> str:
    """Kinds of person and decisions, with the numbers that go into keys."""
    source = inspect.getsource(draws)
    found = re.findall(r"^([A-Z_]+(?:, [A-Z_]+)*) = (\d+(?:, \d+)*)(?:  # (.+))?$", source, re.MULTILINE)
    kinds, rest = found[0], found[1:]
    pairs = zip(kinds[0].split(", "), kinds[1].split(", "), strict=True)
    rows = [["kind of person", code(name), value, ""] for name, value in pairs]
    for names, values, meaning in rest:
        rows += [
            ["decision", code(name), value, meaning]
            for name, value in zip(names.split(", "), values.split(", "), strict=True)
        ]
    return table(["what", "name", "number", "numbers drawn"], rows)


def cause_tables() -> str:
    """Causes of the three ledgers."""
    ledgers = {
        "Identity": causes.IDENTITY,
        "Exhaustion": causes.EXHAUSTION,
        "Intention to leave and log-hazard of leaving": causes.LEAVING,
    }
    heads = ["number", "cause", "in words"]
    return "\n".join(
        f"**{name}**\n\n{table(heads, ([k, code(cause), words] for k, (cause, words) in enumerate(of.items())))}"
        for name, of in ledgers.items()
    )


def weekly_measures() -> str:
    """What is measured every week."""
    heads = ["measure", "unit", "meaning", "of"]
    of = {"provider and each team": measures.TEAM, "provider": measures.PROVIDER}
    return table(heads, ([code(n), m.unit, m.meaning, whose] for whose, some in of.items() for n, m in some.items()))


def outcomes() -> str:
    """Headline outcomes."""
    better = {1: "higher", -1: "lower"}
    rows = ([code(name), o.label, o.unit, better[o.better], o.meaning] for name, o in OUTCOMES.items())
    return table(["outcome", "label", "unit", "better", "how measured"], rows)


def scales() -> str:
    """The observation model."""
    rows = ([code(name), code(s.state), number(s.low), number(s.high), s.source] for name, s in SCALES.items())
    return table(["scale", "state", "at 0", "at 1", "source"], rows)


def assumptions() -> str:
    """Parameters without published evidence for their value or for the direction of their effect."""
    settings = {"teams.name", "teams.count", "model.off"}
    chosen = [p for p in registry() if p.grade == "assumption" and p.group != "scenario" and p.key not in settings]
    rows = ([code(p.key), number(p.default), allowed(p), p.unit, p.meaning] for p in chosen)
    return table(["parameter", "default", "range to carry", "unit", "meaning"], rows)


def grades() -> str:
    """How many parameters stand on what."""
    meanings = {
        "A": "measured: at least one verified number that bears on it",
        "B": "several sources agree on the direction",
        "C": "one qualitative source, or guidance",
        "M": "taken from a published formal model",
        "assumption": "no source found",
    }
    counts = {grade: sum(p.grade == grade for p in registry()) for grade in meanings}
    return table(["grade", "meaning", "parameters"], ([g, m, counts[g]] for g, m in meanings.items()))


def found(part: str) -> list[dict[str, Any]]:
    """Patterns or falsifiers as the last validation kept here found them."""
    entries: list[dict[str, Any]] = json.loads(FOUND.read_text(encoding="utf-8"))[part]
    return entries


def measured(entry: dict[str, Any]) -> str:
    """A number with its interval."""
    return str(Estimate(*(math.nan if entry[name] is None else entry[name] for name in Estimate._fields)))


def verdict(passed: bool) -> str:
    """A verdict in a word."""
    return "pass" if passed else "**fail**"


def findings(part: str) -> str:
    """Every check of every pattern or falsifier."""
    rows = []
    for entry in found(part):
        named = [entry["id"], entry["statement"], entry["strength"]]
        for check in entry["checks"]:
            rows.append([*named, check["claim"], check["expected"], measured(check), verdict(check["passed"])])
            named = [""] * len(named)
    return table(["#", "statement", "strength", "check", "expected", "found (95 %)", ""], rows)


def verdicts() -> str:
    """Each pattern in a line."""
    rows = (
        [entry["id"], entry["statement"], entry["strength"], entry["source"], verdict(entry["passed"])]
        for entry in found("patterns")
    )
    return table(["#", "pattern", "strength", "source", "in the model"], rows)


def emergence() -> str:
    """What makes each pattern: the check with the mechanism on and off."""
    rows = [
        [
            entry["id"],
            entry["checks"][one["check"] - 1]["claim"],
            one["mechanism"],
            measured(entry["checks"][one["check"] - 1]),
            measured(one),
            "gone" if one["gone"] else "**still there**",
        ]
        for entry in found("patterns")
        for one in entry["made_by"]
    ]
    return table(["#", "check", "mechanism switched off", "with it", "without it", ""], rows)


def failed() -> str:
    """Patterns that do not come out, and why."""
    rows = [
        [entry["id"], entry["statement"], entry["strength"], f"{entry['claim']}: {measured(entry)}", entry["reason"]]
        for entry in found("patterns")
        if not entry["passed"]
    ]
    return table(["#", "statement", "strength", "what fails", "why"], rows) if rows else "None.\n"


def conclusions() -> str:
    """Whether the main contrast of each theme holds over the posterior."""
    with CONCLUSIONS.open(encoding="utf-8", newline="") as file:
        rows = [
            [
                row["theme"],
                code(row["outcome"]),
                row["expected"],
                f"{float(row['sign_holds']):.0%}",
                f"{float(row['clear']):.0%}",
                f"{float(row['median']):+.3f} ({float(row['low']):+.3f} to {float(row['high']):+.3f})",
            ]
            for row in csv.DictReader(file)
        ]
    heads = ["theme", "outcome", "expected", "sign holds", "and is clear", "difference, median (5 to 95 % of draws)"]
    return table(heads, rows)


def page_limits() -> str:
    """How much one visitor of the page may ask for."""
    rows: tuple[tuple[str, int], ...] = (
        ("worlds behind a change, fewer for a large provider", limits.WORLDS),
        ("people × weeks × worlds of a change", limits.MOST_WORK),
        ("posts of peer workers × worlds of a change", limits.MOST_POSTS),
        ("people in a world that is watched", limits.MOST_WATCHED),
        ("bytes of a scenario file, or of what a link holds", limits.MOST_UPLOADED),
        ("runs kept on the charts", limits.MOST_KEPT),
        ("pages open at once", limits.MOST_VISITS),
        ("classes open at once", limits.MOST_CLASSES),
        ("learners in a class", limits.MOST_LEARNERS),
    )
    return table(("what", "limit"), ((what, f"{most:,}") for what, most in rows))


TABLES: dict[str, Callable[[], str]] = {
    "page limits": page_limits,
    "entities": entities,
    "week": week,
    "mechanisms": mechanisms,
    "policies": policies,
    "scenario keys": scenario_keys,
    "constants": constant_tables,
    "unit costs": lambda: parameters(of_group("costs"), prefix="costs."),
    "decisions": decisions,
    "causes": cause_tables,
    "weekly measures": weekly_measures,
    "outcomes": outcomes,
    "scales": scales,
    "assumptions": assumptions,
    "grades": grades,
    "verdicts": verdicts,
    "patterns": lambda: findings("patterns"),
    "falsifiers": lambda: findings("falsifiers"),
    "emergence": emergence,
    "failed": failed,
    "conclusions": conclusions,
}
"""Tables by the name in their marker."""


def renewed(page: str) -> str:
    """A page with its tables made anew."""
    return MARKED.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", page)


def main() -> None:
    """Renew every page."""
    for name in PAGES:
        path = FOLDER / name
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
