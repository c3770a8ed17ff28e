"""The pages in docs/: tables current, nothing left out, and equations that give the model's own numbers."""

import ast
import math
import re
from copy import deepcopy
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from docs import generate
from peersim.scenario import Constants, Scenario, registry
from peersim.scenario.costs import Costs
from peersim.week import WEEK, live_once
from peersim.world import causes, draws, state
from peersim.world.build import POLICY_FIELDS, RATES, build
from peersim.world.measures import TEAM, WEEKLY

ROOT = Path(__file__).resolve().parent.parent
MODEL = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
EVIDENCE = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
BY_HAND = generate.MARKED.sub("", MODEL)
BLOCKS = re.findall(r"```python\n(.*?)```", BY_HAND, re.DOTALL)
EQUATIONS = "\n\n".join(BLOCKS)


# tables -----------------------------------------------------------------------


@pytest.mark.parametrize("page", generate.PAGES)
def test_tables_are_current(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert generate.renewed(text) == text, "run: python docs/generate.py"


def test_every_table_is_on_a_page():
    pages = ((ROOT / "docs" / page).read_text(encoding="utf-8") for page in generate.PAGES)
    shown = [name for page in pages for _, name, _ in generate.MARKED.findall(page)]
    assert set(shown) == set(generate.TABLES)


def test_constants_are_grouped_completely():
    grouped = [name for names in generate.constant_groups().values() for name in names]
    assert grouped == [name for name in Constants.model_fields if name != "off"]


# nothing left out -------------------------------------------------------------


def words(text):
    return set(re.findall(r"\w+", text))


def test_every_constant_and_unit_cost_has_an_equation():
    names = [name for name in Constants.model_fields if name != "off"]
    names += [f"cost_{name}" for name in Costs.model_fields]
    assert [name for name in names if name not in words(EQUATIONS)] == []


def test_every_policy_acts_in_an_equation():
    assert [key for key, name in (POLICY_FIELDS | RATES).items() if name not in words(EQUATIONS)] == []


def test_every_cause_has_an_equation():
    named = set(re.findall(r'"(\w+)"', EQUATIONS))
    assert [cause for cause in (*causes.IDENTITY, *causes.EXHAUSTION, *causes.LEAVING) if cause not in named] == []


def test_every_state_variable_is_in_an_equation():
    # Of teams and provider, rows of sums and the room taken in logs belong to how it is computed, not to the model.
    inner = {"sums", "counts", "n_events", "n_spells"}
    fields = {field.name for some in generate.ENTITIES.values() for field in some} - inner - {"event", "kind"}
    assert sorted(fields - words(EQUATIONS)) == []


def test_every_step_of_the_week_and_decision_of_chance_is_described():
    defined = set(re.findall(r"^def (\w+)", EQUATIONS, re.MULTILINE))
    assert [generate.function_of(step) for step in WEEK if generate.function_of(step) not in defined] == []
    decisions = re.findall(r"^\| decision \| `(\w+)`", MODEL, re.MULTILINE)
    assert decisions
    assert [name for name in decisions if name not in words(EQUATIONS)] == []
    assert [name for name in decisions if f"| `{name}`" not in BY_HAND] == []


def test_headings_are_those_of_the_protocol():
    design = "Theoretical and Empirical Background, Individual Decision Making, Learning, Individual Sensing, "
    design += "Individual Prediction, Interaction, Collectives, Heterogeneity, Stochasticity, Observation"
    protocol = {
        "I Overview": "Purpose, Entities; state variables; and scales, Process overview and scheduling",
        "II Design Concepts": design,
        "III Details": "Implementation Details, Initialisation, Input Data, Submodels",
    }
    numerals = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]
    wanted = []
    for block, elements in protocol.items():
        wanted.append(f"## {block}")
        for numeral, element in zip(numerals, elements.split(", "), strict=False):
            wanted.append(f"### {block.split()[0]}.{numeral} {element.replace(';', ',')}")
    found = [line for line in BY_HAND.splitlines() if re.match(r"#{2,3} I", line)]
    assert found == wanted


def test_equations_hold_no_values_of_constants():
    # Numbers that the page itself lists as fixed, or that belong to arithmetic and counting.
    fixed = {0, 0.5, 1, 1.5, 2, 3, 5, 0.7, 3.4641016151377544, 52, 60}
    technical = "\n".join(block for block in BLOCKS if "def philox" in block or "def exponential" in block)
    numbers = {
        node.value
        for block in BLOCKS
        if block not in technical
        for node in ast.walk(ast.parse(block))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }
    assert sorted(numbers - fixed - {4, 6, 7, 8, 9, 1e-9}) == []


