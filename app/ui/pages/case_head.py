"""The head of the case workspace: who, masked numbers, the way of the file, and what stands in its way."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain import claims
from app.domain.calendar import day_of, format_day
from app.domain.identity import show_phone
from app.services.case_view import CaseView, OtherCase
from app.ui import theme
from app.ui.pages.case_words import blocker, masked, register_word
from app.ui.pages.followed_place import FollowedPlace
from app.ui.presenters.case import CaseLook
from app.ui.stage_names import stage_name
from app.ui.widgets import (
    Banner,
    Button,
    Chip,
    ElidedLabel,
    HoldToReveal,
    Muted,
    Steps,
    Tone,
    Type,
)
from app.ui.widgets.tips import set_tip

STEPS = {
    claims.DRAFT: 0,
    claims.RETURNED: 0,
    claims.SUBMITTED: 1,
    claims.VERIFIED: 2,
    claims.ORDERED: 2,
    claims.APPROVED: 2,
    claims.PAYMENT_RETURNED: 2,
    claims.PAID: 4,
    claims.REJECTED: 1,
    claims.DISPUTED: 1,
    claims.CLOSED: 0,
}
"""Stage to the step the file is in: CSO, verifier, finance, paid; 4 is all done."""


class CaseHead(QWidget):
    """Name, numbers, steps; banners for the receipt and a return. `others`, on another file of the same person, stands
    where its owner puts it: it comes while somebody types, and must not move what they type in."""

    submit = Signal()
    revealed = Signal(str)  # field of the form that was uncovered
    other = Signal(str)  # id of the other case to go on with
    receipt_print = Signal()
    receipt_send = Signal()

    def __init__(
        self, zone: str, place: FollowedPlace, *, editable: bool, reads: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.place = place
        self._zone = zone
        self._editable = editable
        self._reads = reads
        self._other = ""
        self.name = ElidedLabel("", Type.SUBTITLE)
        self.matter = ElidedLabel("", ink="muted")
        self.send = Button(self.tr("Kirim ke verifikator"), "send")
        set_tip(self.send, "Ctrl+Enter")
        self.numbers = {
            "member_nos": HoldToReveal("KPJ", masked("")),
            "nik": HoldToReveal("NIK", masked("")),
            "phone": HoldToReveal(self.tr("HP"), masked("")),
        }
        self.membership = Chip("")
        self.steps = Steps()
        self.due = Chip("", Tone.INFO, "calendar-clock")
        self.open_points = Muted("", wrap=True)
        self.returned = Banner(Tone.WARN)
        self.others = Banner(Tone.INFO, icon="folder-open")
        self.receipt = Banner(Tone.GOOD, action=self.tr("Cetak tanda terima"))
        self.receipt_link = Button("WhatsApp", "message-circle", key="F11")
        self.receipt.button.set_key("Ctrl+P")
        self.others.button.set_key("Ctrl+O")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        top, numbers, way = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        numbers.setSpacing(theme.space(1))
        numbers.setContentsMargins(0, 0, 0, 0)
        for each in self.numbers.values():
            numbers.addWidget(each)
        numbers.addWidget(self.matter, 1)
        numbers.addWidget(self.membership)
        words.addLayout(numbers)
        top.addLayout(words, 1)
        top.addWidget(self.place)
        top.addWidget(self.send)
        way.setSpacing(theme.space(4))
        way.addWidget(self.steps, 1)
        way.addWidget(self.due)
        inside = self.receipt.layout()
        assert inside is not None
        inside.addWidget(self.receipt_link)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(1.5))
        column.addLayout(top)
        column.addLayout(way)
        for part in (self.open_points, self.returned, self.receipt):
            column.addWidget(part)
            part.hide()
        two_lines = 2 * self.open_points.fontMetrics().lineSpacing()
        self.open_points.setFixedHeight(two_lines)  # what is still open grows shorter; the form below stays
        self.open_points.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.others.hide()

    def _connect(self) -> None:
        self.send.clicked.connect(self.submit)
        self.receipt.triggered.connect(self.receipt_print)
        self.receipt_link.clicked.connect(self.receipt_send)
        self.others.triggered.connect(lambda: self.other.emit(self._other))
        for field, button in self.numbers.items():
            button.revealed.connect(lambda name=field: self.revealed.emit(name))

    # ------------------------------------------------------------------------------------------ showing

    def show_look(self, look: CaseLook) -> None:
        """Everything about this case."""
        view, case = look.view, look.case
        self.place.follow(f"case:{case.id}")
        self.name.setText(case.fields.get("name") or self.tr("Nama belum diisi"))
        self.name.set_ink("ink" if case.fields.get("name") else "muted")
        service = look.rules.service(case.service).name.id
        self.matter.setText(f"· {service} · {view.reason.name.id}" if view.reason else f"· {service}")
        for field, button in self.numbers.items():
            value = case.fields.get(field, "")
            whole = (show_phone(value) if field == "phone" else value) if self._reads else ""
            if not button.is_shown():
                button.set(masked(value.split(" ")[0]), whole)
            button.setEnabled(bool(value) and self._reads)
        self._show_membership(look)
        self._show_way(look)
        self._show_open_points(view)
        self._show_banners(look)

    def _show_membership(self, look: CaseLook) -> None:
        said = look.case.answers.membership
        words, tone, icon = register_word(said.result if said else "")
        self.membership.set(self.tr("Kepesertaan: {words}").format(words=words), tone, icon)
        fields = look.case.fields
        asked = look.has_head_office and bool(fields.get("nik")) and bool(fields.get("name"))
        self.membership.setVisible(said is not None or asked)

    def _show_way(self, look: CaseLook) -> None:
        case = look.case
        steps = ["CSO", self.tr("Verifikator"), self.tr("Keuangan"), self.tr("Dibayar")]
        self.steps.set_steps(steps, STEPS[case.stage])
        today = day_of(look.now, self._zone)
        day = case.due or case.promised
        running = case.stage in claims.OPEN and bool(day)
        if case.stage in (claims.REJECTED, claims.CLOSED, claims.RETURNED, claims.PAYMENT_RETURNED):
            self.due.set(stage_name(case.stage), Tone.WARN, "circle-alert")
        elif case.stage == claims.PAID:
            self.due.set(
                self.tr("Dibayar {day}").format(day=format_day(case.payment.paid_day)),
                Tone.GOOD,
                "circle-check",
            )
        elif running and day < today:
            self.due.set(self.tr("Lewat batas {day}").format(day=format_day(day)), Tone.BAD, "circle-alert")
        elif running:
            self.due.set(
                self.tr("Jatuh tempo {day}").format(day=format_day(day)), Tone.INFO, "calendar-clock"
            )
        self.due.setVisible(running or case.stage not in (claims.DRAFT, claims.SUBMITTED))

    def _show_open_points(self, view: CaseView) -> None:
        self.send.setVisible(self._editable and view.editable)
        self.send.setEnabled(view.editable and not view.blockers)
        complete = view.completeness
        done, total = (complete.done, complete.total) if complete else (0, 0)
        points = " · ".join(blocker(code, done, total) for code in view.blockers)
        self.open_points.setText(
            self.tr("Sebelum dikirim: {points}").format(points=points)
            if points
            else self.tr("Semua lengkap: Ctrl+Enter mengirim.")
        )
        self.open_points.setVisible(self._editable and view.editable)

    def _show_banners(self, look: CaseLook) -> None:
        case, view = look.case, look.view
        sent_back = case.stage == claims.RETURNED
        if sent_back:
            names = {each.code: each.name.id for each in look.rules.return_reasons}
            why = " · ".join(names.get(code, code) for code in case.return_reasons)
            self.returned.set(
                Tone.WARN, self.tr("Dikembalikan verifikator: {why}").format(why=why), note=case.return_note
            )
        self.returned.setVisible(sent_back)
        given = bool(case.receipt) and case.stage not in claims.WITH_CSO
        if given:
            promised = format_day(case.promised) if case.promised else "–"
            self.receipt.set(
                Tone.GOOD,
                self.tr("Tanda terima {number} · dijanjikan paling lambat {day}").format(
                    number=case.receipt, day=promised
                ),
                self.tr("Cetak tanda terima"),
                icon="receipt-text",
            )
        self.receipt.setVisible(given)
        self.receipt.button.setVisible(given and self._editable)
        self.receipt_link.setVisible(given and self._editable)
        self._show_other([each for each in view.others if each.open], look)

    def _show_other(self, others: list[OtherCase], look: CaseLook) -> None:
        sent = self._editable and not look.view.editable
        self.others.setVisible(bool(others) and not sent)
        if not others or sent:
            return
        newest = max(others, key=lambda each: each.opened_at)
        self._other = newest.id
        goes_on = newest.stage in claims.WITH_CSO and self._editable and look.view.editable
        words = self.tr("Orang ini punya berkas lain: {service} · {stage} · dibuka {day}").format(
            service=look.rules.service(newest.service).name.id,
            stage=stage_name(newest.stage),
            day=format_day(day_of(newest.opened_at, self._zone)),
        )
        more = len(others) - 1
        note = self.tr("dan {more} lagi").format(more=more) if more else ""
        action = self.tr("Lanjutkan berkas itu") if goes_on else self.tr("Lihat berkas itu")
        self.others.set(Tone.INFO, words, action if self._editable else "", note=note, icon="folder-open")
