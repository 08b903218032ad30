"""The sign-in page: choose a name, type PIN or password."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.slips import branch_line
from app.errors import Refused
from app.services.persons import FirstNames, PersonCard, Signed
from app.ui import theme
from app.ui.background import Background
from app.ui.presenters.sign_in import SignInPresenter
from app.ui.role_names import role_names
from app.ui.theme import Colour, Type
from app.ui.widgets.buttons import PrimaryButton
from app.ui.widgets.cards import Card, Picture
from app.ui.widgets.fields import Field, PinEdit, keep_room
from app.ui.widgets.table import Column, DataTable, TableModel
from app.ui.widgets.text import KeyHint, Label, Muted
from app.ui.words import refusal

if TYPE_CHECKING:  # the page is there before the database's libraries are
    from app.services.services import Services


class SignInPage(QWidget):
    """Tells by `signed_in` who works here now."""

    signed_in = Signal(object)

    def __init__(
        self,
        services: "Services | None",
        background: Background,
        first: FirstNames | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """With `first` the page is there before the branch is open; `serve` then gives it the services."""
        super().__init__(parent)
        branch = services.office.branch() if services is not None else None
        self._branch_name = branch.name if branch else first.branch if first else ""
        self._demo = branch.demo if branch else bool(first and first.demo)
        self.presenter = SignInPresenter(services, background.door(self), self)
        self.table = DataTable(TableModel(self._columns(), lambda card: card.id), name=self.tr("Petugas"))
        self.table.verticalHeader().setDefaultSectionSize(theme.em(None, 2.7))
        self.secret = PinEdit(password=True)
        self.new_secret = PinEdit(password=True)
        self.again = PinEdit(password=True)
        self._name = Label("", Type.SUBTITLE)
        self._role = Muted("", wrap=True)
        self._secret_field = Field(self.tr("PIN atau kata sandi"), self.secret)
        self._new_field = Field(
            self.tr("PIN baru"),
            self.new_secret,
            hint=self.tr("Enam angka atau lebih, bukan tanggal dan bukan urutan; atau kata sandi 10 huruf."),
        )
        self._again_field = Field(self.tr("PIN baru, sekali lagi"), self.again)
        self.enter = PrimaryButton(self.tr("Masuk"), "log-in")
        self.change = PrimaryButton(self.tr("Simpan PIN baru"), "key-round")
        self._steps = QStackedWidget()
        self._lay_out()
        keep_room(self)
        self._connect()
        if first is not None:
            self.show_people(first.people)

    def serve(self, services: "Services") -> None:
        """The branch is open now; what was typed goes on."""
        self.presenter.serve(services)

    def _columns(self) -> tuple[Column[PersonCard], ...]:
        columns = [
            Column[PersonCard](title=self.tr("Nama"), text=lambda card: card.name, strong=True, width=16),
            Column[PersonCard](title=self.tr("Tugas"), text=lambda card: role_names(card.roles)),
        ]
        if self._demo:
            columns.append(
                Column[PersonCard](title=self.tr("PIN contoh"), text=lambda card: card.demo_secret, width=8)
            )
        return tuple(columns)

    def _lay_out(self) -> None:
        people = Card(self.tr("Siapa yang bertugas?"))
        people.body.addWidget(self.table, 1)
        people.body.addWidget(KeyHint(self._keys()))
        row = QHBoxLayout()
        row.setSpacing(theme.space(4))
        row.addWidget(people, 1)
        row.addWidget(self._secret_card())
        middle = QWidget()
        middle.setMaximumSize(theme.em(None, 76), theme.em(None, 50))
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(4))
        column.addLayout(self._head())
        column.addLayout(row, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(*[theme.space(8)] * 4)
        outer.addWidget(middle)
        self.setFocusProxy(self.table)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(theme.space(3))
        head.addWidget(Picture("landmark", 2.2, Colour.BRAND))
        words = QVBoxLayout()
        words.setSpacing(theme.space(0.5))
        words.addWidget(Label(self._title(), Type.HEADING))
        below = self.tr("Cabang contoh, bukan data sungguhan") if self._demo else self.tr("Loket")
        words.addWidget(Muted(below))
        head.addLayout(words, 1)
        return head

    def _keys(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Panah"), self.tr("memilih nama")),
            (self.tr("Angka"), self.tr("langsung ke PIN")),
            ("Enter", self.tr("ke PIN, lalu masuk")),
            ("Esc", self.tr("kembali ke nama")),
        ]

    def _secret_card(self) -> Card:
        secret = Card()
        secret.setFixedWidth(theme.em(None, 28))
        secret.body.setContentsMargins(*[theme.space(7)] * 4)
        secret.body.setSpacing(theme.space(3))
        secret.body.addStretch(1)
        secret.body.addWidget(Picture("circle-user", 3.2, Colour.BRAND), 0, Qt.AlignmentFlag.AlignLeft)
        secret.body.addWidget(self._name)
        secret.body.addWidget(self._role)
        self._steps.addWidget(_column(self._secret_field, self.enter))
        self._steps.addWidget(_column(self._new_field, self._again_field, self.change))
        secret.body.addWidget(self._steps)
        secret.body.addStretch(2)
        return secret

    def _title(self) -> str:
        return branch_line(self._branch_name)

    def _connect(self) -> None:
        self.table.installEventFilter(self)
        self.table.opened.connect(lambda _: self.secret.setFocus(Qt.FocusReason.OtherFocusReason))
        self.table.chosen.connect(self._show_card)
        self.secret.submitted.connect(lambda _: self._sign_in())
        self.enter.clicked.connect(self._sign_in)
        self.new_secret.submitted.connect(lambda _: self.again.setFocus(Qt.FocusReason.OtherFocusReason))
        self.again.submitted.connect(lambda _: self._change())
        self.change.clicked.connect(self._change)

    def refresh(self) -> None:
        """Read the names anew."""
        self.presenter.load()

    # ------------------------------------------------------------------------------------------ the presenter's view

    def show_people(self, people: tuple[PersonCard, ...]) -> None:
        """The names to choose from."""
        known = self.table.current_key()
        self.table.set_rows(people)
        if self.table.current() is None and people:
            self.table.choose_line(next((line for line, card in enumerate(people) if card.sat_last), 0))
        if self.table.current_key() != known:
            self._show_card(self.table.current())

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work, beside the field; what was typed is cleared."""
        field = self._secret_field if self._steps.currentIndex() == 0 else self._new_field
        for edit in (self.secret, self.new_secret, self.again):
            edit.clear()
        self._busy(False)
        field.set_finding(refusal(refused))
        field.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_change(self, signed: Signed) -> None:
        """Ask for a secret of one's own."""
        self._busy(False)
        self._steps.setCurrentIndex(1)
        self._role.setText(self.tr("PIN pertama dari penyelia harus diganti dengan PIN Anda sendiri."))
        self.new_secret.setFocus(Qt.FocusReason.OtherFocusReason)

    def finished(self, signed: Signed) -> None:
        """In."""
        self.secret.clear()
        self._busy(False)
        self.signed_in.emit(signed)

    # ------------------------------------------------------------------------------------------ actions

    def _show_card(self, card: PersonCard | None) -> None:
        if self._steps.currentIndex() != 0:
            self._steps.setCurrentIndex(0)
            self.presenter.forget()
        for field in (self._secret_field, self._new_field):
            field.set_finding("")
        for edit in (self.secret, self.new_secret, self.again):
            edit.clear()
        self._name.setText(card.name if card else "")
        self._role.setText(role_names(card.roles) if card else "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Digits over the names are the PIN of the chosen one: nobody's name begins with a digit."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            digit = event.text()
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and digit.isascii() and digit.isdigit() and self.table.current() is not None:
                self.secret.setFocus(Qt.FocusReason.OtherFocusReason)
                self.secret.setText(digit)
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the names."""
        if event.key() == Qt.Key.Key_Escape:
            self.secret.clear()
            self._show_card(self.table.current())
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def _sign_in(self) -> None:
        if self.secret.text() and self.enter.isEnabled():
            self._busy(True)
            self.presenter.sign_in(self.table.current_key(), self.secret.text())

    def _change(self) -> None:
        if self.new_secret.text() and self.change.isEnabled():
            self._busy(True)
            self.presenter.change(self.new_secret.text(), self.again.text())

    def _busy(self, busy: bool) -> None:
        for button in (self.enter, self.change):
            button.setEnabled(not busy)


def _column(*parts: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.space(3))
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    return page
