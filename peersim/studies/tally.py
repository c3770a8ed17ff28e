"""Progress of work that is made of several runs."""

from __future__ import annotations

from peersim.ensemble import Progress


class Tally:
    """Adds up the worlds of several runs, one after the other.

    Parameters
    ----------
    progress : callable or None
        Told how many worlds are done in all, and of how many.
    worlds : int
        Worlds expected.
    """

    def __init__(self, progress: Progress | None, worlds: int) -> None:
        self._progress, self._total, self._done = progress, worlds, 0

    def expect(self, worlds: int) -> None:
        """Expect so many more worlds."""
        self._total += worlds

    def next_run(self) -> Progress:
        """What the next run reports to; call it when the run before is over."""
        before = self._done

        def told(done: int, _: int) -> None:
            self._done = before + done
            if self._progress is not None:
                self._progress(self._done, self._total)

        return told
