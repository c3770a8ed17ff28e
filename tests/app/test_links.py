"""Links hold any scenario, and what is no link is refused in words."""

import base64
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peersim.app.limits import MOST_UPLOADED
from peersim.app.links import LinkError, packed, unpacked
from peersim.scenario import ScenarioError
from tests.app.small import SMALL, WEEKLY
from tests.scenario.strategies import scenarios


def link(text):
    return base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")


@given(scenarios())
def test_any_scenario_comes_back_as_it_was(scenario):
    text = packed(scenario)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert unpacked(text) == scenario


def test_a_link_is_short_enough_to_be_sent():
    assert len(packed(WEEKLY)) < 500


@given(st.text(max_size=200))
def test_any_other_text_is_refused_in_words(text):
    with pytest.raises((LinkError, ScenarioError), match="this link"):
        unpacked(text)


@given(st.data())
def test_a_link_cut_off_is_refused_in_words(data):
    whole = packed(WEEKLY)
    with pytest.raises((LinkError, ScenarioError), match="this link"):
        unpacked(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.data())
def test_a_link_with_a_wrong_letter_is_refused_in_words(data):
    whole = packed(WEEKLY)
    at = data.draw(st.integers(0, len(whole) - 2))
    letter = data.draw(st.sampled_from(sorted(set("ABCXYZabcxyz019-_= é<") - {whole[at]})))
    with pytest.raises((LinkError, ScenarioError), match="this link"):
        unpacked(whole[:at] + letter + whole[at + 1 :])


def test_a_link_that_unfolds_into_more_than_a_file_may_hold_is_refused_at_once():
    bomb = link(b"#" * 200_000_000)
    assert len(bomb) < 300_000
    with pytest.raises(LinkError, match=f"{MOST_UPLOADED:,} bytes"):
        unpacked(bomb)


def test_a_link_that_holds_no_scenario_says_what_is_wrong_where():
    wrong = SMALL.to_yaml(complete=False).replace("peers: 2", "peers: -2")
    with pytest.raises(ScenarioError, match=r"this link[\s\S]*peers"):
        unpacked(link(wrong.encode()))


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"- 1", b"!!python/object/apply:os.system ['true']", b"{" * 5000])
def test_a_link_that_holds_anything_else_is_refused_in_words(text):
    with pytest.raises((LinkError, ScenarioError), match="this link"):
        unpacked(link(text))
