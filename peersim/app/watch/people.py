"""The drawing of a provider as teams of people, from a snapshot."""

from __future__ import annotations

import math
from typing import Any, Final

from nicegui import ui

from peersim.app import limits
from peersim.app.watch.layout import HEAD, MARGIN, Point, Seats, seats
from peersim.app.watch.scales import SCALES, Scale, ink
from peersim.app.watch.snapshot import EMPTY, Figure, Snapshot, TeamSeen
from peersim.app.watch.telling import Block
from peersim.app.watch.watched import Kind, Meeting
from peersim.report.story import words as say

PLAIN: Final = {"peers": "#ffffff", "clinicians": "#e3e6e8", "managers": "#e9e1f0", "users": "#ffffff"}
"""Colours of people who do not have what is shown."""
NOTHING: Final = "#ffffff"
MOST_COLUMNS: Final = 5
STOPS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
HEAD_OF_TABLE: Final = (
    "Team",
    "Peers in post",
    "Identity",
    "Exhaustion of peers",
    "Vacant posts",
    "Supervision sessions held",
)

WIDTHS: Final = {
    Kind.USER: 1.0,
    Kind.COLLEAGUE: 1.8,
    Kind.FELLOW: 2.4,
    Kind.SUPERVISION: 3.2,
    Kind.MISSED: 2.2,
    Kind.GROUP: 2.2,
}
"""How thick a line is for a meeting; a little more for each further time."""

Values = dict[str, Any]


