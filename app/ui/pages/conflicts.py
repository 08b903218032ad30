"""The conflicts page: two officers recorded different things at once; one of both is chosen, with a reason."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.calendar import day_of, format_day, format_minutes, format_number, format_time
from app.errors import Refused
from app.services.conflicts import OpenConflict, Side
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.case_words import masked
from app.ui.pages.conflict_values import value_words
from app.ui.pages.conflict_words import (
    PRIVATE,
    field_of,
    key_words,
    kind_words,
    note_words,
    race_words,
)
from app.ui.presenters.conflicts import ConflictsPresenter
from app.ui.theme import Tone, Type
from app.ui.widgets import (
    Button,
    Card,
    Chip,
    Column,
    DataTable,
    EmptyState,
    Field,
    HoldToReveal,
    KeyHint,
    Label,
    Muted,
    PrimaryButton,
    Row,
    TableModel,
)
from app.ui.widgets.entry import enter_at
from app.ui.widgets.fields import keep_room

DAY_MINUTES = 24 * 60
TABLE_SHARE, SIDES_SHARE = 4, 7


class SideCard(Row):
    """One of the two versions: what it says, who recorded it, when and where; its button chooses it."""

    revealed = Signal()

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.value = Label("", Type.TITLE, wrap=True)
        self.secret = HoldToReveal("", "")
        self.secret.align_left()
        self.secret.revealed.connect(self.revealed)
        self._kind = Label("", Type.STRONG, wrap=True)
        self._who, self._when, self._where = Muted("", wrap=True), Muted("", wrap=True), Muted("", wrap=True)
        self.choose = Button(self.tr("Pilih ini"), "check", key=str(number))
        self.choose.setCheckable(True)
        column = QVBoxLayout()
        column.setSpacing(theme.space(1))
        for part in (self._kind, self.value, self.secret, self._who, self._when, self._where):
            column.addWidget(part)
        column.addStretch(1)
        column.addWidget(self.choose)
        edge = theme.space(3.5)
        self.body.setContentsMargins(edge, edge, edge, edge)
        self.body.addLayout(column, 1)
        policy = self.sizePolicy()
        policy.setVerticalPolicy(policy.Policy.Preferred)
        self.setSizePolicy(policy)

    def show_side(self, side: Side, value: str, when: str, *, private: bool) -> None:
        """This version; a private value only while it is held."""
        kind = kind_words(side.kind)
        self._kind.setText(kind)
        self.value.setText("" if private else value)
        self.value.setVisible(bool(value) and not private)
        self.secret.setVisible(bool(value) and private)
        if private and not self.secret.is_shown():
            self.secret.set(masked(value), value)
        self._who.setText(side.who or self.tr("Program"))
        self._when.setText(when)
        where = self.tr("di komputer {name}") if side.computer.isdigit() else self.tr("di {name}")
        self._where.setText(where.format(name=side.computer or "–"))
        told = masked(value) if private else value
        self.choose.setAccessibleDescription(f"{kind}: {told}. {side.who}, {when}, {side.computer}")

    def set_chosen(self, chosen: bool) -> None:
        """Whether it is the one that shall stand."""
        self.choose.setChecked(chosen)
        self.choose.setText(self.tr("Dipilih") if chosen else self.tr("Pilih ini"))


class ConflictsPage(QWidget):
    """What is open at the left; at the right both versions side by side, and the choice."""

    interests = frozenset({"ticket", "case", "branch", "counter", "day"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.page_title = self.tr("Perbedaan")
        self.presenter = ConflictsPresenter(
            context.services, context.background.door(self), self, context.who, context.may
        )
        self._rules = context.services.office.rules()
        self.table = DataTable(TableModel(self._columns(), key_of), name=self.page_title)
        self.table.set_empty_text(self.tr("Tidak ada perbedaan catatan"))
        self._title = Label("", Type.SUBTITLE, wrap=True)
        self._race = Chip("", Tone.WARN, "git-merge")
        self._owner = Muted("", wrap=True)
        self._note = Muted("", wrap=True)
        self.sides = (SideCard(1), SideCard(2))
        self.reason = Field(
            self.tr("Alasan"), placeholder=self.tr("mis. dicocokkan dengan KTP asli"), longest=200
        )
        self.settle = PrimaryButton(self.tr("Tetapkan"), "check", key="Ctrl+Enter")
        self._work, self._chosen = QWidget(), ""
        self._shown = ""
        self._empty = EmptyState(
            "circle-check",
            self.tr("Tidak ada perbedaan catatan"),
            self.tr(
                "Bila dua petugas mencatat hal berbeda saat sambungan putus, pilihannya menunggu di sini."
            ),
        )
        self._lay_out()
        keep_room(self)
        self._connect()
        self._show_current()

    def _columns(self) -> tuple[Column[OpenConflict], ...]:
        return (
            Column[OpenConflict](title=self.tr("Perkara"), text=self._matter, strong=True, tip=self._matter),
            Column[OpenConflict](title=self.tr("Umur"), text=self._age, width=6.5, right=True),
            Column[OpenConflict](
                title=self.tr("Pemilik"),
                text=lambda row: row.owner or "–",
                width=8.5,
                tip=lambda row: row.owner,
            ),
        )

    def _matter(self, row: OpenConflict) -> str:
        about = key_words(row.key, self._rules) or race_words(row.race)
        return self.tr("{title} · {about}").format(title=row.title, about=about)

    def _age(self, row: OpenConflict) -> str:
        minutes = max(0, self._context.services.office.now() - row.since) // 60_000
        if minutes >= DAY_MINUTES:
            return self.tr("{count} hari").format(count=format_number(minutes // DAY_MINUTES))
        return format_minutes(minutes)

    def _lay_out(self) -> None:
        left = Card()
        left.body.setContentsMargins(theme.space(3), theme.space(2), theme.space(3), theme.space(2))
        left.body.addWidget(self.table, 1)
        right = Card()
        right.body.addWidget(self._empty, 1)
        right.body.addWidget(self._work, 1)
        self._lay_out_work()
        across = QHBoxLayout()
        across.setSpacing(theme.space(4))
        across.addWidget(left, TABLE_SHARE)
        across.addWidget(right, SIDES_SHARE)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.space(5), theme.space(4), theme.space(5), theme.space(3))
        outer.setSpacing(theme.space(3))
        outer.addLayout(across, 1)
        outer.addWidget(
            KeyHint(
                [
                    (self.tr("Panah"), self.tr("pilih perkara")),
                    ("1 / 2", self.tr("pilih yang berlaku")),
                    ("Enter", self.tr("di alasan: tetapkan")),
                    ("Esc", self.tr("kembali ke daftar")),
                ]
            )
        )
        enter_at(self, self.table)

    def _lay_out_work(self) -> None:
        head, both, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.setSpacing(theme.space(2))
        head.addWidget(self._title, 1)
        head.addWidget(self._race, 0, Qt.AlignmentFlag.AlignTop)
        both.setSpacing(theme.space(3))
        for side in self.sides:
            both.addWidget(side, 1)
        foot.setSpacing(theme.space(3))
        foot.addWidget(self.reason, 1)
        foot.addWidget(self.settle, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self._work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(3))
        column.addLayout(head)
        column.addWidget(self._owner)
        column.addLayout(both)
        column.addWidget(self._note)
        column.addLayout(foot)
        column.addStretch(1)

    def _connect(self) -> None:
        self.table.chosen.connect(lambda _: self._show_current())
        self.table.opened.connect(lambda _: self.sides[0].choose.setFocus(Qt.FocusReason.OtherFocusReason))
        for place, side in enumerate(self.sides):
            side.choose.clicked.connect(lambda _=False, chosen=place: self._choose(chosen))
            side.revealed.connect(self._revealed)
        self.settle.clicked.connect(self._settle)
        self.reason.edit.returnPressed.connect(self._settle)  # type: ignore[attr-defined]  # a LineEdit

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read anew."""
        self.presenter.refresh()

    def open_record(self, stream: str) -> None:
        """Choose what another page asked for."""
        self.presenter.wanted = stream
        self.presenter.refresh()

    def show_rows(self, rows: tuple[OpenConflict, ...], wanted: str) -> None:
        """All that is open, the oldest first."""
        self.table.set_rows(rows)
        asked = next((row for row in rows if row.stream == wanted), None)
        if asked is not None:
            self.table.choose_key(key_of(asked))
        elif self.table.current() is None and rows:
            self.table.choose_line(0)
        self._show_current()

    def said(self, what: str, title: str) -> None:
        """It is settled."""
        self.reason.set_text("")
        self._context.notify.toast(self.tr("Ditetapkan: {title}. Alasan tercatat.").format(title=title))
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, refused: Refused) -> None:
        """Why not; what was chosen and typed stays."""
        self._context.notify.refuse(refused)

    # ------------------------------------------------------------------------------------------ the choice

    def _show_current(self) -> None:
        row: OpenConflict | None = self.table.current()
        self._empty.setVisible(row is None)
        self._work.setVisible(row is not None)
        if row is None:
            self._shown = self._chosen = ""
            return
        if key_of(row) != self._shown:
            self._shown, self._chosen = key_of(row), ""
            self.reason.set_text("")
            self.reason.set_finding("")
        about = key_words(row.key, self._rules)
        self._title.setText(
            self.tr("{title} · {about}").format(title=row.title, about=about) if about else row.title
        )
        self._race.set(race_words(row.race))
        self._owner.setText(
            self.tr("Terbuka sejak {when} · pemilik: {owner}").format(
                when=self._when(row.since), owner=row.owner or "–"
            )
        )
        for card, side in zip(self.sides, (row.first_side, row.second_side), strict=True):
            value = value_words(side.told, self._rules, self._context.services.office.name)
            card.show_side(side, value, self._when(side.at), private=field_of(row.key) in PRIVATE)
            card.choose.setVisible(row.may_choose)
        self._mark(row)

    def _when(self, at: int) -> str:
        zone = self._context.zone
        return f"{format_day(day_of(at, zone))} {format_time(at, zone)}"

    def _mark(self, row: OpenConflict) -> None:
        for card, side in zip(self.sides, (row.first_side, row.second_side), strict=True):
            card.set_chosen(bool(self._chosen) and side.event == self._chosen)
        self.settle.setEnabled(bool(self._chosen) or not row.may_choose)
        self.settle.setText(self.tr("Tetapkan") if row.may_choose else self.tr("Sudah diketahui"))
        self._note.setVisible(not row.may_choose)
        self._note.setText(note_words(row.race))

    def _choose(self, place: int) -> None:
        row: OpenConflict | None = self.table.current()
        if row is None or not row.may_choose:
            return
        self._chosen = (row.first_side, row.second_side)[place].event
        self._mark(row)
        self.reason.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _settle(self) -> None:
        row: OpenConflict | None = self.table.current()
        chosen = self._chosen or ("" if row is None or row.may_choose else row.first_side.event)
        if row is None or not chosen:
            return
        if not self.reason.text():
            self.reason.set_finding(self.tr("Belum diisi."))
            self.reason.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.reason.set_finding("")
        self.presenter.settle(row, chosen, self.reason.text())

    def _revealed(self) -> None:
        row: OpenConflict | None = self.table.current()
        if row is not None and row.stream.startswith("case:"):
            self.presenter.revealed(row.stream.partition(":")[2], field_of(row.key))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)


def key_of(row: OpenConflict) -> str:
    """Which conflict it is."""
    return f"{row.stream} {row.second}"
