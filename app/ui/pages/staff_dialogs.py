"""What the supervisor types about a person, a lent role, a counter, a quota or a closed day."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QSpinBox, QWidget

from app.domain.branch import Counter, Person
from app.domain.rights import ROLES
from app.ui import theme
from app.ui.pages.ask import Ask
from app.ui.role_names import role_name
from app.ui.widgets import Field, Label, Muted, PinEdit, Type


class AskPerson(Ask):
    """Name, title, roles, counters; a first PIN for somebody new."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        yes: str,
        person: Person | None,
        then: Callable[[str, str, tuple[str, ...], tuple[str, ...], str], None],
    ) -> None:
        super().__init__(parent, title, "", yes)
        self.name = Field(self.tr("Nama"), longest=60)
        self.title = Field(self.tr("Jabatan"), longest=60)
        self.places = Field(
            self.tr("Tempat"), longest=60, hint=self.tr("mis. meja keamanan, loket 3; boleh kosong.")
        )
        self.secret = PinEdit(password=True)
        self.roles = {role: QCheckBox(role_name(role)) for role in ROLES}
        for field in (self.name, self.title):
            self.body.addWidget(field)
        self.body.addWidget(Label(self.tr("Tugas"), Type.STRONG))
        grid = QGridLayout()
        grid.setSpacing(theme.space(2))
        for place, box in enumerate(self.roles.values()):
            self.tick_by(box, place + 1)
            grid.addWidget(box, place // 2, place % 2)
        self.body.addLayout(grid)
        self.body.addWidget(Muted(self.tr("Alt dan angka memberi tanda, dari kiri ke kanan."), small=True))
        self.body.addWidget(self.places)
        self._first: Field | None = None
        if person is not None:
            self.name.set_text(person.name)
            self.title.set_text(person.title)
            self.places.set_text(", ".join(person.places))
            for role in person.roles:
                self.roles[role].setChecked(True)
        else:
            self._first = Field(
                self.tr("PIN pertama"),
                self.secret,
                hint=self.tr("Diganti sendiri oleh petugas saat pertama masuk."),
            )
            self.body.addWidget(self._first)
        self.confirmed.connect(
            lambda: then(
                self.name.text(), self.title.text(), self._roles(), self._places(), self.secret.text()
            )
        )
        self.name.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def draft_fields(self) -> dict[str, QWidget]:
        """What is kept while it is typed; a PIN never is."""
        return {"name": self.name, "title": self.title, "places": self.places, **self.roles}

    def _roles(self) -> tuple[str, ...]:
        return tuple(role for role, box in self.roles.items() if box.isChecked())

    def _places(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.places.text().split(",") if part.strip())

    def lacking(self) -> QWidget | None:
        """A name, a role, and a PIN for somebody new."""
        empty = self.demand(self.name)
        if empty is None and not self._roles():
            self.show_refusal(self.tr("Beri paling sedikit satu tugas."))
            return self.roles[ROLES[0]]
        if empty is None and self._first is not None:
            empty = self.demand(self._first)
        return empty


class AskSecret(Ask):
    """A new first PIN."""

    def __init__(self, parent: QWidget, title: str, text: str, yes: str, then: Callable[[str], None]) -> None:
        super().__init__(parent, title, text, yes)
        self.secret = PinEdit(password=True)
        self._field = Field(
            self.tr("PIN pertama"),
            self.secret,
            hint=self.tr("Enam angka atau lebih, bukan tanggal dan bukan urutan."),
        )
        self.body.addWidget(self._field)
        self.confirmed.connect(lambda: then(self.secret.text()))
        self.secret.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacking(self) -> QWidget | None:
        """Something was typed."""
        return self.demand(self._field)


class AskDelegation(Ask):
    """Who gets which role, from when to when, and why."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        yes: str,
        people: Sequence[Person],
        today: str,
        then: Callable[[str, str, str, str, str], None],
    ) -> None:
        super().__init__(parent, title, "", yes)
        self.person, self.role = QComboBox(), QComboBox()
        for person in people:
            self.person.addItem(person.name, person.id)
        for role in ROLES:
            self.role.addItem(role_name(role), role)
        self.role.setCurrentIndex(ROLES.index("finance_supervisor"))
        self.first, self.last = Field(self.tr("Mulai tanggal")), Field(self.tr("Sampai tanggal"))
        self.reason = Field(self.tr("Alasan"), longest=200)
        for field in (self.first, self.last):
            field.set_text("-".join(reversed(today.split("-"))))
        self.body.addWidget(Field(self.tr("Kepada"), self.person))
        self.body.addWidget(Field(self.tr("Tugas"), self.role))
        for field in (self.first, self.last, self.reason):
            self.body.addWidget(field)
        self.confirmed.connect(
            lambda: then(
                str(self.person.currentData()),
                str(self.role.currentData()),
                self.first.text(),
                self.last.text(),
                self.reason.text(),
            )
        )
        self.person.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacking(self) -> QWidget | None:
        """Dates and a reason."""
        return self.demand(self.first, self.last, self.reason)


class AskCounter(Ask):
    """Which services a counter calls; none ticked means all."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        yes: str,
        counter: Counter,
        services: Sequence[tuple[str, str]],
        then: Callable[[Counter], None],
    ) -> None:
        super().__init__(parent, title, text, yes)
        self.boxes = {code: QCheckBox(words) for code, words in services}
        for place, (code, box) in enumerate(self.boxes.items()):
            self.tick_by(box, place + 1)
            box.setChecked(code in counter.services)
            self.body.addWidget(box)
        self.confirmed.connect(
            lambda: then(
                Counter(
                    number=counter.number,
                    services=tuple(code for code, box in self.boxes.items() if box.isChecked()),
                )
            )
        )


class AskQuota(Ask):
    """How many more tickets of a service today, and why."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        yes: str,
        services: Sequence[tuple[str, str]],
        then: Callable[[str, int, str], None],
        first: str = "",
    ) -> None:
        super().__init__(parent, title, "", yes)
        self.service, self.by = QComboBox(), QSpinBox()
        for code, words in services:
            self.service.addItem(words, code)
        self.service.setCurrentIndex(max(0, self.service.findData(first)))
        self.by.setRange(1, 500)
        self.by.setValue(5)
        self.reason = Field(self.tr("Alasan"), longest=200)
        self.body.addWidget(Field(self.tr("Layanan"), self.service))
        self.body.addWidget(Field(self.tr("Tambahan karcis hari ini"), self.by))
        self.body.addWidget(self.reason)
        self.confirmed.connect(
            lambda: then(str(self.service.currentData()), self.by.value(), self.reason.text())
        )
        self.service.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacking(self) -> QWidget | None:
        """A reason."""
        return self.demand(self.reason)
