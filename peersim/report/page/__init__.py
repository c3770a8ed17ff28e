"""The report that is passed on: one HTML file that needs nothing else, prints, and says what it rests on."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

import peersim
from peersim.analysis import economics, pairs, verdicts
from peersim.analysis.comparison import Comparison
from peersim.report.figures import comparison as comparison_figures
from peersim.report.figures import run as run_figures
from peersim.report.page import answer, captions, evidence, svg, tables
from peersim.results.files import new_file
from peersim.results.outcomes import OUTCOMES
from peersim.results.results import Results
from peersim.results.sums import LAST_WEEKS

Manifest = Mapping[str, Any]


def of_comparison(comparison: Comparison, manifest: Manifest, *, command: str, effect: str = economics.RETAINED) -> str:
    """The report of a comparison: question, answer, figures, tables, what it rests on, how to run it again.

    Parameters
    ----------
    comparison : Comparison
    manifest : mapping
        Where the results come from, as `results.files.manifest` reads it.
    command : str
        What was typed to get them; several lines for several commands.
    effect : str
        What costs are set against: ``years_retained`` or an outcome.

    Returns
    -------
    str
        A page of HTML without scripts that loads nothing.

    Raises
    ------
    QuestionError
        For an effect that is neither ``years_retained`` nor an outcome.
    """
    economics.check_effect(effect)
    cases = {"the baseline": comparison.baseline} | dict(comparison.arms)
    figures = _Figures()
    drawn = {
        name: [
            figures.add(captions.OF_COMPARISON[name][0], captions.OF_COMPARISON[name][1](view), draw(view))
            for view in comparison_figures.views(comparison, effect)
        ]
        for name, draw in comparison_figures.FIGURES.items()
    }
    return _page(
        "comparison.html",
        manifest,
        command,
        cases,
        comparison=comparison,
        effect=economics.EFFECTS[effect],
        retained=effect == economics.RETAINED,
        question=answer.question(comparison),
        answer=answer.answer(comparison, effect),
        figures=drawn,
        looked_at={name: int(comparison.of(name)["p_value"].notna().sum()) for name in comparison.arms},
        values={name: comparison.value(name, effect) for name in comparison.arms},
        pairs=pairs,
        verdicts=verdicts,
    )


def of_run(results: Results, manifest: Manifest, *, command: str) -> str:
    """The report of a run: the same as `of_comparison` without what a comparison adds."""
    figures = _Figures()
    drawn = {
        name: [figures.add(captions.OF_RUN[name][0], captions.OF_RUN[name][1](results), draw(results))]
        for name, draw in run_figures.FIGURES.items()
    }
    return _page(
        "run.html",
        manifest,
        command,
        {results.scenario.name: results},
        results=results,
        question=answer.question_of_run(results),
        answer=answer.answer_of_run(results),
        figures=drawn,
    )


def write(html: str, path: str | os.PathLike[str]) -> None:
    """Write a page to a new file, all of it or nothing.

    Raises
    ------
    OutputError
        If something is there already, or it cannot be written.
    """
    with new_file(path) as draft:
        draft.write_text(html, encoding="utf-8", newline="\n")


class _Figures:
    """The figures of a page in order, numbered from 1."""

    def __init__(self) -> None:
        self._number = 0
        self._glyphs: dict[str, str] = {}

    def add(self, title: str, caption: str, figure: Figure) -> dict[str, object]:
        """A figure as the templates take it."""
        self._number += 1
        drawing: Markup = svg.inline(figure, self._number, title, self._glyphs)
        return {"number": self._number, "title": title, "caption": caption, "svg": drawing}


def _page(template: str, manifest: Manifest, command: str, cases: Mapping[str, Results], **content: Any) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            manifest=manifest,
            command=command,
            cases=cases,
            version=peersim.__version__,
            grades=evidence.grades(),
            GRADES=evidence.GRADES,
            LAST_WEEKS=LAST_WEEKS,
            OUTCOMES=OUTCOMES,
            economics=economics,
            evidence=evidence,
            tables=tables,
            weeks_of=answer.weeks_of,
            **content,
        )
    )


@functools.cache
def _environment() -> Environment:
    """Templates in which everything is escaped, and a name that is not there is an error."""
    return Environment(
        loader=PackageLoader("peersim.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
