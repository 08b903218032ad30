"""The first tab of a case: who the member is, who asks for the benefit, and where the money goes."""

import itertools

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain import bank_list
from app.domain.case_form import AS_PRINTED, MEMBER
from app.domain.identity import Finding, show_phone
from app.domain.rules import Bank, Claimant
from app.errors import Refused
from app.ui import theme
from app.ui.pages.case_fields import CaseField, let_choose
from app.ui.pages.case_known import account_words, offer_words, phone_words
from app.ui.pages.case_row_note import RowNote
from app.ui.pages.case_words import field_name
from app.ui.presenters.case import CaseLook
from app.ui.widgets import Field, SegmentedChoice, Tone
from app.ui.widgets.proposals import Proposals
from app.ui.words import refusal, sentence


class _Place(msgspec.Struct, frozen=True):
    """Where a field stands: row, first of twelve columns, columns taken; and what it is."""

    row: int
    column: int
    width: int
    private: bool = False
    longest: int = 120
    claimant: bool = False


_PLACES = {
    "name": _Place(0, 0, 5),
    "nik": _Place(0, 5, 4, private=True, longest=24),
    "birth_date": _Place(0, 9, 3, longest=20),
    "member_nos": _Place(1, 0, 5, private=True),
    "phone": _Place(1, 5, 4, private=True, longest=24),
    "employer": _Place(2, 0, 5),
    "bank_name": _Place(3, 0, 3, longest=60),
    "bank_account": _Place(3, 3, 4, private=True, longest=30),
    "bank_holder": _Place(3, 7, 5),
    "claimant_name": _Place(4, 0, 5, claimant=True),
    "claimant_nik": _Place(4, 5, 4, private=True, longest=24, claimant=True),
    "claimant_phone": _Place(4, 9, 3, private=True, longest=24, claimant=True),
}
PERSON, PHONE, ACCOUNT = 0, 1, 3
"""Rows under which something known is offered."""


