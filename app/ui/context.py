"""What every page is given: the services, the doors to slow work and to the user, and who sits here."""

from collections.abc import Callable

from app.services.persons import Signed
from app.services.services import Services
from app.ui.background import Background
from app.ui.network_watch import NetworkWatch
from app.ui.notify import Notify

Go = Callable[[str, str], None]
"""(page code, id of a record or empty): opens another page."""


class Context:
    """One for each person who signs in; the pages are made anew with it."""

    def __init__(
        self,
        services: Services,
        background: Background,
        notify: Notify,
        signed: Signed,
        go: Go,
        watch: NetworkWatch | None = None,
    ) -> None:
        self.services = services
        self.background = background
        self.notify = notify
        self.signed = signed
        self.go = go
        self.watch = watch or NetworkWatch(services, background)
        self._actions = services.office.actions(signed.id)

    @property
    def who(self) -> str:
        """Id of the person who sits here: first argument of every service that writes."""
        return self.signed.id

    @property
    def zone(self) -> str:
        """WIB, WITA or WIT."""
        return self.services.office.branch().zone

    def may(self, action: str) -> bool:
        """Whether this person may take an action of `app.domain.rights`: greys the buttons."""
        return action in self._actions
