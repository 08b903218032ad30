"""The staff page: people and their roles, lent roles, counters, quotas and closed days."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.branch import Counter, Person
from app.domain.calendar import format_day, parse_day
from app.domain.rights import Delegation
from app.errors import Refused
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.files_dialogs import AskText
from app.ui.pages.staff_dialogs import AskCounter, AskDelegation, AskPerson, AskQuota, AskSecret
from app.ui.presenters.staff import StaffBoard, StaffPresenter
from app.ui.role_names import role_name, role_names
from app.ui.widgets import Button, Card, Column, DataTable, PaintedButton, PrimaryButton, TableModel, Tone


class StaffPage(QWidget):
    """Tables at the left and right; every change is asked for in a small dialog."""

    interests = frozenset({"branch"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.presenter = StaffPresenter(context.services, context.background.door(self), self, context.who)
        self._board: StaffBoard | None = None
        rules = context.services.office.rules()
        self._services = [(each.code, each.name.id) for each in rules.services]
        self._limited = [(each.code, each.name.id) for each in rules.services if each.daily_quota is not None]
        self.people = DataTable(
            TableModel(self._people_columns(), lambda each: each.id), name=self.tr("Petugas")
        )
        self.delegations = DataTable(
            TableModel(self._delegation_columns(), lambda each: each.id), name=self.tr("Delegasi")
        )
        self.counters = DataTable(
            TableModel(self._counter_columns(), lambda each: str(each.number)), name=self.tr("Loket")
        )
        self.closed_days = DataTable(
            TableModel(
                (
                    Column[tuple[str, str]](
                        title=self.tr("Tanggal"), text=lambda each: format_day(each[0]), strong=True, width=8
                    ),
                    Column[tuple[str, str]](title=self.tr("Alasan"), text=lambda each: each[1]),
                ),
                lambda each: each[0],
            ),
            name=self.tr("Hari tutup cabang"),
        )
        self._lay_out()
        self.people.opened.connect(lambda _: self._change())
        self.counters.opened.connect(lambda _: self._counter())
        self.setFocusProxy(self.people)

    # ------------------------------------------------------------------------------------------ columns

    def _people_columns(self) -> tuple[Column[Person], ...]:
        return (
            Column[Person](title=self.tr("Nama"), text=lambda each: each.name, strong=True, width=14),
            Column[Person](
                title=self.tr("Tugas"),
                text=lambda each: role_names(each.roles),
                tip=lambda each: role_names(each.roles),
            ),
            Column[Person](title=self.tr("Tempat"), text=lambda each: ", ".join(each.places) or "–", width=8),
            Column[Person](
                title=self.tr("Keadaan"),
                text=lambda each: self.tr("aktif") if each.active else self.tr("nonaktif"),
                tone=lambda each: Tone.GOOD if each.active else Tone.NEUTRAL,
                width=7,
            ),
        )

    def _delegation_columns(self) -> tuple[Column[Delegation], ...]:
        return (
            Column[Delegation](title=self.tr("Kepada"), text=self._name, strong=True, width=11),
            Column[Delegation](title=self.tr("Tugas"), text=lambda each: role_name(each.role)),
            Column[Delegation](
                title=self.tr("Sampai"), text=lambda each: format_day(each.last_day), width=7.5
            ),
        )

    def _counter_columns(self) -> tuple[Column[Counter], ...]:
        return (
            Column[Counter](title=self.tr("Loket"), text=lambda each: str(each.number), strong=True, width=5),
            Column[Counter](title=self.tr("Memanggil"), text=self._called),
        )

    def _name(self, lent: Delegation) -> str:
        people = self._board.branch.people if self._board else {}
        return people[lent.person].name if lent.person in people else "–"

    def _called(self, counter: Counter) -> str:
        names = dict(self._services)
        return ", ".join(names[code] for code in counter.services) or self.tr("semua layanan")

    # ------------------------------------------------------------------------------------------ layout

    def _lay_out(self) -> None:
        may = self._context.may
        self.add = PrimaryButton(self.tr("Tambah petugas"), "user-plus", key="F2")
        self.change = Button(self.tr("Ubah"), "pencil", key="F3")
        self.reset = Button(self.tr("PIN baru"), "key-round", key="F4")
        self.toggle = Button(self.tr("Aktif / nonaktif"), "user-x", key="F5")
        self.grant = Button(self.tr("Beri delegasi"), "user-check", key="F6")
        self.revoke = Button(self.tr("Cabut"), "x", key="Shift+F6")
        self.counter = Button(self.tr("Layanan loket"), "headset", key="F7")
        self.more = Button(self.tr("Tambah loket"), "plus", key="Shift+F7")
        self.quota = Button(self.tr("Tambah kuota hari ini"), "ticket", key="F8")
        self.holiday = Button(self.tr("Hari tutup"), "calendar-days", key="F9")
        self._wire()
        for button, action in (
            (self.grant, "delegation.grant"),
            (self.revoke, "delegation.grant"),
            (self.counter, "branch.manage"),
            (self.more, "branch.manage"),
            (self.holiday, "branch.manage"),
            (self.quota, "quota.raise"),
        ):
            button.setEnabled(may(action))
        if not may("delegation.grant"):
            self.grant.setToolTip(self.tr("Hanya Kepala Kantor Cabang yang memberi delegasi."))
        right = QVBoxLayout()
        right.setSpacing(theme.space(3))
        self.delegations.set_empty_text(self.tr("Tidak ada tugas yang dipinjamkan."))
        self.closed_days.set_empty_text(self.tr("Hanya libur nasional."))
        right.addWidget(_card(self.tr("Delegasi"), self.delegations, (self.grant, self.revoke)), 1)
        right.addWidget(
            _card(self.tr("Loket dan kuota"), self.counters, (self.counter, self.more, self.quota)), 1
        )
        right.addWidget(_card(self.tr("Hari tutup cabang"), self.closed_days, (self.holiday,)), 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(5), theme.space(4.5), theme.space(5), theme.space(4.5))
        row.setSpacing(theme.space(4))
        people = _card(self.tr("Petugas"), self.people, (self.add, self.change, self.reset, self.toggle))
        row.addWidget(people, 3)
        row.addLayout(right, 2)

    def _wire(self) -> None:
        actions: tuple[tuple[PaintedButton, Callable[[], None]], ...] = (
            (self.add, self._add),
            (self.change, self._change),
            (self.reset, self._reset),
            (self.toggle, self._toggle),
            (self.grant, self._grant),
            (self.revoke, self._revoke),
            (self.counter, self._counter),
            (self.more, self._more),
            (self.quota, self._quota),
            (self.holiday, self._holiday),
        )
        for button, action in actions:
            button.clicked.connect(lambda _=False, act=action: act())

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read anew."""
        self.presenter.load()

    def show_board(self, board: StaffBoard) -> None:
        """Everything, in place."""
        self._board = board
        self.people.set_rows(board.people)
        self.delegations.set_rows(board.delegations)
        self.counters.set_rows(board.branch.counters)
        self.closed_days.set_rows(sorted(board.branch.closed_days.items()))

    def said(self, what: str) -> None:
        """Done."""
        words = {
            "added": self.tr("Petugas ditambahkan; PIN pertama diganti saat masuk."),
            "changed": self.tr("Data petugas disimpan."),
            "secret_reset": self.tr("PIN pertama yang baru berlaku."),
            "activity": self.tr("Keadaan petugas disimpan."),
            "delegated": self.tr("Delegasi diberikan dan dicetak di rekap."),
            "revoked": self.tr("Delegasi dicabut."),
            "counters": self.tr("Loket disimpan; berlaku pada panggilan berikutnya."),
            "quota": self.tr("Kuota hari ini ditambah; alasan tercatat."),
            "closed_day": self.tr("Hari tutup disimpan."),
        }
        self._context.notify.toast(words[what])

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        self._context.notify.refuse(refused)

    # ------------------------------------------------------------------------------------------ actions

    def _chosen(self) -> Person | None:
        person = self.people.current()
        return person if isinstance(person, Person) else None

    def _add(self) -> None:
        AskPerson(
            self.window(), self.tr("Tambah petugas"), self.tr("Tambah"), None, self.presenter.add
        ).open()

    def _change(self) -> None:
        person = self._chosen()
        if person is None:
            return
        chosen = person.id
        AskPerson(
            self.window(),
            self.tr("Ubah petugas"),
            self.tr("Simpan"),
            person,
            lambda name, title, roles, places, _: self.presenter.change(chosen, name, title, roles, places),
        ).open()

    def _reset(self) -> None:
        person = self._chosen()
        if person is None:
            return
        chosen = person.id
        AskSecret(
            self.window(),
            self.tr("PIN baru untuk {name}").format(name=person.name),
            self.tr("Petugas menggantinya sendiri saat masuk."),
            self.tr("Simpan"),
            lambda secret: self.presenter.reset_secret(chosen, secret),
        ).open()

    def _toggle(self) -> None:
        person = self._chosen()
        if person is None:
            return
        chosen, active = person.id, not person.active
        text = self.tr("{name} dapat masuk lagi.") if active else self.tr("{name} tidak dapat masuk lagi.")
        self._context.notify.ask(
            self,
            self.tr("Ubah keadaan petugas?"),
            text.format(name=person.name) + " " + self.tr("Yang sudah dicatat tetap ada."),
            yes=self.tr("Ubah"),
            then=lambda: self.presenter.set_active(chosen, active),
        )

    def _grant(self) -> None:
        if self._board is None:
            return
        AskDelegation(
            self.window(),
            self.tr("Beri delegasi"),
            self.tr("Beri"),
            [each for each in self._board.people if each.active],
            self._board.today,
            self.presenter.delegate,
        ).open()

    def _revoke(self) -> None:
        lent = self.delegations.current()
        if isinstance(lent, Delegation):
            self.presenter.revoke(lent.id)

    def _counter(self) -> None:
        counter = self.counters.current() or (self._board.branch.counters[0] if self._board else None)
        if not isinstance(counter, Counter):
            return
        AskCounter(
            self.window(),
            self.tr("Layanan loket {number}").format(number=counter.number),
            self.tr("Tanpa tanda: memanggil semua layanan. Alt dan angka memberi tanda."),
            self.tr("Simpan"),
            counter,
            self._services,
            self._keep_counter,
        ).open()

    def _keep_counter(self, changed: Counter) -> None:
        if self._board is not None:
            self.presenter.set_counters(
                tuple(
                    changed if each.number == changed.number else each for each in self._board.branch.counters
                )
            )

    def _more(self) -> None:
        if self._board is not None:
            counters = self._board.branch.counters
            number = max(each.number for each in counters) + 1
            self.presenter.set_counters((*counters, Counter(number=number)))

    def _quota(self) -> None:
        AskQuota(
            self.window(),
            self.tr("Tambah kuota hari ini"),
            self.tr("Tambah"),
            self._limited,
            self.presenter.raise_quota,
        ).open()

    def _holiday(self) -> None:
        chosen = self.closed_days.current()
        if self.closed_days.hasFocus() and chosen:
            self.presenter.set_closed_day(chosen[0], False, "")
            return
        AskText(
            self.window(),
            self.tr("Hari tutup cabang"),
            self.tr("Simpan"),
            [(self.tr("Tanggal"), ""), (self.tr("Alasan"), "")],
            self._keep_holiday,
        ).open()

    def _keep_holiday(self, day: str, reason: str) -> None:
        try:
            self.presenter.set_closed_day(parse_day(day), True, reason)
        except Refused as refused:
            self.show_refusal(refused)


def _card(title: str, table: DataTable, buttons: tuple[PaintedButton, ...]) -> Card:
    card = Card(title)
    card.body.addWidget(table, 1)
    row = QHBoxLayout()
    row.setSpacing(theme.space(2))
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    card.body.addLayout(row)
    return card
