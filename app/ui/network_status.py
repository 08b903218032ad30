"""The connections of this computer in the window: the chip and its panel, notices, and taking over as hub."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut

from app.ui.background import Background
from app.ui.network_notice_bar import NoticeBar
from app.ui.network_panel import NetworkPanel
from app.ui.network_watch import NetworkWatch
from app.ui.notify import Notify
from app.ui.presenters.network_notices import NoticePresenter
from app.ui.safety import Safety
from app.ui.shell import Shell

if TYPE_CHECKING:  # the first window must not wait for the database's libraries
    from app.services.persons import Signed
    from app.services.services import Services

PANEL_KEY = "Ctrl+H"


class NetworkStatus(QObject):
    """Lives as long as the branch is open; a new branch gets a new one."""

    def __init__(
        self,
        services: "Services",
        shell: Shell,
        background: Background,
        notify: Notify,
        safety: Safety,
        go: Callable[[str, str], None],
    ) -> None:
        super().__init__(shell)
        self._services, self._shell = services, shell
        self._background, self._notify, self._safety = background, notify, safety
        self._who = ""
        office = services.office
        self.watch = NetworkWatch(services, background, self)
        self.panel = self._make_panel()
        self.bar = NoticeBar(office.ports.clock, office.branch().zone, shell.offers)
        self.notices = NoticePresenter(services, background.door(self), self.bar)
        shell.set_notice_bar(self.bar)
        shell.top.status.show_key(PANEL_KEY)
        self._key = QShortcut(QKeySequence(PANEL_KEY), shell)
        self._key.setAutoRepeat(False)
        self._key.activated.connect(self._toggle)
        shell.top.status.clicked.connect(self._toggle)
        shell.page_shown.connect(self._hide_panel)
        self.watch.changed.connect(self._show)
        self.bar.acknowledged.connect(self.notices.acknowledge)
        self.bar.opened.connect(go)

    def set_person(self, signed: "Signed | None") -> None:
        """Who sits here now; None when nobody does."""
        self._who = signed.id if signed is not None else ""
        office = self._services.office
        self.panel.deleteLater()
        self.panel = self._make_panel()  # sizes are set when it is made
        self.panel.set_person(
            may_take_over=signed is not None and "hub.take_over" in office.actions(signed.id)
        )
        self.notices.set_person(self._who)
        self.look()

    def _make_panel(self) -> NetworkPanel:
        made = NetworkPanel(self._shell, self._shell.top.status)
        made.take_over.connect(self._ask_take_over)
        return made

    def look(self) -> None:
        """Something was written here or came from elsewhere."""
        self.watch.look()
        self.notices.look()

    def close(self) -> None:
        """The branch is closed."""
        self._shell.set_notice_bar(None)
        self._key.deleteLater()
        self._shell.top.status.clicked.disconnect(self._toggle)
        self._shell.page_shown.disconnect(self._hide_panel)
        self.panel.hide()
        self.panel.deleteLater()
        self.deleteLater()

    # ------------------------------------------------------------------------------------------ showing

    def _show(self) -> None:
        told = self.watch.told
        if told is not None:
            self._safety.set_link(told)
            self.panel.show_told(told)
        self.notices.look()

    def _toggle(self) -> None:
        if self._who and not self._shell.is_locked() and self.watch.told is not None:
            self.panel.show_told(self.watch.told)
            self.panel.toggle()

    def _hide_panel(self, _page: str) -> None:
        self.panel.hide()

    def _ask_take_over(self) -> None:
        self._notify.ask(
            self._shell,
            self.tr("Jadikan komputer ini komputer utama?"),
            self.tr(
                "Komputer utama yang lama berhenti mengurutkan begitu terhubung lagi, dan yang belum sampai di sini diurutkan ulang "
                "di belakang; karcis memakai nomor bertanda."
            ),
            yes=self.tr("Jadikan utama"),
            then=self._take_over,
            danger=True,  # Enter is no: a second hub by mistake costs the branch an hour
        )

    def _take_over(self) -> None:
        who, network = self._who, self._services.network
        self._notify.toast(self.tr("Menanyai komputer lain, lalu menjadi komputer utama…"))
        # Not in the writers' lane: asking round takes seconds, and nobody's work waits for it.
        taking = self._background.read(self, lambda: network.take_over(who))
        taking.success(lambda _: self._taken_over()).failure(self._notify.refuse)
        taking.once(self.panel.hub_button).start()

    def _taken_over(self) -> None:
        self._notify.toast(self.tr("Komputer ini sekarang komputer utama."))
        self.watch.look()
