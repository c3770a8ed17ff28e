"""Findings as files have them: rules, mistakes that are named with what is allowed, and the files that are shipped."""

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from peersim.analysis.errors import QuestionError
from peersim.analysis.findings import services
from peersim.analysis.findings.estimates import Estimate
from peersim.analysis.findings.finding import BASELINE, SERVICES, STATISTICS, Check, Finding, load
from peersim.analysis.findings.statistics import Effect, Share
from peersim.scenario import ScenarioError
from peersim.studies.validate import KEPT_BACK, MANY, shipped
from tests.worlds import small

SHARE = {"share": {"column": "left"}}

# rules ----------------------------------------------------------------------------------------------------------------


def check(**rule):
    return Check(claim="a claim", **SHARE, **rule)


def alone(found):
    """An estimate without an interval."""
    return Estimate(found, math.nan, math.nan)


@pytest.mark.parametrize(
    ("rule", "estimate", "holds"),
    [
        ({"above": 0.1}, Estimate(0.3, 0.2, 0.4), True),
        ({"above": 0.1}, Estimate(0.3, 0.05, 0.55), False),
        ({"above": 0.1}, Estimate(0.3, 0.1, 0.5), False),
        ({"above": 0.0}, alone(0.3), False),
        ({"below": 0.5}, Estimate(0.3, 0.2, 0.4), True),
        ({"below": 0.5}, Estimate(0.3, 0.05, 0.55), False),
        ({"below": 0.5}, Estimate(0.4, 0.3, 0.5), False),
        ({"below": 0.5}, alone(0.3), False),
        ({"between": (0.2, 0.4)}, Estimate(0.3, -1.0, 2.0), True),
        ({"between": (0.2, 0.4)}, Estimate(0.2, 0.1, 0.3), True),
        ({"between": (0.2, 0.4)}, Estimate(0.5, 0.3, 0.7), False),
        ({"between": (0.2, 0.4)}, alone(0.4), True),
        ({"within": (0.2, 0.4)}, Estimate(0.3, 0.2, 0.4), True),
        ({"within": (0.2, 0.4)}, Estimate(0.3, 0.19, 0.41), False),
        ({"within": (0.2, 0.4)}, Estimate(0.3, 0.1, 0.5), False),
        ({"within": (0.2, 0.4)}, alone(0.3), False),
    ],
)
def test_rules(rule, estimate, holds):
    assert check(**rule).holds(estimate) is holds


def test_a_p_value_needs_no_interval():
    dip = Check(claim="one group", dip={"measure": "identity", "term": "baseline"}, below=0.05)
    assert dip.holds(alone(0.01))
    assert not dip.holds(alone(0.2))
    assert not dip.holds(alone(math.nan))


RULES = st.one_of(
    st.floats(-9, 9).map(lambda end: {"above": end}),
    st.floats(-9, 9).map(lambda end: {"below": end}),
    st.tuples(st.floats(-9, 0), st.floats(0, 9)).map(lambda ends: {"between": ends}),
    st.tuples(st.floats(-9, 0), st.floats(0, 9)).map(lambda ends: {"within": ends}),
)


@given(RULES)
def test_what_could_not_be_computed_never_passes(rule):
    assert not check(**rule).holds(alone(math.nan))


@given(RULES, st.floats(-9, 9), st.floats(0, 5), st.floats(0, 1))
def test_more_certainty_never_makes_a_claim_fail(rule, found, half, narrower):
    if check(**rule).holds(Estimate(found, found - half, found + half)):
        closer = half * narrower
        assert check(**rule).holds(Estimate(found, found - closer, found + closer))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"above": 0.03}, "above 0.03"),
        ({"below": 2}, "below 2"),
        ({"between": (-0.4, -0.25)}, "-0.4 to -0.25"),
        ({"within": (0.9, 1.1)}, "interval within 0.9 to 1.1"),
    ],
)
def test_rules_in_words(rule, words):
    assert check(**rule).expected == words


@pytest.mark.parametrize(
    ("strength", "counts"),
    [
        ("A", True),
        ("A-", True),
        ("B", True),
        ("C/B", True),
        ("M + A", True),
        ("C", False),
        ("M", False),
        ("theory", False),
    ],
)
def test_only_what_is_well_supported_counts(strength, counts):
    assert Finding(**CONTENT | {"strength": strength}).counts is counts


# files ----------------------------------------------------------------------------------------------------------------

CONTENT = {
    "id": 1,
    "name": "Leaving",
    "statement": "People leave.",
    "source": "Row 0",
    "strength": "A",
    "arms": {"two": {"teams.peers": 2}},
    "checks": [{"claim": "share who left", "share": {"column": "left"}, "above": 0}],
    "made_by": [{"mechanism": "leaving", "set": {"model.off": ["leaving"]}}],
}


