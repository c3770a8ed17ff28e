"""The view: controls, the drawing, the person in view, what happened, and the same as a table."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from nicegui import background_tasks, ui

from peersim.app import fields
from peersim.app.parts import Table, Text, attributed, button, enable, part, status
from peersim.app.visit import News, Visit
from peersim.app.watch.people import HEAD_OF_TABLE, Course, Legend, Log, People, PortraitPanel, row
from peersim.app.watch.scales import SCALES
from peersim.app.watch.telling import blocks
from peersim.app.watch.watching import Watching
from peersim.report.story import words as say
from peersim.world.draws import MOST_KEY

SPEEDS: Final = {"1": "Slow: 1 week a second", "2": "Medium: 2 a second", "4": "Fast: 4 a second"}
HELP: Final = (
    "Click a person for who they are. With the keyboard: Tab into the drawing, arrow keys from person to person (up "
    "and down from team to team), Enter to open."
)
PLAY, PAUSE = "Play", "Pause"
NAMES: Final = {
    "identity": "Peer identity",
    "exhaustion": "Exhaustion of peers",
    "peers_in_post": "Peer workers in post",
}


class WatchView:
    """The page of one visitor for as long as the view is shown.

    Parameters
    ----------
    visit : Visit
    watching : Watching
        What the visitor watches; it outlives the view.
    """

    def __init__(self, visit: Visit, watching: Watching) -> None:
        self._visit, self._watching = visit, watching
        self._measure, self._told, self._stepping = "identity", "", False
        self._client = ui.context.client
        with part("div", "watch-head"):
            Text("h1", "Watch one world, week by week")
            self._name = Text("p", "", "soft")
        self._controls()
        self._trouble = attributed(Text("p", "", "trouble"), hidden="hidden", role="alert")
        with part("div", "watch-stage") as self._stage:
            with part("div", "card watch-main"):
                Text("h2", "Teams and who met whom this week", "sr-only")
                self._teams = part("div", "watch-pages")
                self._people = People().on("open", lambda event: self._choose(str(event.args)))
                Text("p", HELP, "soft watch-help")
                self._legend = Legend()
            self._portrait = PortraitPanel()
            self._portrait.on("close", self._let_go)
            self._portrait.on("go", lambda event: self._choose(str(event.args)))
            self._portrait.on("story", self._tell)
            with part("div", "watch-news"):
                with part("section", "card", aria_label="So far"):
                    Text("h2", "This world so far")
                    self._courses = {measure: Course(name) for measure, name in NAMES.items()}
                with part("section", "card", aria_label="What happened"):
                    Text("h2", "What happened")
                    self._log = Log()
            with part("details", "card watch-table"):
                Text("summary", "The teams of the drawing as a table")
                self._table = Table("Teams this week", HEAD_OF_TABLE)
        self._timer = ui.timer(1.0, self._tick, active=False, immediate=False)
        visit.listen(self._news)
        self._legend.show(SCALES[self._measure])
        ui.timer(0.0, self._open, once=True)

    def _controls(self) -> None:
        with part("section", "card watch-controls", aria_label="Controls"):
            with part("div", "row"):
                self._play = button(PLAY, self._play_or_pause, kind="main")
                self._step = button("Step one week", self._step_on)
                self._back = button("Back to the start", lambda: self._go_to(0))
                fields.choice("Speed", SPEEDS, "2", self._set_speed)
                fields.choice(
                    "Colour by", {key: scale.name for key, scale in SCALES.items()}, self._measure, self._set_measure
                )
                self._week_field = fields.number("Go to week", 0, self._week_written, whole=True)
                self._world_field = fields.number("World", 0, self._world_written, whole=True, high=MOST_KEY)
                self._other = button("Another world", lambda: self._another(self._watching.replicate + 1))
            with part("div", "watch-now"):
                self._week = Text("p", "", "watch-week")
                self._status = status()

    # what the visitor does ---------------------------------------------------

    def _play_or_pause(self) -> None:
        if self._timer.active:
            self._pause()
        else:
            self._play.set_text(PAUSE)
            self._say("")
            self._timer.activate()

    def _pause(self) -> None:
        self._timer.deactivate()
        self._play.set_text(PLAY)
        if not self._stepping:  # else the step under way says it
            self._say(self._watching.sentence)

    async def _step_on(self) -> None:
        self._pause()
        await self._watching.step()
        self._show()
        self._say(self._watching.sentence)

    async def _tick(self) -> None:
        if not self._client.has_socket_connection:  # the tab is closed, or out of reach: nobody watches
            return
        self._stepping = True
        try:
            await self._watching.step()
        finally:
            self._stepping = False
        if self._gone():
            return
        self._show()
        if self._watching.over or not self._timer.active:
            self._pause()

    async def _go_to(self, week: int) -> None:
        self._pause()
        if week > self._watching.week + 1:
            self._say(f"On the way to week {week}.")
        arrived = await self._watching.go_to(week, self._here)
        if not arrived:  # whatever was asked for instead says what came of it
            return
        self._show()
        self._say(self._watching.sentence)

    async def _another(self, replicate: int) -> None:
        self._pause()
        await self._watching.begin(self._visit.scenario, replicate)
        self._show()
        self._say(f"World {self._watching.replicate}, before its first week: other luck, the same scenario.")

    async def _week_written(self, week: object) -> None:
        most = self._visit.scenario.horizon_weeks
        if isinstance(week, int) and 0 <= week <= most:
            await self._go_to(week)
        else:
            self._week_field.refuse(self._watching.week)
            self._say(f"Go to week: found {_found(week)}; allowed: a whole number from 0 to {most}.")

    async def _world_written(self, replicate: object) -> None:
        if isinstance(replicate, int) and 0 <= replicate <= MOST_KEY:
            await self._another(replicate)
        else:
            self._world_field.refuse(self._watching.replicate)
            self._say(f"World: found {_found(replicate)}; allowed: a whole number from 0 to {MOST_KEY:,}.")

    def _set_speed(self, speed: str) -> None:
        if speed in SPEEDS:
            self._timer.interval = 1.0 / int(speed)

    def _set_measure(self, measure: str) -> None:
        if measure in SCALES:
            self._measure = measure
            self._legend.show(SCALES[measure])
            self._show()

    async def _choose(self, place: str) -> None:
        await self._watching.choose(place)
        self._show()
        if self._watching.person is not None and not self._gone():
            self._portrait.head()

    async def _let_go(self) -> None:
        place = self._watching.person.place if self._watching.person else ""
        await self._watching.let_go()
        self._show()
        if not self._gone():
            self._people.focus(place)

    async def _tell(self) -> None:
        week = self._watching.week
        story = blocks(await self._watching.tell())
        if not self._gone():
            self._portrait.tell(story, week)

    async def _turn_to(self, page: str) -> None:
        if page.isdecimal():
            await self._watching.turn_to(int(page))
            self._show()

    # what is shown -----------------------------------------------------------

    def _news(self, news: News) -> None:
        if news == "scenario" and self._here():
            background_tasks.create(self._open())

    async def _open(self) -> None:
        """Begin, go on where the visitor left off, or begin again with another scenario."""
        self._pause()
        changed = await self._watching.open(self._visit.scenario)
        if self._gone():
            return
        self._week_field.about(high=self._visit.scenario.horizon_weeks)
        self._pages()
        self._show()
        again = "The scenario has changed since, so this world begins again. " if changed else ""
        self._say(again + self._watching.sentence)

    def _gone(self) -> bool:
        """Whether another view has been drawn in place of this one, as while a week was lived."""
        return self._stage.is_deleted

    def _here(self) -> bool:
        return not self._gone() and self._client.has_socket_connection

    def _pages(self) -> None:
        """The choice of teams, where not all are shown at once."""
        pages, names = self._watching.pages, [team.name for team in self._visit.scenario.team_list()]
        self._teams.clear()
        if len(pages) < 2:
            return
        options = {
            str(number): f"{page.start + 1} to {page.stop}: {names[page.start]} to {names[page.stop - 1]}"
            if len(page) > 1
            else f"{page.start + 1}: {names[page.start]}"
            for number, page in enumerate(pages)
        }
        with self._teams:
            fields.choice(f"Teams shown, of {len(names):,}", options, str(self._watching.page), self._turn_to)

    def _say(self, text: str) -> None:
        if not self._gone():
            self._status.set_text(text)

    def _show(self) -> None:
        """Bring everything up to date."""
        if self._gone():
            return
        watching, now = self._watching, self._watching.now
        attributed(self._trouble, hidden=not watching.trouble and "hidden").set_text(watching.trouble)
        attributed(self._stage, hidden=bool(watching.trouble) and "hidden")
        for control in (self._play, self._step, self._back, self._other):
            enable(control, now is not None and (control not in (self._play, self._step) or not watching.over))
        self._name.set_text(f"{self._visit.scenario.name}: world {watching.replicate}, one of many that could be.")
        if now is None:
            return
        self._week.set_text(week_said(now.week, now.weeks))
        if not self._timer.active:  # else it would change while the visitor writes into it
            self._week_field.show(now.week)
        self._world_field.show(watching.replicate)
        person = watching.person
        self._people.show(now, self._measure, person.place if person else "")
        self._table.show(HEAD_OF_TABLE, [row(team) for team in now.teams])
        for measure, course in self._courses.items():
            values = watching.courses[measure]
            most = float(self._visit.scenario.n_peers) if measure == "peers_in_post" else 1.0
            course.show(_newest(measure, values, most), values, now.weeks, most)
        self._log.show(list(watching.log))
        attributed(self._portrait, hidden=person is None and "hidden")
        self._stage.classes(remove="watch-open") if person is None else self._stage.classes("watch-open")
        if person is not None:
            self._portrait.show(asdict(person), now.week)
            if self._told != (who := f"{person.place} {person.person}"):
                self._told = who
                self._portrait.tell([], 0)


def _found(written: object) -> str:
    return "no number" if written is None else str(written)


def week_said(week: int, weeks: int) -> str:
    """Where in time the world is."""
    if week == 0:
        return f"Before week 1 of {weeks}"
    return f"Week {week} of {weeks} (year {(week - 1) // say.YEAR + 1})"


def _newest(measure: str, values: list[float], most: float) -> str:
    """The newest value of a course, and where it began."""
    known = [value for value in values if value == value]
    if not known:
        return "nothing yet"
    if measure == "peers_in_post":
        return f"{known[-1]:.0f} of {most:.0f}"
    return f"{say.level(known[-1])} (week 1: {say.level(known[0])})"
