"""The daily summary page: which day, its PDF, and closing the day."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from app.config import result_at, write_file
from app.domain.calendar import add_days
from app.domain.tickets import Ticket
from app.errors import Refused
from app.services.day_again import reopen_day, take_back_day
from app.services.services import Services
from app.services.summary import BeforeClosing
from app.ui.door import Door


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The summary of one day as it would be printed."""

    day: str
    closed: bool
    reopens: bool
    """Whether it is today's, closed, and may be opened again."""
    takes_back: bool
    """Whether it is open, and nobody of it was called yet."""
    pdf: bytes
    path: Path | None
    """Where it lies; None when the folder could not be written to, which is no reason not to show it."""


class View(Protocol):
    """What the page shows."""

    def show_preview(self, preview: Preview) -> None:
        """The PDF."""
        ...

    def show_nothing(self, day: str) -> None:
        """No such service day."""
        ...

    def show_unclosed(self, days: tuple[str, ...]) -> None:
        """Earlier days that nobody closed."""
        ...

    def show_closing(self, day: str, tickets: tuple[Ticket, ...]) -> None:
        """Each of these must be explained before the day is closed."""
        ...

    def show_closed(self, day: str) -> None:
        """The figures are frozen."""
        ...

    def ask_early(self, found: BeforeClosing, then: Callable[[str], None]) -> None:
        """It seems too early to close the day: the figures, and the PIN of who closes it."""
        ...

    def show_again(self, what: str, day: str) -> None:
        """ "reopened": the day goes on; "taken_back": what was printed belongs to `day`."""
        ...

    def show_saved(self, path: Path) -> None:
        """A copy was written."""
        ...

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        ...


class SummaryPresenter:
    """Makes the PDF in the background and keeps it in the data folder."""

    def __init__(self, services: Services, door: Door, view: View, who: str) -> None:
        self._services = services
        self._door = door
        self._view = view
        self._who = who
        self.day = ""

    def load(self) -> None:
        """The latest day at first, then the chosen one."""

        def known(days: tuple[str, str, tuple[str, ...]]) -> None:
            latest, today, unclosed = days
            self.day = self.day or latest or today
            self._view.show_unclosed(tuple(each for each in unclosed if each < today))
            self._read()

        self._door.read(self._days, known, self._view.show_refusal)

    def _days(self) -> tuple[str, str, tuple[str, ...]]:
        latest = self._services.office.latest_day()
        today = self._services.office.calendar_day()
        return latest.day if latest else "", today, self._services.summaries.unclosed_days()

    def choose(self, day: str) -> None:
        """Another day, ISO."""
        self.day = day
        self._read()

    def step(self, days: int) -> None:
        """So many days on or back."""
        if self.day:
            self.choose(add_days(self.day, days))

    def _read(self) -> None:
        day = self.day

        def done(preview: Preview) -> None:
            if day == self.day:
                self._view.show_preview(preview)

        def failed(refused: Refused) -> None:
            if refused.code == "day_unknown":
                self._view.show_nothing(day)
            else:
                self._view.show_refusal(refused)

        self._door.read(lambda: self._preview(day), done, failed)

    def _preview(self, day: str) -> Preview:
        summaries = self._services.summaries
        figures = summaries.figures(day)
        pdf = summaries.pdf(day)
        latest, today = self._services.office.latest_day(), self._services.office.calendar_day()
        is_last = latest is not None and latest.day == day
        closed = figures.closed_at is not None
        return Preview(
            day=day,
            closed=closed,
            reopens=is_last and closed and day == today,
            takes_back=is_last and not closed and not summaries.was_called(day),
            pdf=pdf,
            path=self._written(day, pdf),
        )

    def _written(self, day: str, pdf: bytes) -> Path | None:
        path = self._services.office.folder.prints / f"rekap-{day}.pdf"
        try:
            write_file(path, pdf)
        except Refused:
            return None
        return path

    def save(self, path: str) -> None:
        """A copy of the PDF, and the figures beside it as JSON."""
        day, target = self.day, Path(path)

        def work() -> Path:
            pdf, figures = self._services.summaries.pdf(day), self._services.summaries.json(day)
            with result_at(target):
                write_file(target, pdf, mode=0o644)
                write_file(target.with_suffix(".json"), figures, mode=0o644)
            return target

        self._door.read(work, self._view.show_saved, self._view.show_refusal)

    # ------------------------------------------------------------------------------------------ closing

    def begin_closing(self) -> None:
        """Which tickets must be explained."""
        day = self.day
        self._door.read(
            lambda: self._services.summaries.open_tickets(day),
            lambda tickets: self._view.show_closing(day, tickets),
            self._view.show_refusal,
        )

    def want_to_close(self, day: str, explanations: dict[str, str], note: str) -> None:
        """Close the day, after asking where that seems too early."""

        def seen(found: BeforeClosing) -> None:
            if found.is_early:
                self._view.ask_early(found, lambda secret: self.close(day, explanations, note, secret))
            else:
                self.close(day, explanations, note)

        self._door.read(lambda: self._services.summaries.before_closing(day), seen, self._view.show_refusal)

    def close(self, day: str, explanations: dict[str, str], note: str, secret: str | None = None) -> None:
        """Close the day; the figures are frozen. `secret`: that of who closes it, where it was asked for."""

        def work() -> None:
            if secret is not None:
                self._services.sign_in.confirm(self._who, secret)
            self._services.summaries.close_day(self._who, explanations, note, day)

        def done(_: object) -> None:
            self._view.show_closed(day)
            self.load()

        def failed(refused: Refused) -> None:
            self.begin_closing()  # somebody may have come meanwhile: the list is read anew, what was explained stays
            self._view.show_refusal(refused)

        self._door.write(work, done, failed)

    # ------------------------------------------------------------------------------------------ once more

    def reopen(self, reason: str) -> None:
        """The day goes on; its figures are frozen anew at its next closing."""
        self._again("reopened", lambda: reopen_day(self._services.office, self._who, reason).day)

    def take_back(self) -> None:
        """The day was opened by mistake."""
        self._again("taken_back", lambda: take_back_day(self._services.office, self._who))

    def _again(self, what: str, work: Callable[[], str]) -> None:
        def done(day: str) -> None:
            self.day = day
            self._view.show_again(what, day)
            self.load()

        self._door.write(work, done, self._view.show_refusal)
