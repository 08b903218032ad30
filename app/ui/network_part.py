"""The window's part in the network: there as soon as the window is, at work while a branch is open."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.ui.background import Background
from app.ui.notify import Notify
from app.ui.safety import Safety
from app.ui.shell import Shell

if TYPE_CHECKING:  # the first window must not wait for what talks to other computers
    from app.services.network import Serves
    from app.services.office import Office
    from app.services.persons import Signed
    from app.services.services import Services
    from app.ui.network_status import NetworkStatus
    from app.ui.network_watch import NetworkWatch


class NetworkPart:
    """One for each desktop; every branch that is opened gets its own `NetworkStatus`."""

    def __init__(
        self,
        shell: Shell,
        background: Background,
        notify: Notify,
        safety: Safety,
        go: Callable[[str, str], None],
    ) -> None:
        self._shell, self._background, self._notify = shell, background, notify
        self._safety, self._go = safety, go
        self._status: NetworkStatus | None = None
        self.serving: Callable[[Office], Serves] | None = None
        """Opens this computer's port when it is the hub of others; None in tests and where nobody may call."""

    def begin(self, services: "Services") -> None:
        """A branch was opened."""
        from app.ui.network_status import NetworkStatus

        self.end()
        self._status = NetworkStatus(
            services, self._shell, self._background, self._notify, self._safety, self._go
        )
        serves = self.serving(services.office) if self.serving is not None else None
        self._background.write(self._shell, lambda: services.network.start(serves)).start()

    def end(self) -> None:
        """The branch is closed."""
        if self._status is not None:
            self._status.close()
            self._status = None

    def set_person(self, signed: "Signed | None") -> None:
        """Who sits here now; None when nobody does."""
        if self._status is not None:
            self._status.set_person(signed)

    def look_for_notices(self) -> None:
        """Something was written here, or came from elsewhere."""
        if self._status is not None:
            self._status.notices.look()

    @property
    def status(self) -> "NetworkStatus | None":
        """What is shown of the branch that is open."""
        return self._status

    @property
    def watch(self) -> "NetworkWatch | None":
        """What the pages are given."""
        return self._status.watch if self._status is not None else None
