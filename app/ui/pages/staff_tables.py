"""The tables of the staff page: people, lent roles, counters, quotas and closed days."""

from PySide6.QtCore import QObject

from app.domain.branch import Counter, Person
from app.domain.calendar import format_day
from app.domain.rights import Delegation
from app.ui.presenters.staff import Quota, StaffBoard
from app.ui.role_names import role_name, role_names
from app.ui.widgets import Column, DataTable, TableModel, Tone


class StaffTables(QObject):
    """Made once for a page; `services` is code to name."""

    def __init__(self, services: dict[str, str], parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._board: StaffBoard | None = None
        self.people = DataTable(TableModel(self._people(), lambda each: each.id), name=self.tr("Petugas"))
        self.delegations = DataTable(
            TableModel(self._delegations(), lambda each: each.id), name=self.tr("Delegasi")
        )
        self.counters = DataTable(
            TableModel(self._counters(), lambda each: str(each.number)), name=self.tr("Loket")
        )
        self.quotas = DataTable(
            TableModel(self._quotas(), lambda each: each.code), name=self.tr("Kuota hari ini")
        )
        self.closed_days = DataTable(
            TableModel(self._closed_days(), lambda each: each[0]), name=self.tr("Hari tutup cabang")
        )
        self.delegations.set_empty_text(self.tr("Tidak ada tugas yang dipinjamkan."))
        self.closed_days.set_empty_text(self.tr("Hanya libur nasional."))

    def show_board(self, board: StaffBoard) -> None:
        """Everything, in place."""
        self._board = board
        self.people.set_rows(board.people)
        if not self.people.current_key():
            self.people.choose_line(0)
        self.delegations.set_rows(board.delegations)
        self.counters.set_rows(board.branch.counters)
        self.quotas.set_rows(board.quotas)
        self.closed_days.set_rows(sorted(board.branch.closed_days.items()))

    def name(self, lent: Delegation) -> str:
        """To whom a role is lent."""
        people = self._board.branch.people if self._board else {}
        return people[lent.person].name if lent.person in people else "–"

    def _called(self, counter: Counter) -> str:
        names = (self._services.get(code, code) for code in counter.services)
        return ", ".join(names) or self.tr("semua layanan")

    def _people(self) -> tuple[Column[Person], ...]:
        return (
            Column[Person](title=self.tr("Nama"), text=lambda each: each.name, strong=True, width=12),
            Column[Person](
                title=self.tr("Tugas"),
                text=lambda each: role_names(each.roles),
                tip=lambda each: role_names(each.roles),
            ),
            Column[Person](title=self.tr("Tempat"), text=lambda each: ", ".join(each.places) or "–", width=7),
            Column[Person](
                title=self.tr("Keadaan"),
                text=lambda each: self.tr("aktif") if each.active else self.tr("nonaktif"),
                tone=lambda each: Tone.GOOD if each.active else Tone.NEUTRAL,
                width=7,
            ),
        )

    def _delegations(self) -> tuple[Column[Delegation], ...]:
        return (
            Column[Delegation](title=self.tr("Kepada"), text=self.name, strong=True, width=11),
            Column[Delegation](
                title=self.tr("Tugas"), text=lambda each: role_name(each.role), tip=lambda each: each.reason
            ),
            Column[Delegation](
                title=self.tr("Mulai"), text=lambda each: format_day(each.first_day), width=7.5
            ),
            Column[Delegation](
                title=self.tr("Sampai"), text=lambda each: format_day(each.last_day), width=7.5
            ),
        )

    def _counters(self) -> tuple[Column[Counter], ...]:
        return (
            Column[Counter](title=self.tr("Loket"), text=lambda each: str(each.number), strong=True, width=5),
            Column[Counter](title=self.tr("Memanggil"), text=self._called, tip=self._called),
        )

    def _quotas(self) -> tuple[Column[Quota], ...]:
        return (
            Column[Quota](title=self.tr("Layanan"), text=lambda each: each.name, strong=True),
            Column[Quota](title=self.tr("Biasa"), text=lambda each: str(each.usual), right=True, width=5),
            Column[Quota](
                title=self.tr("Tambahan"),
                text=lambda each: f"+{each.raised}" if each.raised else "–",
                right=True,
                width=6.5,
            ),
            Column[Quota](
                title=self.tr("Hari ini"),
                text=lambda each: str(each.usual + each.raised),
                right=True,
                width=6,
            ),
        )

    def _closed_days(self) -> tuple[Column[tuple[str, str]], ...]:
        return (
            Column[tuple[str, str]](
                title=self.tr("Tanggal"), text=lambda each: format_day(each[0]), strong=True, width=8
            ),
            Column[tuple[str, str]](title=self.tr("Alasan"), text=lambda each: each[1]),
        )
