"""What is around every view: heading, navigation, messages, and which view an address shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from nicegui import ui

from peersim.app import decide, plan, teach, watch, why
from peersim.app.parts import Text, attributed, part
from peersim.app.visit import Visit

_HERE: Final = Path(__file__).parent
STYLES: Final = tuple(sorted(_HERE.rglob("*.css"), key=lambda path: (path.parent != _HERE, path)))
"""The style of the whole page first, then those of the rooms."""
SHARED: Final = "s"
"""Name of the part of an address that holds a scenario (see `links`)."""

FOCUS: Final = "document.getElementById('main').focus({preventScroll: true})"
"""Goes to a new view, so that a screen reader names it and the keyboard goes on from its beginning."""


class View(NamedTuple):
    """A view of the page: its address, its name in the navigation, and what draws it."""

    address: str
    name: str
    show: Callable[..., Any]


VIEWS: Final = (
    View("/", "Decide", decide.show),
    View("/plan", "Plan over time", plan.show),
    View("/why", "Why", why.show),
    View("/watch", "Watch", watch.show),
    View("/teach", "Teach", teach.show),
)
WITHIN: Final = (
    View("/teach/{item}", "Teach", teach.show_lesson),
    View("/class/{item}", "Teach", teach.show_class),
)
"""Views of one thing of many, under the name of the view that they belong to."""


def frame(visit: Visit) -> None:
    """The whole page of a visitor."""
    _styled()
    attributed(Text("a", "Skip to content", "skip"), href="#main")
    with part("header", "masthead"):
        ui.link("peersim", "/").classes("brand")
        with part("nav", aria_label="Views"):
            links = {view.name: ui.link(view.name, view.address) for view in VIEWS}
    with part("main", "content", id="main", tabindex="-1") as main:
        ui.sub_pages({view.address: _shown(visit, view, links, main) for view in (*VIEWS, *WITHIN)})
    with part("footer", "foot"):
        Text(
            "p",
            "Read differences rather than levels, and signs rather than sizes: many of the model's constants are "
            "assumptions. What you do here stays with the machine that runs this page, and is gone when it stops.",
        )


def full() -> None:
    """The page for whom there is no room."""
    _styled()
    with part("main", "content", id="main"):
        Text("h1", "No room at the moment")
        Text("p", "As many people as this page serves are using it. Load the page again in a few minutes.")


def _styled() -> None:
    for path in STYLES:
        ui.add_css(path)


def _shown(visit: Visit, view: View, links: dict[str, ui.link], main: ui.element) -> Callable[..., None]:
    """What a view's address shows."""

    def show(item: str = "") -> None:
        visit.deaf()
        if any("aria-current" in link._props for link in links.values()):  # another view was there before
            ui.run_javascript(FOCUS)
        for name, link in links.items():
            attributed(link, aria_current=name == view.name and "page")
        attributed(main, aria_label=view.name)
        ui.page_title(f"{view.name} - peersim")
        visit.listen(lambda _: _marked(main, visit))
        _marked(main, visit)
        view.show(visit, *([item] if view in WITHIN else []))

    return show


def _marked(main: ui.element, visit: Visit) -> None:
    """Mark the page with what it shows, for whoever drives it: which scenario, of how many worlds."""
    reading = visit.reading
    drawn = reading is not None and reading.scenario == visit.scenario
    attributed(
        main,
        data_worlds=str(reading.worlds) if reading is not None and drawn else "0",
        data_scenario=reading.scenario.digest[:12] if reading is not None and drawn else "",
    )
