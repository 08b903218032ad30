"""Which pages a person has: by what the roles may do."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.ui.context import Context
from app.ui.shell import PageSpec

if TYPE_CHECKING:
    from app.ui.desktop import Desktop


def _tr(text: str) -> str:
    return QCoreApplication.translate("Pages", text)


def _desk(context: Context) -> QWidget:
    from app.ui.pages.desk import DeskPage

    return DeskPage(context)


def _counter(context: Context) -> QWidget:
    from app.ui.pages.counter import CounterPage

    return CounterPage(context)


def _queue(context: Context) -> QWidget:
    from app.ui.pages.queue import QueuePage

    return QueuePage(context)


def _files(context: Context) -> QWidget:
    from app.ui.pages.files import FilesPage

    return FilesPage(context)


def _find(context: Context) -> QWidget:
    from app.ui.pages.find import FindPage

    return FindPage(context)


def _overview(context: Context) -> QWidget:
    from app.ui.pages.overview import OverviewPage

    return OverviewPage(context)


def _summary(context: Context) -> QWidget:
    from app.ui.pages.summary import SummaryPage

    return SummaryPage(context)


def _conflicts(context: Context) -> QWidget:
    from app.ui.pages.conflicts import ConflictsPage

    return ConflictsPage(context)


def _staff(context: Context) -> QWidget:
    from app.ui.pages.staff import StaffPage

    return StaffPage(context)


def pages_for(context: Context, desktop: "Desktop") -> list[PageSpec]:
    """The pages of the person of this context, the one they work at first."""

    def manage(_: Context) -> QWidget:
        from app.ui.pages.manage import ManagePage

        return ManagePage(context, desktop)

    def spec(
        code: str, title: str, icon: str, build: Callable[[Context], QWidget], key: str = ""
    ) -> PageSpec:
        return PageSpec(code, title, icon, lambda: build(context), key)

    may = context.may
    handles_files = any(
        may(action) for action in ("case.work", "claim.verify", "payment.order", "payment.approve")
    )
    wanted = (
        (may("summary.read"), spec("overview", _tr("Pantau"), "layout-dashboard", _overview)),
        (may("ticket.issue"), spec("desk", _tr("Karcis"), "ticket", _desk)),
        (may("ticket.serve"), spec("counter", _tr("Loket"), "headset", _counter)),
        (may("ticket.cancel"), spec("queue", _tr("Antrean"), "list-ordered", _queue)),
        (handles_files or may("record.read"), spec("files", _tr("Berkas"), "folder-open", _files)),
        (
            may("record.read") or may("ticket.issue"),
            spec("find", _tr("Cari"), "search", _find, "Ctrl+K"),
        ),
        (may("summary.read"), spec("summary", _tr("Rekap"), "printer", _summary)),
        (may("conflict.settle"), spec("conflicts", _tr("Perbedaan"), "git-merge", _conflicts)),
        (may("staff.manage"), spec("staff", _tr("Petugas"), "users", _staff)),
        (
            may("branch.manage") or may("backup.make") or may("journal.read"),
            spec("manage", _tr("Kelola"), "settings", manage),
        ),
    )
    return [page for fits, page in wanted if fits]