@pytest.fixture
def write(tmp_path):
    def written(content):
        path = tmp_path / "finding.yaml"
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
        return path

    return written


def first_check(**others):
    return {"checks": [CONTENT["checks"][0] | others]}


def test_a_finding_is_read_as_it_was_written(write):
    finding = load(write(CONTENT))
    assert finding == Finding(**CONTENT)
    assert finding.checks[0].statistic == Share(column="left")
    assert finding.made_by[0].undoes == (1,)
    assert (finding.weeks, finding.worlds, finding.failing) == (104, 1.0, "")


ALL_STATISTICS = f"allowed: {', '.join(STATISTICS)}"
NO_RULES = {"claim": "share who left", "share": {"column": "left"}}


@pytest.mark.parametrize(
    ("mistake", "parts"),
    [
        (
            first_check(correlation={"x": "left", "y": "tenure"}),
            ("checks.0: one statistic expected, found correlation and share", ALL_STATISTICS),
        ),
        ({"checks": [{"claim": "nothing", "above": 0}]}, ("one statistic expected, found none", ALL_STATISTICS)),
        (first_check(below=1), ("one rule expected, found above and below; allowed: above, below, between, within",)),
        ({"checks": [NO_RULES]}, ("one rule expected, found none; allowed: above, below, between, within",)),
        (first_check(abov=1), ("checks.0: no such key: 'abov'. Did you mean 'above'?", "Allowed: contrast, steps")),
        ({"stength": "A"}, ("no such key: 'stength'. Did you mean 'strength'?", "Allowed: arms, weeks, worlds, id")),
        (
            first_check(share={"column": "left", "asked": {"weeks": 3}}),
            ("checks.0.share.asked: no such key: 'weeks'.", "Allowed: arm, week, follow, who, among"),
        ),
        ({"made_by": [{"mechanism": "x", "sets": {}}]}, ("made_by.0: no such key: 'sets'. Did you mean 'set'?",)),
        ({"module": "march.py"}, ("either checks or a module expected, found both",)),
        ({"checks": []}, ("either checks or a module expected, found neither",)),
        (
            {"made_by": [{"mechanism": "leaving", "set": {}, "undoes": [1, 2]}]},
            ("made_by leaving: undoes check 2; allowed: 1 to 1",),
        ),
        (
            {"checks": [], "module": "march.py"},
            ("made_by leaving: a module has no checks to undo",),
        ),
        ({"strength": "D"}, ("strength: ", "'A', 'A-', 'B'")),
        (first_check(share={}), ("checks.0.share.column: Field required",)),
        (first_check(between=[1, 0], above=None), ("checks.0: between: found 1 to 0; allowed: the lower end first",)),
        (
            first_check(steps={"measure": "identity", "terms": ["a", "b"], "way": "sideways"}, share=None),
            ("'up' or 'down'",),
        ),
        (
            first_check(steps={"measure": "x", "terms": ["a"], "way": "up"}, share=None),
            ("checks.0.steps.terms", "at least 2"),
        ),
        (first_check(peak={"measure": "x", "terms": ["a", "b"]}, share=None), ("checks.0.peak.terms", "at least 3")),
        (first_check(contrast={"terms": {}}, share=None), ("checks.0.contrast.terms", "at least 1")),
        (
            first_check(odds_ratio={"outcome": "left", "of": "a", "given": ["b"], "beside": "c"}, share=None),
            ("checks.0.odds_ratio: beside: found 'c'; allowed: a, b",),
        ),
    ],
)
def test_mistakes_are_named_with_their_place_and_what_is_allowed(write, mistake, parts):
    path = write(CONTENT | mistake)
    with pytest.raises(QuestionError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    for part in parts:
        assert part in message
    assert "Value error" not in message


def test_all_mistakes_are_named_at_once(write):
    path = write(CONTENT | {"strength": "D"} | first_check(abov=1))
    with pytest.raises(QuestionError, match=r"strength: .*; checks\.0: no such key"):
        load(path)


@pytest.mark.parametrize("content", ["", "just words", "- 1\n- 2\n", "3"])
def test_a_file_without_keys_is_no_finding(write, content):
    with pytest.raises(QuestionError, match=r"finding\.yaml: cannot be read as a finding: expected keys with values"):
        load(write(content))


def test_what_is_not_yaml_is_refused_with_its_line(write):
    with pytest.raises(QuestionError, match=r"(?s)finding\.yaml: cannot be read as a finding: .*line 2"):
        load(write("id: 1\nname: [unclosed\n"))


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    with pytest.raises(QuestionError, match="cannot be read as a finding"):
        load(tmp_path / "nothing.yaml")
    (tmp_path / "picture.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(QuestionError, match="cannot be read as a finding"):
        load(tmp_path / "picture.yaml")


# services -------------------------------------------------------------------------------------------------------------

SERVICES_FILE = {
    "providers": 12,
    "seed": 3,
    "set": {"teams.count": 1},
    "vary": {"teams.peers": [1, 3], "teams.pressure": [0.25, 0.75]},
}


def test_services_differ_evenly_over_their_ranges(write):
    """A Latin hypercube: each twelfth of a range once, and each whole number equally often."""
    providers = services.load(write(SERVICES_FILE)).scenarios(small())
    teams = [team for scenario in providers for team in scenario.teams]
    assert [scenario.name for scenario in providers] == [f"Service {number}" for number in range(1, 13)]
    assert sorted(int((team.pressure - 0.25) / 0.5 * 12) for team in teams[::2]) == list(range(12))
    assert {peers: sum(team.peers == peers for team in teams[::2]) for peers in (1, 2, 3)} == {1: 4, 2: 4, 3: 4}


def test_services_of_one_seed_are_the_same_and_of_another_others(write):
    read = services.load(write(SERVICES_FILE))
    other = services.load(write(SERVICES_FILE | {"seed": 4}))
    assert read.scenarios(small()) == read.scenarios(small())
    assert read.scenarios(small()) != other.scenarios(small())


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ({"varies": {}}, "no such key: 'varies'. Did you mean 'vary'"),
        ({"vary": {"teams.peers": [1]}}, "vary.teams.peers"),
        ({"providers": "many"}, "providers: "),
    ],
)
def test_mistakes_about_services_are_named(write, mistake, message):
    path = write(SERVICES_FILE | mistake)
    with pytest.raises(QuestionError) as caught:
        services.load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_services_that_vary_what_is_not_there_are_refused(write):
    with pytest.raises(ScenarioError, match=r"teams\.pears"):
        services.load(write(SERVICES_FILE | {"vary": {"teams.pears": [1, 3]}})).scenarios(small())


