"""Figures of a study: what came out at its points, drawn as its design and its factors suggest.

One factor: points in a row.  Two, every value of one with every value of the other: lines, or a heat map where there
are many or they have names.  One at a time: a tornado.  Whatever else: a cloud of points for each factor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from peersim.analysis.exploration.metamodel.scale import Scale
from peersim.analysis.exploration.responses import Responses
from peersim.report.figures.clouds import clouds
from peersim.report.figures.grids import dots, heat_map, lines, suit_lines
from peersim.report.figures.style import nothing, page, short, styled
from peersim.report.figures.tornado import tornado
from peersim.report.figures.view import View


def draw(responses: Responses, outcomes: Sequence[str]) -> dict[str, Figure]:
    """Draw a study, in the way that suits its design and its factors.

    Parameters
    ----------
    responses : Responses
    outcomes : sequence of str
        What to show.

    Returns
    -------
    dict of str to Figure
        By the name of the file, to be written with `style.save`.
    """
    view = View(responses, tuple(outcomes))
    if responses.failed.all():
        return {"nothing": _nothing(view)}
    scales = view.scales()
    if len(scales) > 1 and responses.design.get("design") == "one_at_a_time":
        return {f"tornado_{name}": tornado(view.only(name)) for name in outcomes}
    if len(scales) == 1:
        kind = lines if scales[0].factor.ordered else dots
        return _numbered(kind.__name__, [kind(part) for part in view.in_parts()])
    if len(scales) == 2 and _is_grid(responses, scales):
        if suit_lines(scales):
            return _numbered("lines", [lines(part) for part in view.in_parts()])
        return {f"heat_map_{name}": heat_map(view.only(name)) for name in outcomes}
    figures: dict[str, Figure] = {}
    for name in outcomes:
        figures |= _numbered(f"points_{name}", clouds(view.only(name)))
    return figures


@styled
def _nothing(view: View) -> Figure:
    figure, (ax,) = page(view.source, f"{short(view.responses.study)}: no results", 3.0)
    nothing(ax, f"All {view.responses.points:,} points failed.")
    return figure


def _numbered(name: str, figures: Sequence[Figure]) -> dict[str, Figure]:
    return {f"{name}_{number}" if number > 1 else name: figure for number, figure in enumerate(figures, 1)}


def _is_grid(responses: Responses, scales: Sequence[Scale]) -> bool:
    """Whether every value of each of two factors meets every value of the other."""
    pairs = responses.values[[scale.factor.name for scale in scales]].drop_duplicates()
    return len(pairs) == math.prod(len(scale.met) for scale in scales)
