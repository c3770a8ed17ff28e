"""Figures within a page: every reference leads somewhere, ids are unique, letters are kept once, no text is left."""

import re

import pytest
from matplotlib.figure import Figure

from peersim.report.page import svg


@pytest.fixture(scope="module")
def drawings():
    glyphs = {}
    found = []
    for number, text in enumerate(("<script>alert(1)</script> -->", "alert again"), 1):
        figure = Figure()
        ax = figure.subplots()
        ax.plot([0, 1], [0, 1], "o", color="#abcdef")
        ax.set_title(text)
        found.append(str(svg.inline(figure, number, text, glyphs)))
    return found


def test_ids_are_unique_and_every_reference_leads_somewhere(drawings):
    page = "".join(drawings)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    referred = set(re.findall(r'href="#([^"]+)"', page)) | set(re.findall(r"url\(#([^)]+)\)", page))
    assert referred == set(ids)
    assert any(name.startswith("letter-") for name in ids)
    assert any(name.startswith("figure-2-") for name in ids)


def test_letters_of_one_figure_serve_the_next(drawings):
    first, second = ([*re.findall(r'id="(letter-\d+)"', drawing)] for drawing in drawings)
    used = set(re.findall(r'href="#(letter-\d+)"', drawings[1]))
    assert used & set(first)
    assert used <= set(first) | set(second)


def test_nothing_but_shapes_is_left(drawings):
    for drawing in drawings:
        assert "<!--" not in drawing
        assert "<metadata" not in drawing
        assert "<script" not in drawing
        assert re.sub(r'aria-label="[^"]*"', "", drawing).count("alert") == 0
        assert set(re.findall(r"</?(\w+)", drawing)) <= {"svg", "g", "path", "use", "defs", "clipPath", "rect"}
        assert "#abcdef" in drawing


def test_the_same_figure_gives_the_same_bytes(drawings):
    again = Figure()
    ax = again.subplots()
    ax.plot([0, 1], [0, 1], "o", color="#abcdef")
    ax.set_title("<script>alert(1)</script> -->")
    assert str(svg.inline(again, 1, "<script>alert(1)</script> -->", {})) == drawings[0]
