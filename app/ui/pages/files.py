"""The files page: the work lists of CSO, verifier and finance, the open file, and the decision on it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain import claims
from app.domain.bank import bank_word, net_amount
from app.domain.bundle import RuleBundle
from app.domain.calendar import format_day, format_money, format_number, format_time
from app.domain.claims import Case
from app.errors import Refused
from app.services.claims import WorkCounts, WorkItem
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.ask import Ask, Asking, AskText
from app.ui.pages.case_workspace import CaseWorkspace
from app.ui.pages.files_dialogs import AskAmount, AskReasons
from app.ui.pages.files_lines import work_columns
from app.ui.presenters.files import COUNTER, FINANCE, FINISHED, VERIFIER, Decisions, FilesPresenter
from app.ui.widgets import (
    Button,
    Card,
    DataTable,
    Label,
    Muted,
    PaintedButton,
    PrimaryButton,
    SegmentedChoice,
    TableModel,
    Tone,
    Type,
)
from app.ui.widgets.entry import enter_at
from app.ui.words import refusal, sentence

Then = Callable[..., None]


class FilesPage(QWidget):
    """List at the left, file at the right, decisions below it."""

    interests = frozenset({"case"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._zone = context.zone
        door = context.background.door(self)
        actions = context.services.office.actions(context.who)
        self.presenter = FilesPresenter(context.services, door, self, context.who, actions)
        self.lists = SegmentedChoice(
            [(code, self._list_name(code), "", Tone.GOOD) for code in self.presenter.lists()],
            name=self.tr("Daftar"),
            narrow=True,
        )
        self.lists.set_value(self.presenter.list)
        self.table = DataTable(
            TableModel(work_columns(), lambda item: item.case.id), name=self.tr("Daftar berkas")
        )
        self.workspace = CaseWorkspace(context, editable=False)
        self._why = Muted("", wrap=True)
        self._money = Label("", Type.STRONG, wrap=True)
        self._buttons: dict[str, PaintedButton] = {}
        self._asking = Asking(context, self)
        self.workspace.set_empty(
            "folder-open",
            self.tr("Belum ada berkas yang dibuka"),
            self.tr("Panah memilih, Enter membuka. Membuka berkas tercatat sebagai dibaca."),
        )
        self._lay_out()
        self.lists.changed.connect(self._choose_list)
        self.table.opened.connect(lambda item: self.presenter.open_case(item.case.id))
        self.table.clicked.connect(lambda _: self._open_chosen())
        enter_at(self, self.table)

    def _choose_list(self, name: str) -> None:
        self.presenter.choose_list(name)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_chosen(self) -> None:
        self.presenter.open_case(self.table.current_key())

    def _list_name(self, code: str) -> str:
        return {
            COUNTER: self.tr("Di CSO"),
            VERIFIER: self.tr("Verifikator"),
            FINANCE: self.tr("Keuangan"),
            FINISHED: self.tr("Selesai"),
        }[code]

    # ------------------------------------------------------------------------------------------ layout

    def _lay_out(self) -> None:
        left = Card()
        left.body.addWidget(self.lists)
        left.body.addWidget(self.table, 1)
        self.table.set_empty_text(self.tr("Tidak ada berkas di daftar ini."))
        right = QVBoxLayout()
        right.setSpacing(theme.space(3))
        right.addWidget(self.workspace, 1)
        right.addWidget(self._decision_card())
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(5), theme.space(4.5), theme.space(5), theme.space(4.5))
        row.setSpacing(theme.space(4))
        row.addWidget(left, 5)
        row.addLayout(right, 8)

    def _decision_card(self) -> QWidget:
        card = Card()
        card.body.addWidget(self._money)
        card.body.addWidget(self._why)
        line = QHBoxLayout()
        line.setSpacing(theme.space(2))
        for code, button, action in self._actions():
            button.clicked.connect(action)
            self._buttons[code] = button
            line.addWidget(button)
        line.addStretch(1)
        card.body.addLayout(line)
        self._card = card
        return card

    def _actions(self) -> tuple[tuple[str, PaintedButton, Callable[[], None]], ...]:
        presenter = self.presenter
        return (
            ("work", PrimaryButton(self.tr("Kerjakan di loket"), "pencil", key="F2"), self._work),
            ("take", Button(self.tr("Ambil"), "hand", key="F2"), presenter.take),
            ("release", Button(self.tr("Lepas"), "undo-2", key="F8"), presenter.release),
            ("verify", PrimaryButton(self.tr("Sesuai"), "check", key="F3"), self._verify),
            ("send_back", Button(self.tr("Kembalikan"), "undo-2", key="F4"), self._send_back),
            ("reject", Button(self.tr("Tolak"), "ban", key="Ctrl+F6", danger=True), self._reject),
            ("order", PrimaryButton(self.tr("Buat voucher"), "receipt", key="F3"), self._order),
            ("approve", PrimaryButton(self.tr("Setujui"), "stamp", key="Ctrl+F3"), self._approve),
            ("pay", PrimaryButton(self.tr("Catat pembayaran"), "banknote", key="Ctrl+F3"), self._pay),
            (
                "payment_returned",
                Button(self.tr("Retur dari bank"), "undo-2", key="F4"),
                self._payment_returned,
            ),
            (
                "return_to_verifier",
                Button(self.tr("Ke verifikator"), "undo-2", key="F4"),
                self._return_to_verifier,
            ),
        )

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read the list and the open file anew."""
        self.presenter.load()
        self.workspace.refresh()

    def open_record(self, case: str) -> None:
        """Show one file, found elsewhere."""
        self.presenter.open_anywhere(case)

    def show_list(self, name: str) -> None:
        """Another list is shown."""
        self.lists.set_value(name)

    def show_counts(self, counts: WorkCounts) -> None:
        """How much waits, on the lists' buttons; what is finished waits for nobody."""
        waiting = {COUNTER: counts.counter, VERIFIER: counts.verifier, FINANCE: counts.finance}
        for code, count in waiting.items():
            self.lists.set_words(code, f"{self._list_name(code)} {format_number(count)}")

    def show_items(self, items: tuple[WorkItem, ...]) -> None:
        """The list; the chosen line stays chosen, and nothing is opened that nobody opened."""
        self.table.set_rows(items)
        if self.presenter.open_id:
            self.table.choose_key(self.presenter.open_id)
        elif not self.table.current_key():
            self.table.choose_line(0)

    def show_case(self, item: WorkItem | None, decisions: Decisions) -> None:
        """The open file and what may be done with it."""
        case = item.case.id if item is not None else None
        if case != (self.workspace.case() or None):
            self.workspace.show_case(case)
        if case is not None:
            self.table.choose_key(case)
        for code, button in self._buttons.items():
            button.setVisible(getattr(decisions, code))
        held = next((each for each in self._buttons.values() if each.hasFocus()), None)
        if held is not None and not held.isVisibleTo(self):
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._money.setText(self._figures(item.case) if item else "")
        self._money.setVisible(bool(self._money.text()))
        self._why.setText(sentence(decisions.blocked, {}) if decisions.blocked else "")
        self._why.setVisible(bool(self._why.text()))
        shown = any(getattr(decisions, code) for code in self._buttons)
        self._card.setVisible(shown or bool(self._why.text()) or bool(self._money.text()))

    def _figures(self, case: Case) -> str:
        parts = []
        if case.amount is not None:
            parts.append(self.tr("Manfaat {amount}").format(amount=format_money(case.amount)))
        if case.tax:
            parts.append(self.tr("PPh {tax}").format(tax=format_money(case.tax)))
        if case.payment.voucher:
            parts.append(self.tr("Voucher {number}").format(number=case.payment.voucher))
        if case.payment.approved_at:
            when = format_time(case.payment.approved_at, self._zone)
            parts.append(self.tr("disetujui {time}").format(time=when))
        if case.payment.paid_day:
            parts.append(
                self.tr("dibayar {day} · {reference}").format(
                    day=format_day(case.payment.paid_day), reference=case.payment.reference
                )
            )
        if case.stage == claims.PAYMENT_RETURNED:
            parts.append(self.tr("retur bank {day}").format(day=format_day(case.payment.returned_day)))
        parts += self._bank_words(case)
        return " · ".join(parts)

    def _bank_words(self, case: Case) -> list[str]:
        said = bank_word(case)
        if said is None:
            return []
        words = self.tr("bank: dibayar {day}") if said.paid else self.tr("bank: kembali {day}")
        parts = [words.format(day=format_day(said.day)), said.reference]
        if said.amount != net_amount(case):
            parts.append(self.tr("jumlah menurut bank {amount}").format(amount=format_money(said.amount)))
        return parts

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        self._asking.refuse(refused)
        self._why.setText(refusal(refused))
        self._why.show()

    def said(self, what: str, item: Case) -> None:
        """It is durable now."""
        words = {
            "taken": self.tr("Berkas diambil."),
            "released": self.tr("Berkas dilepas."),
            "verified": self.tr("Dinyatakan sesuai; berkas di keuangan."),
            "returned": self.tr("Dikembalikan ke CSO."),
            "rejected": self.tr("Klaim ditolak."),
            "ordered": self.tr("Voucher dibuat; menunggu persetujuan."),
            "approved": self.tr("Disetujui; menunggu pembayaran."),
            "paid": self.tr("Pembayaran tercatat."),
            "payment_returned": self.tr("Retur bank tercatat; berkas kembali ke keuangan."),
            "finance_returned": self.tr("Dikembalikan ke verifikator."),
        }
        self._asking.finish()
        self._context.notify.toast(words[what])
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------------------------------ decisions

    def _ask(self, dialog: Ask, drafts: dict[str, QWidget]) -> None:
        """Open a dialog about the open file; what is typed in it is kept under that file."""
        dialog.keep_drafts(self._context, type(dialog).__name__, self.presenter.open_id, drafts)
        self._asking.open(dialog)

    def _rules(self) -> RuleBundle:
        item = self.presenter.item()
        office = self._context.services.office
        return office.rules_of(item.case.bundle_version) if item else office.rules()

    def _work(self) -> None:
        self._context.go("counter", self.presenter.open_id)

    def _verify(self) -> None:
        dialog = AskAmount(
            self.window(),
            self.tr("Nyatakan sesuai"),
            self.tr("Besar manfaat ditetapkan oleh verifikator."),
            self.tr("Tetapkan"),
            self.presenter.verify,
        )
        self._ask(dialog, {"amount": dialog.amount, "tax": dialog.tax, "note": dialog.note})

    def _send_back(self) -> None:
        dialog = AskReasons(
            self.window(),
            self.tr("Kembalikan ke CSO"),
            self.tr("Beri tanda semua yang harus dilengkapi; Alt dan angka."),
            self.tr("Kembalikan"),
            [(each.code, each.name.id) for each in self._rules().return_reasons],
            self.presenter.send_back,
            note=self.tr("Catatan untuk CSO"),
        )
        self._ask(dialog, dialog.draft_fields())

    def _reject(self) -> None:
        dialog = AskReasons(
            self.window(),
            self.tr("Tolak klaim"),
            self.tr("Klaim berakhir dengan penolakan. Pilih satu alasan; Alt dan angka."),
            self.tr("Tolak"),
            [(each.code, each.name.id) for each in self._rules().reject_reasons],
            lambda reasons, note: self.presenter.reject(reasons[0], note),
            note=self.tr("Penjelasan untuk peserta"),
            one=True,
        )
        self._asking.open(dialog)
        dialog.keep_drafts(self._context, "AskReject", self.presenter.open_id, {"note": dialog.note})

    def _ask_text(
        self, form: str, title: str, yes: str, fields: list[tuple[str, str, str]], then: Then
    ) -> None:
        dialog = AskText(self.window(), title, yes, fields, then, danger=form == "pay")
        names = [str(place) for place in range(len(fields))]
        dialog.keep_drafts(
            self._context, form, self.presenter.open_id, dict(zip(names, dialog.fields, strict=True))
        )
        self._asking.open(dialog)

    def _order(self) -> None:
        fields = [(self.tr("Nomor voucher"), "", "V-2026-001")]
        self._ask_text("order", self.tr("Buat voucher"), self.tr("Buat"), fields, self.presenter.order)

    def _approve(self) -> None:
        item = self.presenter.item()
        amount = net_amount(item.case) if item else 0
        self._context.notify.ask(
            self,
            self.tr("Setujui pembayaran?"),
            self.tr("{amount} akan dibayarkan ke rekening pemohon.").format(amount=format_money(amount)),
            yes=self.tr("Setujui"),
            then=self.presenter.approve,
            danger=True,
        )

    def _pay(self) -> None:
        today = _typed_day(self._context.services.office.calendar_day())
        fields = [
            (self.tr("Tanggal dibayar"), today, "20-11-2026"),
            (self.tr("Referensi bank"), "", ""),
        ]
        self._ask_text("pay", self.tr("Catat pembayaran"), self.tr("Catat"), fields, self.presenter.pay)

    def _payment_returned(self) -> None:
        today = self._context.services.office.calendar_day()
        self._context.notify.ask_reason(
            self,
            self.tr("Retur dari bank"),
            [(each.code, each.name.id) for each in self._rules().payment_return_reasons],
            then=lambda reason, _: self.presenter.payment_returned(today, reason),
        )

    def _return_to_verifier(self) -> None:
        fields = [(self.tr("Alasan"), "", "")]
        title = self.tr("Kembalikan ke verifikator")
        self._ask_text("to_verifier", title, self.tr("Kembalikan"), fields, self.presenter.return_to_verifier)


def _typed_day(day: str) -> str:
    """An ISO day as people type it: `20-11-2026`."""
    return "-".join(reversed(day.split("-")))
