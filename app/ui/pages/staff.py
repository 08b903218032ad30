"""The staff page: people and their roles, lent roles, counters, quotas and closed days."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.branch import Counter, Person
from app.domain.calendar import parse_day
from app.domain.rights import Delegation
from app.errors import Refused
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.ask import Asking, AskText
from app.ui.pages.staff_dialogs import AskCounter, AskDelegation, AskPerson, AskQuota, AskSecret
from app.ui.pages.staff_tables import StaffTables
from app.ui.presenters.staff import Quota, StaffBoard, StaffPresenter
from app.ui.role_names import role_name
from app.ui.widgets import (
    Button,
    Card,
    DataTable,
    Muted,
    PaintedButton,
    PrimaryButton,
    TabStrip,
)

FORM = "staff"
"""Name of the drafts of this page's dialogs."""


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
        self._asking = Asking(context, self)
        self._tables = StaffTables(dict(self._services), self)
        self.people, self.delegations = self._tables.people, self._tables.delegations
        self.counters, self.quotas = self._tables.counters, self._tables.quotas
        self.closed_days = self._tables.closed_days
        self._lay_out()
        self.people.opened.connect(lambda _: self._change())
        self.people.chosen.connect(lambda _: self._mark_chosen())
        self.counters.opened.connect(lambda _: self._counter())
        self.setFocusProxy(self.people)

    # ------------------------------------------------------------------------------------------ layout

    def _make_buttons(self) -> None:
        may = self._context.may
        self.add = PrimaryButton(self.tr("Tambah"), "user-plus", key="F2")
        self.change = Button(self.tr("Ubah"), "pencil", key="F3")
        self.reset = Button(self.tr("PIN baru"), "key-round", key="F4")
        self.toggle = Button(self.tr("Nonaktifkan"), "user-x", key="Ctrl+F5")
        self.grant = Button(self.tr("Beri delegasi"), "user-check", key="Ins")
        self.revoke = Button(self.tr("Cabut"), "x", key="Del")
        self.counter = Button(self.tr("Layanan loket"), "headset", key="F10")
        self.more = Button(self.tr("Tambah loket"), "plus", key="Ins")
        self.quota = Button(self.tr("Tambah kuota hari ini"), "ticket", key="Ins")
        self.close_on = Button(self.tr("Tambah hari tutup"), "calendar-days", key="Ins")
        self.open_on = Button(self.tr("Buka lagi"), "x", key="Del")
        for button, action in (
            (self.grant, "delegation.grant"),
            (self.revoke, "delegation.grant"),
            (self.counter, "branch.manage"),
            (self.more, "branch.manage"),
            (self.close_on, "branch.manage"),
            (self.open_on, "branch.manage"),
            (self.quota, "quota.raise"),
        ):
            button.setEnabled(may(action))

    def _lay_out(self) -> None:
        self._make_buttons()
        self._wire()
        parts = (
            ("F6", self.tr("Delegasi"), self.delegations, (self.grant, self.revoke)),
            ("F7", self.tr("Loket"), self.counters, (self.counter, self.more)),
            ("F8", self.tr("Kuota"), self.quotas, (self.quota,)),
            ("F9", self.tr("Hari tutup"), self.closed_days, (self.close_on, self.open_on)),
        )
        why = ""
        if not self._context.may("delegation.grant"):
            why = self.tr("Delegasi diberikan oleh Kepala Kantor Cabang.")
        self.tabs = TabStrip(name=self.tr("Bagian halaman petugas"))
        for key, title, table, buttons in parts:
            page = _with_buttons(table, buttons, why if table is self.delegations else "")
            self.tabs.add(f"{title}  {key}", page)
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(lambda page=page, table=table: self._show_tab(page, table))
        people = Card(self.tr("Petugas"))
        people.body.addWidget(_with_buttons(self.people, (self.add, self.change, self.reset, self.toggle)), 1)
        others = Card()
        others.body.addWidget(self.tabs, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(5), theme.space(4.5), theme.space(5), theme.space(4.5))
        row.setSpacing(theme.space(4))
        row.addWidget(people, 5)
        row.addWidget(others, 4)

    def _show_tab(self, page: QWidget, table: DataTable) -> None:
        self.tabs.setCurrentWidget(page)
        table.setFocus(Qt.FocusReason.ShortcutFocusReason)

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
            (self.close_on, self._close_on),
            (self.open_on, self._open_on),
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
        self._tables.show_board(board)
        self._mark_chosen()

    def _mark_chosen(self) -> None:
        """The buttons say what they would do with the chosen person."""
        person = self._chosen()
        for button in (self.change, self.reset, self.toggle):
            button.setEnabled(person is not None)
        inactive = person is not None and not person.active
        self.toggle.setText(self.tr("Aktifkan") if inactive else self.tr("Nonaktifkan"))
        self.toggle.set_icon_name("user-check" if inactive else "user-x")

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
        self._asking.finish()
        self._context.notify.toast(words[what])

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        self._asking.refuse(refused)

    # ------------------------------------------------------------------------------------------ actions

    def _chosen(self) -> Person | None:
        person = self.people.current()
        return person if isinstance(person, Person) else None

    def _add(self) -> None:
        dialog = AskPerson(
            self.window(), self.tr("Tambah petugas"), self.tr("Tambah"), None, self.presenter.add
        )
        dialog.keep_drafts(self._context, FORM, "", dialog.draft_fields())
        self._asking.open(dialog)

    def _change(self) -> None:
        person = self._chosen()
        if person is None:
            return
        chosen = person.id
        self._asking.open(
            AskPerson(
                self.window(),
                self.tr("Ubah petugas"),
                self.tr("Simpan"),
                person,
                lambda name, title, roles, places, _: self.presenter.change(
                    chosen, name, title, roles, places
                ),
            )
        )

    def _reset(self) -> None:
        person = self._chosen()
        if person is None:
            return
        chosen = person.id
        self._asking.open(
            AskSecret(
                self.window(),
                self.tr("PIN baru untuk {name}").format(name=person.name),
                self.tr("Petugas menggantinya sendiri saat masuk."),
                self.tr("Simpan"),
                lambda secret: self.presenter.reset_secret(chosen, secret),
            )
        )

    def _toggle(self) -> None:
        person = self._chosen()
        if person is None:
            return
        chosen, active = person.id, not person.active
        title = self.tr("Aktifkan {name}?") if active else self.tr("Nonaktifkan {name}?")
        text = self.tr("{name} dapat masuk lagi.") if active else self.tr("{name} tidak dapat masuk lagi.")
        self._context.notify.ask(
            self,
            title.format(name=person.name),
            text.format(name=person.name) + " " + self.tr("Yang sudah dicatat tetap ada."),
            yes=self.tr("Aktifkan") if active else self.tr("Nonaktifkan"),
            then=lambda: self.presenter.set_active(chosen, active),
            danger=not active,
        )

    def _grant(self) -> None:
        if self._board is None:
            return
        dialog = AskDelegation(
            self.window(),
            self.tr("Beri delegasi"),
            self.tr("Beri"),
            [each for each in self._board.people if each.active],
            self._board.today,
            self.presenter.delegate,
        )
        dialog.keep_drafts(self._context, FORM, "delegation", {"reason": dialog.reason})
        self._asking.open(dialog)

    def _revoke(self) -> None:
        lent = self.delegations.current()
        if isinstance(lent, Delegation):
            chosen = lent.id
            self._context.notify.ask(
                self,
                self.tr("Cabut delegasi?"),
                self.tr("{name} tidak lagi memegang tugas {role}.").format(
                    name=self._tables.name(lent), role=role_name(lent.role)
                ),
                yes=self.tr("Cabut"),
                then=lambda: self.presenter.revoke(chosen),
                danger=True,
            )

    def _counter(self) -> None:
        counter = self.counters.current() or (self._board.branch.counters[0] if self._board else None)
        if not isinstance(counter, Counter):
            return
        self._asking.open(
            AskCounter(
                self.window(),
                self.tr("Layanan loket {number}").format(number=counter.number),
                self.tr("Tanpa tanda: memanggil semua layanan. Alt dan angka memberi tanda."),
                self.tr("Simpan"),
                counter,
                self._services,
                self._keep_counter,
            )
        )

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
        row = self.quotas.current()
        dialog = AskQuota(
            self.window(),
            self.tr("Tambah kuota hari ini"),
            self.tr("Tambah"),
            [(each.code, each.name) for each in (self._board.quotas if self._board else ())],
            self.presenter.raise_quota,
            row.code if isinstance(row, Quota) else "",
        )
        dialog.keep_drafts(self._context, FORM, "quota", {"reason": dialog.reason})
        self._asking.open(dialog)

    def _open_on(self) -> None:
        chosen = self.closed_days.current()
        if chosen:
            self.presenter.set_closed_day(chosen[0], False, "")

    def _close_on(self) -> None:
        dialog = AskText(
            self.window(),
            self.tr("Hari tutup cabang"),
            self.tr("Simpan"),
            [(self.tr("Tanggal"), "", "27-11-2026"), (self.tr("Alasan"), "", self.tr("mis. pilkada daerah"))],
            self._keep_holiday,
        )
        dialog.keep_drafts(self._context, FORM, "closed_day", dict(zip("01", dialog.fields, strict=True)))
        self._asking.open(dialog)

    def _keep_holiday(self, day: str, reason: str) -> None:
        try:
            self.presenter.set_closed_day(parse_day(day), True, reason)
        except Refused as refused:
            self.show_refusal(refused)


def _with_buttons(table: DataTable, buttons: tuple[PaintedButton, ...], why: str = "") -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.space(2))
    column.addWidget(table, 1)
    row = QHBoxLayout()
    row.setSpacing(theme.space(2))
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    column.addLayout(row)
    if why:
        column.addWidget(Muted(why, small=True))
    return page
