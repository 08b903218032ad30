"""Signing in: who may, and what was tried."""

from typing import TYPE_CHECKING, Protocol

from app.errors import Refused
from app.services.persons import PersonCard, Signed
from app.ui.door import Door

if TYPE_CHECKING:  # the page is there before the database's libraries are
    from app.services.services import Services


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

    def __init__(self, services: "Services | None", door: Door, view: View) -> None:
        self._services = services
        self._waiting: tuple[str, str] | None = None
        """Person and secret typed before the branch was open."""
        self._door = door
        self._view = view
        self._signed: Signed | None = None
        self._first_secret = ""

    def serve(self, services: "Services") -> None:
        """The branch is open now: whoever typed a secret already is signed in."""
        self._services = services
        self.load()
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.sign_in(*waiting)

    def load(self) -> None:
        """Read the names."""
        if self._services is not None:
            self._door.read(self._services.sign_in.people, self._view.show_people)

    def sign_in(self, person: str, secret: str) -> None:
        """Try a PIN or password."""
        services = self._services
        if not person or not secret:
            return
        if services is None:
            self._waiting = person, secret
            return

        def done(signed: Signed) -> None:
            if signed.must_change:
                self._signed, self._first_secret = signed, secret
                self._view.show_change(signed)
            else:
                self._view.finished(signed)

        self._door.write(lambda: services.sign_in.sign_in(person, secret), done, self._view.show_refusal)

    def forget(self) -> None:
        """Another person was chosen before the first secret was replaced."""
        self._signed, self._first_secret = None, ""

    def change(self, new: str, again: str) -> None:
        """Replace the first secret."""
        signed, services = self._signed, self._services
        if signed is None or services is None:
            return
        if new != again:
            self._view.show_refusal(Refused("secret_differs"))
            return
        old = self._first_secret

        def done(_: None) -> None:
            self._signed, self._first_secret = None, ""
            self._view.finished(signed)

        self._door.write(
            lambda: services.sign_in.change_secret(signed.id, old, new), done, self._view.show_refusal
        )
