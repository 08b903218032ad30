"""Somebody leaves this computer to another: a counter that is still theirs is asked about first."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.services.services import Services
from app.ui.background import Background
from app.ui.notify import Notify


def leave_seat(
    window: QWidget,
    services: Services,
    background: Background,
    notify: Notify,
    who: str,
    then: Callable[[], None],
) -> None:
    """Ask whether the open counter of `who` closes, then go on; a counter with somebody before it stays and says so."""

    def close(counter: int) -> None:
        closing = background.write(window, lambda: services.counters.close(who, counter))
        closing.success(lambda _: then()).start()

    def found(counter: int | None) -> None:
        if counter is None:
            then()
            return
        notify.ask(
            window,
            _tr("Loket {counter} masih buka atas nama Anda. Tutup loket itu?").format(counter=counter),
            _tr("Loket yang tetap buka ditunggu antrean, dan waktunya tercatat atas nama Anda."),
            yes=_tr("Tutup loket, ganti pengguna"),
            no=_tr("Biarkan buka, ganti pengguna"),
            then=lambda: close(counter),
            otherwise=then,
            danger=True,  # Enter leaves it open: closing is what cannot be undone by the next who sits down
        )

    background.read(window, lambda: services.counters.my_counter(who)).success(found).start()


def _tr(text: str) -> str:
    return QCoreApplication.translate("Leaving", text)