def test_prose_holds_no_values_of_constants():
    prose = re.sub(r"```.*?```", "", BY_HAND, flags=re.DOTALL)
    prose = re.sub(r"(?:rows?|sections?) [\d., and to()]+", "", prose)
    decimals = set(re.findall(r"(?<![\w.])0\.\d+(?![\w.])", prose.split("## References")[0]))
    assert decimals <= {"0.7"}


# the equations give the model's own numbers -------------------------------------


class Record(SimpleNamespace):
    """A record with every field 0; ledgers by cause."""


LEDGERS = {"identity": causes.IDENTITY, "exhaustion": causes.EXHAUSTION}
FIELDS = {
    "provider": state.PROVIDER_FIELDS,
    "team": state.TEAM_FIELDS,
    "peer": state.PEER_FIELDS,
    "clinician": state.CLINICIAN_FIELDS,
    "manager": state.MANAGER_FIELDS,
    "user": state.USER_FIELDS,
}


def empty(field):
    if field.length:
        return dict.fromkeys(LEDGERS.get(field.name.split("_")[0], causes.LEAVING), 0.0)
    return 0.0 if field.type == "f8" else 0


def blank(kind):
    return Record(**{field.name: empty(field) for field in FIELDS[kind]})


def renew_record(record, keep):
    for name, value in vars(blank("peer")).items():
        if name not in keep:
            setattr(record, name, value)


LISTS = ("teams", "peers", "clinicians", "managers", "users", "events", "spells", "weekly")


class Reading:
    """A world as somebody would write it who has nothing but the page."""

    def __init__(self, scenario, *, seed, replicate):
        self.now = vars(math) | {
            "deepcopy": deepcopy,
            "blank": blank,
            "renew_record": renew_record,
            "on": lambda name: name not in scenario.model.off,
            "provider": blank("provider"),
            **{name: [] for name in LISTS},
            **{name: getattr(scenario.model, name) for name in Constants.model_fields if name != "off"},
            **{f"cost_{name}": getattr(scenario.costs, name) for name in Costs.model_fields},
            **{name: int(value) for name, value in re.findall(r"\| `([A-Z_]+)` \| (\d+) \|", generate.decisions())},
        }
        exec(compile(EQUATIONS, "docs/model.md", "exec"), self.now)
        sector = state.SECTORS.index(scenario.sector)
        self.now["policies"] = self.policies(scenario)
        self.now["build"](scenario.team_list(), sector, seed, replicate)
        self.now["found"]()
        actors = {name: self.now[name] for name in LISTS} | {"provider": [self.now["provider"]]}
        self.week = [(actors[step.who], self.now[generate.function_of(step)]) for step in WEEK]

    def policies(self, scenario):
        names, as_held = POLICY_FIELDS | RATES, self.now["as_held"]
        start = {name: as_held(key, attrgetter(key)(scenario.policies)) for key, name in names.items()}
        changes = [
            (change.week, change.over_weeks, names[key], as_held(key, value))
            for change in scenario.changes
            for key, value in change.set.items()
        ]
        column = self.now["policy_table"](start, changes, scenario.horizon_weeks)
        return [
            SimpleNamespace(**{name: values[week] for name, values in column.items()})
            for week in range(scenario.horizon_weeks)
        ]

    def live(self):
        self.now["one_week"](self.week)


def plain(value):
    return list(value.values()) if isinstance(value, dict) else value


def differences(kind, records, rows):
    """Fields in which the page's records and the model's rows differ, with the first pair."""
    inner = {"sums", "counts", "n_events", "n_spells"}
    found = {}
    for field in FIELDS[kind]:
        if field.name in inner:
            continue
        for number, (record, row) in enumerate(zip(records, rows, strict=True)):
            here, there = plain(getattr(record, field.name)), np.asarray(row[field.name]).tolist()
            if here != there:
                found.setdefault(field.name, (number, here, there))
    return found


def compiled(scenario, weeks, *, seed, replicate):
    blank_world = build(scenario, seed=seed, weeks=scenario.horizon_weeks)
    world = build(scenario, seed=seed, weeks=scenario.horizon_weeks)
    room = np.zeros(10_000, state.EVENT).view(np.recarray)
    world = world._replace(events=room, spells=np.zeros(1000, state.PEER).view(np.recarray))
    live_once(world, blank_world, replicate, weeks)
    return world


