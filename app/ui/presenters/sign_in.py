"""Signing in: who may, and what was tried."""

from typing import Protocol

from app.errors import Refused
from app.services.services import Services
from app.services.sign_in import PersonCard, Signed
from app.ui.door import Door


class View(Protocol):
    """What the page shows."""

    def show_people(self, people: tuple[PersonCard, ...]) -> None:
        """The names to choose from."""
        ...

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        ...

    def show_change(self, signed: Signed) -> None:
        """The first secret must be replaced by one of one's own."""
        ...

    def finished(self, signed: Signed) -> None:
        """In."""
        ...


class SignInPresenter:
    """Holds the chosen person and the secret that was just right, for as long as it takes to change it."""

    def __init__(self, services: Services, door: Door, view: View) -> None:
        self._services = services
        self._door = door
        self._view = view
        self._signed: Signed | None = None
        self._first_secret = ""

    def load(self) -> None:
        """Read the names."""
        self._door.read(self._services.sign_in.people, self._view.show_people)

    def sign_in(self, person: str, secret: str) -> None:
        """Try a PIN or password."""
        if not person or not secret:
            return

        def done(signed: Signed) -> None:
            if signed.must_change:
                self._signed, self._first_secret = signed, secret
                self._view.show_change(signed)
            else:
                self._view.finished(signed)

        self._door.write(
            lambda: self._services.sign_in.sign_in(person, secret), done, self._view.show_refusal
        )

    def forget(self) -> None:
        """Another person was chosen before the first secret was replaced."""
        self._signed, self._first_secret = None, ""

    def change(self, new: str, again: str) -> None:
        """Replace the first secret."""
        signed = self._signed
        if signed is None:
            return
        if new != again:
            self._view.show_refusal(Refused("secret_differs"))
            return
        old = self._first_secret

        def done(_: None) -> None:
            self._signed, self._first_secret = None, ""
            self._view.finished(signed)

        self._door.write(
            lambda: self._services.sign_in.change_secret(signed.id, old, new), done, self._view.show_refusal
        )
