"""Conditions: our own few words are read as meant, and everything else is refused in words."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.discovery.condition import SIGNS, Clause, Condition, parse
from peersim.results.outcomes import OUTCOMES

clauses = st.builds(
    Clause,
    st.sampled_from(list(OUTCOMES)),
    st.sampled_from(list(SIGNS)),
    st.floats(allow_nan=False, allow_infinity=False),
)
conditions = st.builds(Condition, st.lists(clauses, min_size=1, max_size=4).map(tuple))
spaces = st.sampled_from(["", " ", "  ", "\t"])


@given(conditions)
def test_a_condition_that_is_written_out_reads_as_itself(condition):
    assert parse(str(condition)) == condition


@given(st.lists(st.tuples(clauses, spaces, spaces), min_size=1, max_size=3), st.sampled_from(["and", "AND", "And"]))
def test_spaces_and_capitals_do_not_matter(parts, word):
    written = f" {word} ".join(f"{c.outcome}{one}{c.sign}{other}{c.threshold!r}" for c, one, other in parts)
    assert parse(written).clauses == tuple(clause for clause, _, _ in parts)


@settings(max_examples=50)
@given(st.text() | st.text(alphabet="identy <>=.0123456789and()_"))
def test_anything_is_read_or_refused_and_never_run(text):
    with suppress(QuestionError):
        read = parse(text)
        assert parse(str(read)) == read


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("a comparison is missing", "retention_12m < 0.7")),
        ("identity < 0.5 and", ("a comparison is missing",)),
        ("identity = 0.5", ("'identity = 0.5' is no comparison", "< <= > >=")),
        ("identity < 0.5 or trust < 0.4", ("is no comparison", "'and'")),
        ("0.5 > identity", ("is no comparison",)),
        ("identity < retention_12m", ("is no comparison",)),
        ("identity < __import__('os')", ("is no comparison",)),
        ("identity < nan", ("is no comparison",)),
        ("identity < 1e999", ("1e999 is too large",)),
        ("identiy < 0.5", ("--when identiy: no such outcome", "Did you mean 'identity'?")),
        ("support.supervision.every_weeks < 4", ("is no comparison",)),
    ],
)
def test_what_is_no_condition_is_refused(text, parts):
    with pytest.raises(QuestionError) as refused:
        parse(text, where="--when")
    assert str(refused.value).startswith("--when")
    for part in parts:
        assert part in str(refused.value)


def test_only_outcomes_of_the_study_are_allowed():
    with pytest.raises(QuestionError, match="Allowed here: trust, hope"):
        parse("identity < 0.5", ["trust", "hope"])


def test_a_condition_holds_where_every_clause_does():
    values = {"identity": np.array([0.4, 0.5, 0.6, np.nan]), "trust": np.array([0.2, 0.8, 0.2, 0.2])}
    assert parse("identity <= 0.5").holds(values).tolist() == [True, True, False, False]
    assert parse("identity < 0.5").holds(values).tolist() == [True, False, False, False]
    assert parse("identity >= 0.5 and trust < 0.5").holds(values).tolist() == [False, False, True, False]


def test_a_condition_in_words():
    said = parse("retention_12m <0.7 and cost_per_year>= 250000").in_words()
    assert said == "“Still in post after 12 months” below 0.7 and “Cost” at least £250,000"