def scenario(name, **other):
    small = {"name": "A", "peers": 1, "clinicians": 5, "users_per_peer": 4}
    large = {"name": "B", "count": 5, "peers": 3, "clinicians": 4, "users_per_peer": 5}
    large |= {"community": 0.8, "pressure": 0.7}
    return Scenario(**{"name": name, "horizon_weeks": 60, "teams": [small, large], **other})


RESTLESS = {"hazard_base": -4.5, "clinician_hazard_base": -5.5, "manager_hazard": 0.04, "approval_base": 0.3}
BUSY = {"sickness_base": 0.1, "promotion_tenure": 8, "promotion_chance": 0.5, "help_seeking": 1, "drop_out": 0.1}
HARD_PRESSED = {"time_manager": 0.3, "time_peer_lead": 0.3}
RAISE = {"week": 17, "over_weeks": 5, "set": {"valuing.pay_parity": 1.2, "support.supervision.understanding": 0.1}}
CUT = {"week": 33, "set": {"valuing.pay_parity": 0.6}}
CHANGES = [
    {"week": 5, "over_weeks": 12, "set": {"support.supervision.every_weeks": 1, "culture.valuing": 0.9}},
    {"week": 9, "over_weeks": 4, "set": {"support.supervision.every_weeks": 6, "support.supervision.understanding": 1}},
    {"week": 20, "set": {"support.supervision.by": "external", "support.supervision.boundaries": 1}},
    {"week": 30, "over_weeks": 1, "set": {"valuing.pay_parity": 1.1, "structure.weeks_to_hire": 1.5}},
    {"week": 0, "set": {"support.peer_group_every_weeks": 3, "valuing.team_training_per_year": 9}},
    {"week": 3, "set": {"culture.disclosure_training_per_year": 12}},
    {"week": 40, "over_weeks": 30, "set": {"identity.formalisation": 1, "valuing.protected_time": 0.9}},
]
NO_SESSIONS = [
    {"week": 20, "set": {"support.supervision.minutes": 0}},
    {"week": 40, "over_weeks": 3, "set": {"support.supervision.minutes": 45, "culture.valuing": 0.1}},
]
SCENARIOS = {
    "as it comes": scenario("as it comes"),
    "restless": scenario(
        "restless", sector="voluntary", changes=[RAISE, CUT], model=RESTLESS | BUSY | HARD_PRESSED
    ).with_({"support.supervision.every_weeks": 3}),
    "changing": scenario("changing", sector="partnership", changes=CHANGES, model=RESTLESS | BUSY),
    "peer lead": scenario("peer lead", changes=NO_SESSIONS, model=HARD_PRESSED | {"task_occasions": 6}).with_(
        {
            "support.supervision.by": "peer_lead",
            "support.supervision.every_weeks": 2.5,
            "support.peer_group_every_weeks": 2,
            "valuing.pay_parity": 1,
        }
    ),
    "much off": scenario(
        "much off",
        changes=[RAISE],
        model=RESTLESS | {"off": ["policy", "socialisation", "peer_support", "absence"]},
    ).with_({"support.supervision.minutes": 0, "support.supervision.every_weeks": 2}),
    "supervision off": scenario("supervision off", model={"off": ["supervision", "caseload", "culture", "hiring"]}),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_page_alone_gives_the_numbers_of_the_model(name):
    chosen = SCENARIOS[name]
    seed, replicate = 2**32 - 5, 7
    reading = Reading(chosen, seed=seed, replicate=replicate)
    for week in range(chosen.horizon_weeks + 1):
        if week in (0, 1, 2, 3, 13, 30, chosen.horizon_weeks):
            world = compiled(chosen, week, seed=seed, replicate=replicate)
            if week == chosen.horizon_weeks:
                reading.now["close_books"]()
            else:  # closing the books writes into the records
                for rows, ledger in ((world.peers.end_week, "end_week"), (world.peers.ended, "ended")):
                    rows[world.peers.status != state.VACANT] = -1 if ledger == "end_week" else 0
            for kind in FIELDS:
                records = [reading.now["provider"]] if kind == "provider" else reading.now[f"{kind}s"]
                rows = world.provider if kind == "provider" else getattr(world, f"{kind}s")
                assert differences(kind, records, rows) == {}, f"{kind}, after {week} weeks"
        if week < chosen.horizon_weeks:
            reading.live()
    weekly = np.array([[row[name] for name in WEEKLY] for row in reading.now["weekly"]], float)
    different = [name for k, name in enumerate(WEEKLY) if not np.array_equal(weekly[:, k], world.weekly[:, k], True)]
    assert different == []
    events = world.events[: world.provider[0].n_events]
    columns = ("week", "event", "kind", "team", "post", "ordinal")
    assert reading.now["events"] == [tuple(int(entry[name]) for name in columns) for entry in events]
    spells = world.spells[: world.provider[0].n_spells]
    assert differences("peer", reading.now["spells"], spells) == {}


def spells_of(name):
    """Everybody who was ever in post in a scenario of the comparison."""
    world = compiled(SCENARIOS[name], SCENARIOS[name].horizon_weeks, seed=2**32 - 5, replicate=7)
    return world.spells[: world.provider[0].n_spells]


def test_the_scenarios_of_the_comparison_reach_what_is_rare():
    restless, changing, peer_lead, without = map(spells_of, ("restless", "changing", "peer lead", "much off"))
    assert changing.disclosure_skill.max() > 0.5
    assert len(set(restless.pay_ratio[restless.promoted == 0].tolist())) > 2, "pay as it was, raised, and cut"
    for often in (restless, peer_lead):  # every three weeks, and every two and a half
        assert often.sessions.sum() > 10
        assert often.missed_sessions.sum() > 10
    assert without.sessions.sum() == without.missed_sessions.sum() == 0
    assert without.weeks_since_supervision.max() > 10


def test_luck_of_the_page_is_philox():
    # Known answer published with Random123: counter and key all ones.
    namespace = {}
    exec(next(block for block in BLOCKS if "def philox" in block), namespace)
    ones = 2**32 - 1
    assert namespace["philox"](*[ones] * 6) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)
    assert draws.PEER != draws.USER