# what is shipped ------------------------------------------------------------------------------------------------------

PATTERNS = [*range(1, 5), *range(6, 15), 16, 17, 18, 20, 21, 23, 24, 25]
FINDINGS = [load(path) for path in sorted(shipped().glob("*.yaml")) if path.name != MANY]
FALSIFIERS = [load(path) for path in sorted((shipped() / "falsifiers").glob("*.yaml"))]
EVERY = pytest.mark.parametrize("finding", FINDINGS + FALSIFIERS, ids=lambda finding: finding.name)


def test_every_pattern_of_the_evidence_is_asked_but_those_kept_back():
    assert sorted(finding.id for finding in FINDINGS) == PATTERNS
    assert sorted([*PATTERNS, *KEPT_BACK]) == list(range(1, 26))


def test_every_falsifier_is_asked():
    assert sorted(finding.id for finding in FALSIFIERS) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.name)
def test_every_finding_says_what_makes_it(finding):
    """Without any of its mechanisms switched off, nothing would show that it was not put in by hand."""
    assert finding.made_by or finding.module


@EVERY
def test_every_finding_is_worded(finding):
    words = [finding.name, finding.statement, finding.source]
    words += [check.claim for check in finding.checks] + [cause.mechanism for cause in finding.made_by]
    assert all(len(text.strip()) > 3 for text in words)
    assert finding.statement.endswith(".")
    claims = [check.claim for check in finding.checks]
    assert len(set(claims)) == len(claims)


@EVERY
def test_every_module_is_there(finding):
    assert not finding.module or (shipped() / finding.module).is_file()


@EVERY
def test_every_arm_and_cause_can_be_set_in_the_demonstration(finding):
    from peersim import demo

    for settings in (*finding.arms.values(), *(cause.set for cause in finding.made_by)):
        demo().with_(settings)


def arms_of(statistic):
    """Names of arms that a statistic asks for, without measures and weeks."""
    named = [asked.arm for asked in ((statistic.of, statistic.than) if isinstance(statistic, Effect) else ())]
    named += [statistic.asked.arm] if hasattr(statistic, "asked") else []
    terms = [*getattr(statistic, "terms", ()), *getattr(statistic, "over", ())]
    terms += [statistic.term] if hasattr(statistic, "term") else []
    return named + [term.split(" @ ")[0].split(" in ", 1)[-1] for term in terms]


@EVERY
def test_every_arm_asked_for_is_there_and_every_arm_there_is_asked_for(finding):
    asked = {arm for check in finding.checks for arm in arms_of(check.statistic)}
    assert asked <= {*finding.arms, BASELINE, SERVICES}
    assert set(finding.arms) <= asked


def test_the_services_shipped_can_be_made():
    from peersim import demo

    assert len(services.load(shipped() / MANY).scenarios(demo())) >= 30
