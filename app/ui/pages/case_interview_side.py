"""Beside the script: the attempts, the verdict on the identity, and the free note."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.calendar import day_of, format_day, format_time
from app.domain.case_form import NOTE_LIMIT
from app.domain.rules import InterviewRules
from app.ui import theme
from app.ui.pages.case_fields import let_choose
from app.ui.pages.case_words import span
from app.ui.presenters.case import AMEND, TALK, CaseLook
from app.ui.presenters.interview import READY, RUNNING_NOW, SEALED, InterviewPresenter
from app.ui.widgets import Button, Card, Chip, IconButton, Label, Muted, NoteEdit, SegmentedChoice, Tone, Type
from app.ui.words import sentence


class LeavingNote(NoteEdit):
    """A note that tells when the keyboard has left it."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving takes what was written."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class InterviewSide(QWidget):
    """Shows and asks; the tab decides."""

    toggled = Signal()  # begin or end an attempt
    typed = Signal(str, str)

    def __init__(
        self, presenter: InterviewPresenter, rules: InterviewRules, zone: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._zone = zone
        self.timer = Chip("", Tone.NEUTRAL, "timer")
        self.state = Label("", Type.STRONG, wrap=True)
        self.attempts = Muted("", small=True, wrap=True)
        self.next = Muted("", small=True, wrap=True)
        self.attempt_button = Button("", "phone", key="F10")
        self.link_button = IconButton("qr-code", "WhatsApp", key="F11")
        judged = {"match": Tone.GOOD, "doubt": Tone.WARN, "no_match": Tone.BAD}
        self.identity = SegmentedChoice(
            [
                (each.code, self._short(each.code, each.name.id), "", judged.get(each.code, Tone.NEUTRAL))
                for each in rules.identity_verdicts
            ],
            name=self.tr("Hasil identitas"),
            in_form=True,  # Enter by momentum is no verdict
        )
        for number, button in enumerate(self.identity.buttons().values(), start=1):
            button.show_key(str(number))
        self.explained = Label("", Type.SMALL, ink="muted", wrap=True)
        self.note = LeavingNote(placeholder=self.tr("Catatan wawancara"), lines=3, longest=NOTE_LIMIT)
        self.amend_note = LeavingNote(placeholder=self.tr("Catatan tambahan"), lines=2, longest=NOTE_LIMIT)
        self.amend = Button(self.tr("Tambah catatan"), "plus", key="Ctrl+S")
        self.sealed = Muted("", small=True, wrap=True)
        self._lay_out()
        self._connect()

    def _short(self, code: str, name: str) -> str:
        return {"match": self.tr("Sama"), "doubt": self.tr("Ragu"), "no_match": self.tr("Bukan")}.get(
            code, name
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        box = Card()
        edge = theme.space(3)
        box.body.setContentsMargins(edge, edge, edge, edge)
        head, buttons = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.state, 1)
        head.addWidget(self.timer)
        buttons.addWidget(self.attempt_button, 1)
        buttons.addWidget(self.link_button)
        box.body.addLayout(head)
        box.body.addLayout(buttons)
        box.body.addWidget(self.attempts)
        box.body.addWidget(self.next)
        column.addWidget(box)
        column.addWidget(Label(self.tr("Apakah ia pemohon?"), Type.STRONG))
        column.addWidget(self.identity)
        column.addWidget(self.explained)
        column.addWidget(self.note, 1)
        column.addWidget(self.sealed)
        column.addWidget(self.amend_note)
        column.addWidget(self.amend, 0, Qt.AlignmentFlag.AlignRight)

    def _connect(self) -> None:
        self.attempt_button.clicked.connect(self.toggled)
        self.identity.changed.connect(self._presenter.judge)
        self.note.edited.connect(lambda: self.typed.emit(TALK, self.note.text()))
        self.note.left.connect(self.commit)
        self.amend_note.edited.connect(lambda: self.typed.emit(AMEND, self.amend_note.text()))
        self.amend.clicked.connect(self._amend)

    def _amend(self) -> None:
        text = self.amend_note.text().strip()
        if text:
            self._presenter.amend(text)
            self.amend_note.set_text("")

    def commit(self) -> None:
        """Take the note."""
        if not self.note.isReadOnly() and not self.note.isHidden():
            self._presenter.note(self.note.text())

    # ------------------------------------------------------------------------------------------ showing

    def show_look(self, look: CaseLook, *, editable: bool) -> None:
        """State, attempts, identity, note."""
        talk, state = look.talk.talk, self._presenter.state()
        self.setVisible(talk is not None)
        if talk is None:
            return
        self._show_attempts(look, state, editable=editable)
        live = editable and state != SEALED
        self.identity.set_value(talk.identity)
        let_choose(self.identity, editable=live)
        self._explain(talk.identity)
        draft = look.draft(TALK)
        self.note.setReadOnly(not live)
        if not self.note.hasFocus():
            self.note.set_text(talk.text if draft is None or not live else draft)
        self._show_amendments(look, state)

    def _show_attempts(self, look: CaseLook, state: str, *, editable: bool) -> None:
        talk, rules = look.talk.talk, look.talk.rules
        assert talk is not None
        names = {each.code: each.name.id for each in rules.results}
        types = {each.code: each.name.id for each in rules.types}
        self.state.setText(types.get(talk.type, talk.type))
        lines = [
            self.tr("{number}. {time} · {result} · {length}").format(
                number=number,
                time=f"{format_day(day_of(began, self._zone))} {format_time(began, self._zone)}",
                result=names.get(result, result),
                length=span(ended - began),
            )
            for number, (began, ended, result, _) in enumerate(talk.attempts, start=1)
        ]
        self.attempts.setText("\n".join(lines))
        self.attempts.setVisible(bool(lines))
        running, resumable = state == RUNNING_NOW, self._presenter.resumable()
        words = self.tr("Akhiri percobaan") if running else self.tr("Mulai percobaan")
        if not running and resumable is not None:
            words = self.tr("Lanjutkan")
        self.attempt_button.setText(words)
        self.attempt_button.set_icon_name("phone-off" if running else "phone")
        self.attempt_button.setVisible(editable and state in (RUNNING_NOW, READY))
        self.link_button.setVisible(editable and state in (RUNNING_NOW, READY))
        self.timer.setVisible(running)
        self._show_next(look, state)

    def _show_next(self, look: CaseLook, state: str) -> None:
        after = look.talk.next
        text = ""
        if state == READY and after.exhausted:
            text = self.tr("Batas {count} percobaan tercapai; minta peserta datang ke kantor.").format(
                count=after.used
            )
        elif state == READY and after.earliest > look.now:
            day, time = day_of(after.earliest, self._zone), format_time(after.earliest, self._zone)
            text = self.tr("Percobaan berikutnya mulai {day} {time} · sisa {left}").format(
                day=format_day(day), time=time, left=after.left
            )
        elif state == READY:
            text = self.tr("Boleh dicoba sekarang · sisa {left} percobaan").format(left=after.left)
        self.next.setText(text)
        self.next.setVisible(bool(text))

    def _explain(self, identity: str) -> None:
        if identity == "match":
            self.explained.set_ink("muted")
            self.explained.setText(self.tr("Orang yang diwawancarai adalah pemohon."))
        elif identity:
            self.explained.set_ink("bad")
            self.explained.setText(sentence(f"interview_identity_{identity}", {}))
        else:
            self.explained.set_ink("muted")
            self.explained.setText(self.tr("Wajib dipilih. Bila ragu, klaim tidak dapat dikirim."))

    def _show_amendments(self, look: CaseLook, state: str) -> None:
        talk = look.talk.talk
        assert talk is not None
        sealed = state == SEALED
        lines = [self.tr("Tersegel saat dikirim; isinya tidak dapat diubah.")] if sealed else []
        lines += [
            self.tr("Tambahan {time}: {text}").format(time=format_time(at, self._zone), text=text)
            for at, _, text in talk.amendments
        ]
        self.sealed.setText("\n".join(lines))
        self.sealed.setVisible(bool(lines))
        draft = look.draft(AMEND)
        if sealed and draft and not self.amend_note.hasFocus():
            self.amend_note.set_text(draft)

    def show_amend(self, shown: bool) -> None:
        """Whether a sealed talk may be added to here."""
        self.amend_note.setVisible(shown)
        self.amend.setVisible(shown)

    def tick(self, now: int) -> None:
        """Move the timer of a running attempt."""
        since = self._presenter.running_since()
        if since is not None:
            self.timer.set(span(now - since), Tone.NEUTRAL)