def test_present_value_of_the_page_is_that_of_later_years():
    present_value = Reading(SCENARIOS["as it comes"], seed=1, replicate=0).now["present_value"]
    assert present_value([100.0]) == 100
    assert present_value([0.0] * 52 + [103.5]) == pytest.approx(100)
    assert present_value([0.0] * 104 + [103.5]) == pytest.approx(100 / 1.035)
    undiscounted = SCENARIOS["as it comes"].with_({"costs.discount_rate": 0})
    assert Reading(undiscounted, seed=1, replicate=0).now["present_value"]([1.0] * 104) == 104


# evidence ---------------------------------------------------------------------

ROW = r"\d+\.\d+[a-z]?"
ASIDE = r"(?:\s*\([^)]*\))?"
CITED = re.compile(rf"\brows?\s+({ROW}{ASIDE}(?:(?:,| and|, and| to)\s+(?:row\s+)?{ROW}{ASIDE})*)", re.IGNORECASE)


def cited_rows(text):
    return {row for found in CITED.findall(" ".join(text.split())) for row in re.findall(r"\d+\.\d+", found)}


def cited_sections(text):
    several = r"\bsections?\s+(\d+(?:\.\d+)?(?:(?:,| and)\s+\d+(?:\.\d+)?)*)"
    found = re.findall(several, " ".join(text.split()), re.IGNORECASE)
    return {section for some in found for section in re.findall(r"\d+(?:\.\d+)?", some)}


def sources():
    yield from ((parameter.key, parameter.evidence) for parameter in registry())
    yield "docs/model.md", MODEL
    yield "docs/validation.md", (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "peersim").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "experiments").rglob("*.yaml")):
        yield path.relative_to(ROOT).as_posix(), re.sub(r"\([^()]*\)", "", path.read_text(encoding="utf-8"))


def test_every_row_that_is_cited_is_in_the_evidence():
    known = set(re.findall(r"^\| (\d+\.\d+) \|", EVIDENCE, re.MULTILINE))
    missing = {(where, row) for where, text in sources() for row in cited_rows(text) - known}
    assert sorted(missing) == []


def test_every_section_that_is_cited_is_in_the_evidence():
    known = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?)", EVIDENCE, re.MULTILINE))
    missing = {(where, section) for where, text in sources() for section in cited_sections(text) - known}
    assert sorted(missing) == []


def test_citations_are_found():
    assert cited_rows("Rows 1.12 (15 %), 1.17; job, row 3.1 and section 6.4 (b2 = 0.30)") == {"1.12", "1.17", "3.1"}
    assert cited_sections("Bhatt, section 6.3 (b1 = 0.13 per month)") == {"6.3"}
    assert {row for parameter in registry() for row in cited_rows(parameter.evidence)}


def test_team_measures_come_first():
    assert list(WEEKLY)[: len(TEAM)] == list(TEAM)