class CaseForm(QScrollArea):
    """Fields that take themselves when left; choices take themselves at once."""

    typed = Signal(str, str)  # field, text
    committed = Signal(str, str)
    uncovered = Signal(str)
    confirmed = Signal(str, str)  # field, the number that stands so on the paper or ""
    offer_taken = Signal()

    def __init__(self, claimants: tuple[Claimant, ...], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # its room is kept as well
        self.fields = {name: self._field(name, place) for name, place in _PLACES.items()}
        self._banks: tuple[Bank, ...] = ()
        self.banks = Proposals(
            self.fields["bank_name"].line,
            lambda typed: bank_list.proposals(self._banks, typed),
            lambda bank: (bank.name, f"{bank.name} · {bank.full_name}"),
            title=self.tr("Bank yang cocok"),
        )
        sexes = [
            ("male", self.tr("Laki-laki"), "", Tone.GOOD),
            ("female", self.tr("Perempuan"), "", Tone.GOOD),
        ]
        self.sex = SegmentedChoice(sexes, name=field_name("sex"), in_form=True)
        people = [(each.code, each.name.id, "", Tone.GOOD) for each in claimants]
        self.claimant = SegmentedChoice(people, name=field_name("claimant"), in_form=True)
        self.notes = self._row_notes()
        self._asked: dict[str, str] = {}
        self.sex.changed.connect(lambda code: self.committed.emit("sex", code))
        self.claimant.changed.connect(self._claimant_changed)
        self._lay_out()

    def _field(self, name: str, place: _Place) -> CaseField:
        hints = {
            "birth_date": self.tr("mis. 15-07-1990"),
            "member_nos": self.tr("11 angka; beberapa KPJ pisahkan dengan spasi"),
            "phone": self.tr("mis. 0812 3456 7890"),
            "bank_name": self.tr("ketik, mis. BRI"),
        }
        asks = self.tr("Seperti tertulis di KTP?") if name in ("nik", "claimant_nik") else ""
        if name == "bank_account":
            asks = self.tr("Seperti tertulis di buku rekening?")
        field = CaseField(
            field_name(name),
            private=place.private,
            placeholder=hints.get(name, ""),
            longest=place.longest,
            asks=asks,
        )
        field.typed.connect(lambda text: self.typed.emit(name, text))
        field.committed.connect(lambda text: self.committed.emit(name, text))
        field.uncovered.connect(lambda: self.uncovered.emit(name))
        field.confirmed.connect(lambda number: self.confirmed.emit(name, number))
        return field

    def _row_notes(self) -> dict[int, RowNote]:
        """A line of constant height under each row."""
        keys = {PERSON: "Ctrl+I"}
        notes = {
            row: RowNote(
                [self.fields[name] for name, place in _PLACES.items() if place.row == row],
                lines=2 if row == PERSON else 1,
                key=keys.get(row, ""),
            )
            for row in sorted({place.row for place in _PLACES.values()})
        }
        notes[PERSON].taken.connect(self.offer_taken)
        notes[PHONE].taken.connect(lambda: self._take_known("phone"))
        notes[ACCOUNT].taken.connect(lambda: self._take_known("bank_name", "bank_account", "bank_holder"))
        return notes

    def _take_known(self, *names: str) -> None:
        """The person said that it is so still."""
        for name in names:
            if self._asked.get(name) and not self.fields[name].text():
                self.committed.emit(name, self._asked[name])

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setObjectName("scrolled")
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.space(3))
        grid.setVerticalSpacing(theme.space(1))
        for column in range(12):
            grid.setColumnStretch(column, 1)
        for name, place in _PLACES.items():
            grid.addWidget(
                self.fields[name], 2 * place.row, place.column, 1, place.width, Qt.AlignmentFlag.AlignTop
            )
        for row, note in self.notes.items():
            grid.addWidget(note, 2 * row + 1, 0, 1, 12)
        top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        grid.addWidget(Field(field_name("sex"), self.sex), 2, 9, 1, 3, top)
        grid.addWidget(Field(field_name("claimant"), self.claimant), 4, 5, 1, 7, top)
        column_ = QVBoxLayout(inner)
        column_.setContentsMargins(0, theme.space(1), theme.space(2), 0)
        column_.addLayout(grid)
        column_.addStretch(1)
        self.setWidget(inner)
        self._tab_order()

    def _tab_order(self) -> None:
        order = self._lines("name", "nik", "birth_date", "member_nos", "phone")
        order += [*self.sex.buttons().values(), *self._lines("employer"), *self.claimant.buttons().values()]
        order += self._lines("bank_name", "bank_account", "bank_holder")
        order += self._lines(*(name for name, place in _PLACES.items() if place.claimant))
        for before, after in itertools.pairwise(order):
            QWidget.setTabOrder(before, after)

    def _lines(self, *names: str) -> list[QWidget]:
        """The lines of some fields, each with its tick; after the last of a row what is offered under it."""
        found: list[QWidget] = []
        for name in names:
            found += [self.fields[name].line, self.fields[name].as_printed]
            row = {"phone": PHONE, "bank_holder": ACCOUNT}.get(name)
            found += [self.notes[row].take] if row is not None else []
        return found

    def _claimant_changed(self, code: str) -> None:
        self._show_claimant(code)
        self.committed.emit("claimant", code)

    def _show_claimant(self, code: str) -> None:
        for name, place in _PLACES.items():
            if place.claimant:
                self.fields[name].setVisible(code not in ("", MEMBER))
                self.notes[place.row].setVisible(code not in ("", MEMBER))

    # ------------------------------------------------------------------------------------------ showing

    def show_look(self, look: CaseLook, *, editable: bool) -> None:
        """Values, drafts and findings; nothing that is being typed is touched."""
        self._banks = look.rules.banks
        for name, field in self.fields.items():
            field.set_read_only(not editable)
            field.show_value(_as_typed(name, look.value(name)), look.draft(name))
            findings = look.view.findings.get(name, ())
            confirmed = bool(look.value(name)) and look.value(AS_PRINTED.get(name, "")) == look.value(name)
            hard = any(each.hard for each in findings)
            field.show_finding(_sentences(findings), hard=hard, confirmed=confirmed)
        self.sex.set_value(look.value("sex"))
        let_choose(self.sex, editable=editable)
        self.claimant.set_value(look.view.claimant)
        let_choose(self.claimant, editable=editable, possible=look.view.claimants)
        self._show_claimant(look.view.claimant)
        self._show_known(look, editable=editable)

    def _show_known(self, look: CaseLook, *, editable: bool) -> None:
        """What one key fills in, and what an earlier file says of phone and account."""
        offer = look.view.offer if editable and not look.asked else None
        words, action = offer_words(offer, look) if offer is not None else ("", "")
        self.notes[PERSON].offer(words, action)
        self._asked = dict(look.asked) if editable else {}
        phone = self._asked.get("phone", "") if not look.value("phone") else ""
        self.notes[PHONE].offer(*phone_words(phone))
        account = self._asked if not look.value("bank_account") else {}
        self.notes[ACCOUNT].offer(*account_words(account))

    def refuse(self, field: str, refused: Refused) -> bool:
        """Say under a field why it was not taken; False when it is not one of these."""
        found = self.fields.get(field)
        if found is not None:
            found.refuse(refusal(refused))
        return found is not None

    def forget(self) -> None:
        """Another case is opened."""
        for field in self.fields.values():
            field.forget()
        self.verticalScrollBar().setValue(0)

    def commit_all(self) -> None:
        """Take what still stands in a field and was not left."""
        for name, field in self.fields.items():
            if field.changed_here():
                self.committed.emit(name, field.text())

    def focus_first_open(self) -> None:
        """Put the keyboard on the first field that is empty or waits for its tick."""
        fields = [field for field in self.fields.values() if not field.isHidden()]
        first = next((field for field in fields if not field.text() or field.asks()), fields[0])
        (first.as_printed if first.asks() else first.line).setFocus(Qt.FocusReason.OtherFocusReason)


def _as_typed(field: str, kept: str) -> str:
    """A kept value the way people type it."""
    if field == "birth_date" and kept:
        return "-".join(reversed(kept.split("-")))
    if field in ("phone", "claimant_phone"):
        return show_phone(kept)
    return kept


def _sentences(findings: tuple[Finding, ...]) -> str:
    return " ".join(dict.fromkeys(sentence(each.code, dict(each.facts)) for each in findings))
