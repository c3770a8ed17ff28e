"""The report is one file that needs nothing else, says what the tables say, and takes names for names."""

import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import peersim
from peersim.analysis.errors import QuestionError
from peersim.report import page
from peersim.report.page import answer, evidence
from peersim.results.files import OutputError
from peersim.scenario import registry
from tests.reports import HOSTILE, MANIFEST, base, comparison, hostile

CASES = {
    "ordinary": {},
    "one pair": {"replicates": 1},
    "one week": {"weeks": 1},
    "five scenarios": {"arms": ("weekly", "valued", "three peers", "changing", "dear"), "weeks": 8, "replicates": 2},
    "other teams": {"arms": ("three peers",)},
    "only a price": {"arms": ("dear",), "weeks": 8},
}
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Outline(HTMLParser):
    """Elements in order with their attributes, and the text outside style."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self._open = [], [], []
        self.feed(html)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" not in self._open:
            self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    @property
    def words(self):
        return re.sub(r"\s+", " ", "".join(self.text))

    def values(self, attribute):
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


def of(found, **more):
    return page.of_comparison(found, MANIFEST, command="peersim compare a.yaml b.yaml", **more)


@pytest.fixture(scope="module")
def ordinary():
    return Outline(of(comparison()))


def sentences(told):
    """Sentences in a text: ends of sentences are not within numbers."""
    return re.findall(r"[.!?](?=\s|$)", told)


# one file ---------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_every_case_makes_a_page_that_needs_nothing_else(case):
    html = of(comparison(**CASES[case]))
    outline = Outline(html)
    tags = {tag for tag, _ in outline.elements}
    assert (
        tags & {"script", "link", "iframe", "object", "embed", "img", "base", "form", "metadata", "foreignobject"}
        == set()
    )
    links = [*outline.values("href"), *outline.values("src"), *outline.values("xlink:href")]
    assert all(link.startswith("#") for link in links)
    assert re.findall(r"url\((?!#)", html) == []
    assert "@import" not in html
    assert [name for _, attributes in outline.elements for name in attributes if name.startswith("on")] == []
    assert len(html.encode()) < 3_000_000
    assert html.startswith("<!DOCTYPE html>")
    assert " nan" not in outline.words
    assert "None" not in outline.words


def test_links_and_references_lead_somewhere_and_ids_are_not_shared(ordinary):
    ids = ordinary.values("id")
    assert len(ids) == len(set(ids))
    named = [*ordinary.values("aria-labelledby"), *ordinary.values("aria-describedby")]
    named += [link.removeprefix("#") for link in ordinary.values("href")]
    for value in [*ordinary.values("clip-path"), *ordinary.values("style")]:
        named += re.findall(r"url\(#(.+?)\)", value)
    assert named
    assert set(named) <= set(ids)


def test_policy_of_the_page_and_its_language(ordinary):
    assert ("html", {"lang": "en-GB"}) in ordinary.elements
    policy = next(attributes["content"] for tag, attributes in ordinary.elements if "http-equiv" in attributes)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_headings_are_in_order_and_tables_have_headers(ordinary):
    levels = [int(tag[1]) for tag, _ in ordinary.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    headers = [attributes for tag, attributes in ordinary.elements if tag == "th"]
    assert all(attributes["scope"] in ("col", "row", "rowgroup") for attributes in headers)
    tags = [tag for tag, _ in ordinary.elements]
    assert tags.count("caption") == tags.count("table")


def test_figures_have_names_and_captions(ordinary):
    drawings = [attributes for tag, attributes in ordinary.elements if tag == "svg"]
    assert len(drawings) == 6
    assert all(drawing["role"] == "img" and drawing["aria-label"] for drawing in drawings)
    assert [tag for tag, _ in ordinary.elements].count("figcaption") == 6


def test_the_same_inputs_give_the_same_bytes():
    first = of(comparison())
    assert first == of(comparison())
    later = page.of_comparison(
        comparison(),
        MANIFEST | {"started": "2032-01-01", "seconds": 987654.25},
        command="peersim compare a.yaml b.yaml",
    )
    assert later.replace("2032-01-01", MANIFEST["started"]).replace("987654.25", "1.5") == first


# names ------------------------------------------------------------------------


def skeleton(html):
    """Elements and attributes, without the figures' shapes and the values that hold text."""
    outline = Outline(html)
    return [
        (tag, sorted(attributes)) for tag, attributes in outline.elements if tag not in ("path", "g", "use", "defs")
    ]


def shapes(html):
    return {tag for tag, _ in Outline(html).elements}


def test_no_element_and_no_attribute_comes_from_a_name():
    plain = of(hostile(("one", "two", "three", "four", "five")))
    html = of(hostile(HOSTILE))
    assert skeleton(html) == skeleton(plain)
    assert shapes(html) == shapes(plain)
    said = Outline(html).words
    for name in HOSTILE:
        assert re.sub(r"\s+", " ", name) in said


def test_commands_and_manifests_are_escaped_too():
    html = page.of_comparison(comparison(), MANIFEST | {"peersim": "<b>1"}, command="peersim <i>x</i> && {{7*7}}")
    assert {"b", "i"} & shapes(html) == set()
    assert "peersim <i>x</i> && {{7*7}}" in Outline(html).words


def test_hostile_names_in_a_run():
    results = hostile(HOSTILE).baseline
    html = page.of_run(results, MANIFEST, command="peersim run")
    plain = page.of_run(hostile(("one", "two", "three", "four", "five")).baseline, MANIFEST, command="peersim run")
    assert skeleton(html) == skeleton(plain)
    assert HOSTILE[0] in Outline(html).words


