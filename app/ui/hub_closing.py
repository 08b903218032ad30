"""The main computer's window is to be closed: who stands still without it is said first, and Enter keeps it open."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.ui.background import Background
from app.ui.network_words import Told
from app.ui.notify import Notify

if TYPE_CHECKING:
    from app.services.services import Services

RECENT_MS = 5 * 60_000
"""Who was heard of within this time works now: a computer calls every few seconds."""


def dependants(told: Told | None) -> tuple[str, ...]:
    """Names of the computers that work through this one now."""
    if told is None or told.link.role != "hub":
        return ()
    return tuple(
        each.name
        for each in told.computers
        if not each.here
        and not each.revoked
        and each.last_heard is not None
        and told.now - each.last_heard <= RECENT_MS
    )


def ask_before_closing(
    window: QWidget,
    services: "Services",
    background: Background,
    notify: Notify,
    told: Told | None,
    close: Callable[[], None],
) -> bool:
    """Whether the window may go at once; otherwise the question is on its way, and `close` is called if it is wanted.

    The end of the session is not held up: the system would kill the program instead.
    """
    names = dependants(told)
    app = QGuiApplication.instance()
    if not names or (isinstance(app, QGuiApplication) and app.isSavingSession()):
        return True

    def ask(counters: tuple[int, ...]) -> None:
        text = _tr("Komputer ini komputer utama. Yang bekerja melaluinya sekarang: {names}.").format(
            names=", ".join(names)
        )
        if counters:
            text += " " + _tr("Loket yang buka: {numbers}.").format(numbers=", ".join(map(str, counters)))
        text += " " + _tr("Selama jendela ini tertutup mereka bekerja tanpa komputer utama.")
        notify.ask(
            window,
            _tr("Tutup Loket di komputer utama?"),
            text,
            yes=_tr("Tutup Loket"),
            no=_tr("Biarkan buka"),
            then=close,
            danger=True,
        )

    def look() -> tuple[int, ...]:
        from app.services.counter_queries import open_numbers

        return open_numbers(services.office)

    looking = background.read(window, look)
    looking.success(ask).failure(lambda _: ask(())).start()
    return False


def _tr(text: str) -> str:
    return QCoreApplication.translate("HubClosing", text)