class People(ui.element, component="people.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """The drawing; emits ``open`` with the place of a person that was clicked or entered."""

    def __init__(self) -> None:
        super().__init__()
        self._props.update(teams=[], above=[], label="The provider", group="", chosen="", shape={})

    def show(self, now: Snapshot, measure: str, chosen: str) -> None:
        """Draw a snapshot, coloured by a measure, with a person chosen."""
        self._props.update(drawing(now, measure), chosen=chosen)
        self.update()

    def focus(self, place: str) -> None:
        """Put the focus on somebody."""
        self.run_method("go", place)


class Course(ui.element, component="course.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """A small line of a measure over the weeks lived so far."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._props.update(name=name, said="", values=[], weeks=1, most=1.0)

    def show(self, said: str, values: list[float], weeks: int, most: float) -> None:
        """Draw values, one a week; a week without a value leaves a gap."""
        drawn = [None if math.isnan(value) else round(value, 4) for value in values]
        self._props.update(said=said, values=drawn, weeks=weeks, most=most)
        self.update()


class Log(ui.element, component="log.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """What happened, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self._props["entries"] = []

    def show(self, entries: list[tuple[int, list[str]]]) -> None:
        """Show weeks and what happened in them."""
        self._props["entries"] = entries
        self.update()


class PortraitPanel(ui.element, component="portrait.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """The person in view; emits ``close``, ``story`` and ``go`` with a place."""

    def __init__(self) -> None:
        super().__init__()
        empty: Values = {"title": "", "team": "", "words": [], "numbers": [], "ledgers": [], "relations": []}
        self._props.update(person=empty, week=0, story=[], storyWeek=0)

    def show(self, person: Values, week: int) -> None:
        """Show a person as they are after a week."""
        self._props.update(person=person, week=week)
        self.update()

    def tell(self, story: list[Block], week: int) -> None:
        """Show a story told up to a week; none if it is empty."""
        self._props.update(story=[list(block) for block in story], storyWeek=week)
        self.update()

    def head(self) -> None:
        """Put the focus on the heading."""
        self.run_method("head")


class Legend(ui.element, component="legend.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """What shapes, colours and lines mean."""

    def show(self, scale: Scale) -> None:
        """Explain a scale."""
        stops = ", ".join(scale.colour(scale.least + part * (scale.most - scale.least)) for part in STOPS)
        self._props.update(
            name=scale.name,
            least=f"{scale.least}",
            most=f"{scale.most}",
            low=scale.low,
            high=scale.high,
            gradient=f"linear-gradient(to right, {stops})",
        )
        self.update()


def drawing(now: Snapshot, measure: str) -> Values:
    """What the component draws of a snapshot."""
    drawn = [team for team in now.teams if len(team.people) <= limits.MOST_DRAWN]
    placed = {team.row: seats(len(team.peers), len(team.clinicians), len(team.users)) for team in drawn}
    radius = max((found.radius for found in placed.values()), default=0.0)
    went = say.count(now.at_group, "peer worker")
    return {
        "label": f"The provider after week {now.week}" if now.week else "The provider before the first week",
        "above": [_person(figure, (0.0, 0.0), measure) | {"short": figure.name} for figure in now.above],
        "group": f"The peer group met this week: {went} went." if now.at_group else "",
        "shape": _shape(len(now.teams), 2 * (radius + MARGIN) + HEAD),
        "teams": [_team(team, placed.get(team.row), radius, measure) for team in now.teams],
    }


def _shape(teams: int, height: float) -> Values:
    """Columns and rows that are filled evenly, and how high a team is drawn at least, for the style sheet."""
    columns = min(
        range(1, MOST_COLUMNS + 1), key=lambda number: (-(-teams // number) * number - teams, abs(number - 3))
    )
    if teams <= 3:
        columns = max(1, teams)
    return {"--columns": columns, "--rows": max(1, -(-teams // columns)), "--height": f"{height:.0f}px"}


def _team(team: TeamSeen, placed: Seats | None, radius: float, measure: str) -> Values:
    head = {"row": team.row, "name": team.name, "note": team.note}
    if placed is None:
        instead = (
            f"{len(team.people):,} people: too many to draw (up to {limits.MOST_DRAWN}). The table below has the team."
        )
        return head | {"people": [], "instead": instead}
    top = -radius - HEAD / 2 - 4
    manager, beside, group = (0.0, top), (-0.62 * radius, top), (0.62 * radius, top)
    points = [manager, *placed.peers, *placed.clinicians, *placed.users]
    where = {figure.place: point for figure, point in zip(team.people, points, strict=True)}
    size = radius + MARGIN
    outside = beside if team.supervisor else manager
    went = any(meeting.kind == Kind.GROUP for meeting in team.meetings)
    return head | {
        "box": f"{-size:.0f} {-size - HEAD:.0f} {2 * size:.0f} {2 * size + HEAD:.0f}",
        "people": [_person(figure, where[figure.place], measure) for figure in team.people],
        "lines": [_line(meeting, where, outside, group) for meeting in team.meetings],
        "supervisor": _named(team.supervisor, beside) if team.supervisor else None,
        "group": _named("", group) if went else None,
    }


def _named(name: str, point: Point) -> Values:
    return {"name": name, "x": point[0], "y": point[1]}


def _person(figure: Figure, point: Point, measure: str) -> Values:
    scale, value = SCALES[measure], figure.states.get(measure)
    fill = scale.colour(value) if value is not None else PLAIN[figure.who]
    if figure.status == EMPTY:
        fill = NOTHING
    return {
        "place": figure.place,
        "who": figure.who,
        "x": point[0],
        "y": point[1],
        "said": figure.said,
        "status": figure.status,
        "change": figure.change,
        "fill": fill,
        "number": say.level(value) if value is not None and figure.who == "peers" else "",
        "ink": ink(fill),
        "empty": figure.status == EMPTY and figure.who == "users",
    }


def _line(meeting: Meeting, where: dict[str, Point], outside: Point, group: Point) -> Values:
    start = where[f"peers-{meeting.peer}"]
    end = where.get(f"{meeting.who}-{meeting.row}", group if meeting.kind == Kind.GROUP else outside)
    return {
        "key": f"{meeting.kind}-{meeting.peer}-{meeting.who}-{meeting.row}",
        "kind": str(meeting.kind),
        "x1": start[0],
        "y1": start[1],
        "x2": end[0],
        "y2": end[1],
        "width": WIDTHS[meeting.kind] + 0.6 * (meeting.times - 1),
    }


def row(team: TeamSeen) -> list[str]:
    """A team in the table: what the drawing shows of it, in words."""
    posts, clinicians = len(team.peers), len(team.clinicians)
    held = say.number(team.held) + (f", {say.number(team.missed)} fell out" if team.missed else "")
    return [
        team.name,
        f"{team.peers_in_post} of {posts}",
        *("–" if value is None else say.level(value) for value in (team.identity, team.exhaustion)),
        f"{posts - team.peers_in_post} peer, {clinicians - team.clinicians_in_post} other",
        held,
    ]