# what it says -----------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_three_sentences(case):
    found = comparison(**CASES[case])
    told = answer.answer(found, "years_retained")
    assert [len(sentences(str(sentence))) for sentence in told] == [1, 1, 1]
    assert len(sentences(answer.question(found))) == 1
    assert [len(sentences(str(sentence))) for sentence in answer.answer_of_run(found.baseline)] == [1, 1, 1]
    said = " ".join(map(str, told))
    assert "nan" not in said
    assert all(said.count(f"“{name}”") == (2 if len(found.arms) > 1 else 0) for name in found.arms)


def cells(html):
    """Everything written in a cell of a table, each number for itself."""
    found = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", html, re.DOTALL)
    return {number for cell in found for number in numbers(re.sub("<.*?>", "", cell))}


def numbers(text):
    return [number.rstrip(".,") for number in re.findall(r"£?\d[\d,.]*", text)]


def test_every_number_of_the_answer_is_in_a_table(ordinary):
    peers, costs, trust = map(str, answer.answer(comparison(), "years_retained"))
    ignored = {"95", "12"}  # per cent, months
    html = of(comparison())
    assert set(numbers(peers)) - ignored <= cells(html)
    assert set(numbers(costs)) <= cells(html)
    assert set(numbers(trust)) - {"4"} <= cells(html)  # four pairs, in the text above
    assert "4 pairs of worlds" in ordinary.words


def test_every_number_of_a_settled_value_is_in_a_table_too():
    found = comparison(arms=("valued",), replicates=30)
    costs = str(answer.answer(found, "hope")[1])
    assert "for each 0.1 by which “Users' hope” improves" in costs
    assert set(numbers(costs)) - {"0.1"} <= cells(of(found, effect="hope"))


def test_an_effect_that_is_not_settled_is_not_called_one():
    found = comparison(arms=("dear",), weeks=8)
    peers, costs, _ = map(str, answer.answer(found, "years_retained"))
    assert "peer identity is the same in every pair of worlds" in peers
    assert "no pair of worlds differs in peer workers retained for a year" in costs
    assert "higher" not in peers
    assert "lower" not in peers


def test_one_pair_settles_nothing():
    peers, _, trust = map(str, answer.answer(comparison(replicates=1), "years_retained"))
    assert "which settles nothing" in peers
    assert "95 %" not in peers
    assert trust.startswith("A single pair of worlds gives no interval and settles nothing")


@pytest.mark.parametrize(
    "text",
    [
        "The question What changes for peer workers within 60 weeks if “weekly” takes the place of “small”",
        "support.supervision.every_weeks",
        "Mor Barak et al. 2009",
        "all peers, clinicians and managers are the same people in both",
        "independent runs would have needed",
        "Peer identity (0 to 1)",
        "the interval holds 0 and differences that matter",
        "People in post and entry cohort: the baseline",
        "All costs over the whole horizon, present value",
        "within pay: time on generic tasks",
        "No QALYs are given",
        "about 0.2 of a standard deviation; none on readmission",
        "several agreeing sources",
        "Service use, readmission, symptoms and safety",
        "would leave out 0 by chance",
        "peersim compare a.yaml b.yaml",
        "c0ffee, with changes that are not committed",
        "numpy 2.0.0",
        "horizon_weeks: 60",
    ],
)
def test_what_a_comparison_holds(text, ordinary):
    assert text in ordinary.words


def test_policies_over_time_and_unmatched_posts_are_told():
    said = Outline(of(comparison(**CASES["five scenarios"]))).words
    assert "From week 3, over 2 weeks: How far lived experience is valued" in said
    assert "the teams differ; the same people with the same luck hold" in said
    assert "part of the difference in costs" in said


def test_limits_are_those_of_the_model_page():
    page_text = re.sub(r"\s+", " ", Path(__file__).parents[1].joinpath("docs/model.md").read_text(encoding="utf-8"))
    for phrase in ("conflict, discrimination and harassment", "service users' own networks", "money running out"):
        assert phrase in page_text
        assert phrase in Outline(of(comparison())).words


def test_constants_are_counted_by_grade():
    total, assumed = evidence.assumed()
    constants = [key for key in registry() if key.key.startswith("model.") and key.key != "model.off"]
    assert total == len(constants)
    assert assumed == sum(key.grade == "assumption" for key in constants)


def test_other_effects_and_unknown_ones():
    assert "whether it changes peer identity is not settled" in Outline(of(comparison(), effect="identity")).words
    with pytest.raises(QuestionError, match="no such outcome"):
        of(comparison(), effect="qaly")


def test_a_run_has_the_same_shape():
    results = peersim.run(base(20), 3, seed=3)
    outline = Outline(page.of_run(results, MANIFEST, command="peersim run small.yaml"))
    for text in (
        "What becomes of peer workers",
        "Outcomes: means over worlds",
        "entry cohort",
        "peersim run small.yaml",
    ):
        assert text in outline.words
    assert [tag for tag, _ in outline.elements].count("svg") == 5
    assert "3 worlds, 20 weeks, seed 3" in outline.words


# files ------------------------------------------------------------------------


def test_nothing_is_overwritten(tmp_path):
    path = tmp_path / "new" / "report.html"
    page.write("<p>é", path)
    assert path.read_text(encoding="utf-8") == "<p>é"
    with pytest.raises(OutputError, match=r"report\.html: exists already; name a new file"):
        page.write("other", path)
    assert [found.name for found in tmp_path.rglob("*") if found.is_file()] == ["report.html"]
    assert path.read_text(encoding="utf-8") == "<p>é"
