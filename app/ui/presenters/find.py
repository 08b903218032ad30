"""Searching as one types: only the newest question is answered."""

from typing import Protocol

from app.domain.tickets import Ticket
from app.errors import Refused
from app.services.find import Found
from app.services.services import Services
from app.ui.door import Door


class View(Protocol):
    """What the page shows."""

    def show_found(self, typed: str, found: tuple[Found, ...]) -> None:
        """The results for what was typed."""
        ...

    def show_case(self, case: str) -> None:
        """A case, opened and logged as read."""
        ...

    def show_ticket(self, ticket: Ticket) -> None:
        """A ticket with its legs."""
        ...

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        ...


class FindPresenter:
    """Asks the finder; drops answers to questions that are old by now."""

    def __init__(self, services: Services, door: Door, view: View, who: str) -> None:
        self._services = services
        self._door = door
        self._view = view
        self._who = who
        self._typed = ""
        self._shown = ""

    def ask(self, typed: str) -> None:
        """Look for what is typed now."""
        self._typed = typed

        def done(found: tuple[Found, ...]) -> None:
            if typed == self._typed:
                self._view.show_found(typed, found)

        self._door.read(lambda: self._services.finder.find(self._who, typed), done, self._view.show_refusal)

    def open(self, found: Found) -> None:
        """Open one result; the full record of a case is logged as read before it is shown."""
        if found.kind == "ticket":
            self._shown = ""
            self._open_ticket(found.id)
            return
        case = found.id
        if case == self._shown:
            return  # it is open already, or being opened by the first click of two
        self._shown = case

        def failed(refused: Refused) -> None:
            self._shown = ""
            self._view.show_refusal(refused)

        self._door.write(
            lambda: self._services.cases.read(self._who, case, "record"),
            lambda _: self._view.show_case(case),
            failed,
        )

    def _open_ticket(self, ticket: str) -> None:
        def done(state: Ticket | None) -> None:
            if state is not None:
                self._view.show_ticket(state)

        self._door.read(lambda: self._services.desk.ticket(ticket), done, self._view.show_refusal)
