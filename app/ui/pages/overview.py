"""The supervisor's overview: today on one screen."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.calendar import format_day, format_minutes, format_number
from app.domain.figures import DayFigures, ServiceFigures
from app.services.today import Attention, CounterNow, TodayBoard
from app.ui import theme
from app.ui.context import Context
from app.ui.dialogs import ReasonQuestion
from app.ui.pages.overview_matters import MatterList
from app.ui.pages.paper_window import PaperWindow
from app.ui.presenters.overview import OverviewPresenter
from app.ui.widgets import (
    BarChart,
    Card,
    Chip,
    Column,
    DataTable,
    EmptyState,
    Figure,
    KeyHint,
    Pair,
    PrimaryButton,
    TableModel,
    Tone,
)
from app.ui.widgets.entry import enter_at

MINUTE_MS = 60_000
SHOWN_COUNTERS = 5
"""Lines without scrolling: the counters of an ordinary branch (DOMAIN A-14)."""


class OverviewPage(QWidget):
    """Figures, chart, what needs a decision, the counters."""

    interests = frozenset({"ticket", "case", "counter", "day", "branch"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._now = context.services.office.now
        self.presenter = OverviewPresenter(context.services, context.background.door(self), self, context.who)
        self.page_title = self.tr("Pantauan cabang")
        self.figures = {
            "issued": Figure(self.tr("Karcis hari ini"), "–"),
            "waiting": Figure(self.tr("Rata-rata menunggu"), "–"),
            "serving": Figure(self.tr("Rata-rata dilayani"), "–"),
            "submitted": Figure(self.tr("Berkas terkirim"), "–"),
            "overdue": Figure(self.tr("Lewat batas bayar"), "–"),
        }
        self.chart = BarChart(self.tr("datang"), self.tr("terlayani"))
        self.matters = MatterList()
        self.counters = DataTable(
            TableModel(self._counter_columns(), lambda each: str(each.counter)), name=self.tr("Loket")
        )
        self.quotas = DataTable(
            TableModel(self._quota_columns(), lambda each: each.code), name=self.tr("Kuota hari ini")
        )
        self.state = Chip("", Tone.NEUTRAL)
        self.print = PrimaryButton(self.tr("Cetak rekap harian"), "printer", key="F2")
        self.open_day = PrimaryButton(self.tr("Buka hari di halaman Karcis"), "door-open", key="F3")
        self._pages = QStackedWidget()
        self._lay_out()
        self.print.clicked.connect(lambda: context.go("summary", ""))
        self.open_day.clicked.connect(lambda: context.go("desk", ""))
        self.matters.opened.connect(self._open_matter)
        choose = QShortcut(QKeySequence("F4"), self)
        choose.activated.connect(self.matters.focus_first)
        enter_at(self, self.print)

    def _open_matter(self, matter: Attention) -> None:
        settles = self._context.may("conflict.settle")
        if matter.kind == "label_twice" and settles:
            self.presenter.put_back(matter)
        elif matter.kind == "label_was_twice" and settles:
            self.presenter.look_at(matter)
        elif matter.kind == "receipt_twice" and settles:
            self._ask_whose(matter)
        else:
            self._context.go(*self.presenter.place_of(matter))

    def _ask_whose(self, matter: Attention) -> None:
        """Which of the members whose receipts bear one number gets another."""
        number, *names = matter.names
        question = ReasonQuestion(
            self.window(),
            self.tr("Siapa yang mendapat nomor baru?"),
            list(zip(matter.refs, names, strict=True)),
            text=self.tr(
                "Tanda terima {number} ada pada {count} berkas. Yang dipilih mendapat nomor baru dan kertasnya dicetak "
                "lagi; dengan nomor lama berkasnya tetap ditemukan."
            ).format(number=number, count=matter.count),
        )
        question.answered.connect(lambda case, _: self.presenter.renew_receipt(case))
        question.open()

    def renewed(self, name: str, number: str, former: str) -> None:
        """A file has another receipt number."""
        words = self.tr("Tanda terima {name} sekarang {number}, bukan lagi {former}.")
        self._context.notify.toast(words.format(name=name, number=number, former=former))
        self.presenter.load()

    def show_paper(self, path: Path, pdf: bytes) -> None:
        """The receipt with its new number, to be printed."""
        note = self.tr("Dokumen tersimpan di {path}").format(path=str(path))
        PaperWindow(self.window(), self._context.background, self.tr("Cetak tanda terima"), pdf, note).open()

    def put_back(self, label: str, new: str) -> None:
        """Somebody waits again."""
        words = self.tr(
            "{label} menunggu lagi di tempat semula sebagai {new}. Meja keamanan mencetak karcisnya dengan tombol C."
        )
        self._context.notify.toast(words.format(label=label, new=new))
        self.presenter.load()

    def _counter_columns(self) -> tuple[Column[CounterNow], ...]:
        return (
            Column[CounterNow](
                title=self.tr("Loket"), text=lambda each: str(each.counter), strong=True, width=4.5
            ),
            Column[CounterNow](title=self.tr("Petugas"), text=lambda each: each.officer or "–"),
            Column[CounterNow](
                title=self.tr("Keadaan"),
                text=self._counter_state,
                tone=lambda each: {"open": Tone.GOOD, "break": Tone.WARN}.get(each.state, Tone.NEUTRAL),
                width=9,
            ),
            Column[CounterNow](title=self.tr("Sekarang"), text=self._now_serving, width=10),
            Column[CounterNow](
                title=self.tr("Selesai"), text=lambda each: str(each.served), right=True, width=5
            ),
            Column[CounterNow](
                title=self.tr("Rata-rata"),
                text=lambda each: _minutes(each.mean_serving),
                right=True,
                width=6.5,
            ),
        )

    def _quota_columns(self) -> tuple[Column[ServiceFigures], ...]:
        return (
            Column[ServiceFigures](
                title=self.tr("Layanan"), text=lambda each: each.name, strong=True, width=8.5
            ),
            Column[ServiceFigures](
                title=self.tr("Terpakai"),
                text=lambda each: f"{each.used}/{each.quota}",
                share=lambda each: each.used / each.quota if each.quota else 1.0,
                tone=lambda each: Tone.BAD if each.used >= (each.quota or 0) else Tone.GOOD,
            ),
        )

    def _lay_out(self) -> None:
        board = QWidget()
        column = QVBoxLayout(board)
        column.setContentsMargins(theme.space(5), theme.space(4.5), theme.space(5), theme.space(4.5))
        column.setSpacing(theme.space(4))
        top = QHBoxLayout()
        top.setSpacing(theme.space(3.5))
        for figure in self.figures.values():
            top.addWidget(figure, 1)
        column.addLayout(top)
        middle = QHBoxLayout()
        middle.setSpacing(theme.space(4))
        chart = Card(self.tr("Datang dan terlayani per jam"))
        chart.body.addWidget(self.chart, 1)
        matters = Card(self.tr("Perlu keputusan Anda"))
        matters.head.addWidget(KeyHint([("F4", self.tr("pilih")), ("Enter", self.tr("buka"))]))
        matters.body.addWidget(self.matters, 1)
        middle.addWidget(chart, 6)
        middle.addWidget(matters, 5)
        column.addLayout(middle, 1)
        column.addLayout(self._foot())
        self._pages.addWidget(board)
        self._pages.addWidget(self._nothing())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _foot(self) -> QHBoxLayout:
        """Counters and quotas, as tall as a branch of five counters needs."""
        foot = QHBoxLayout()
        foot.setSpacing(theme.space(4))
        counters, quotas = Card(self.tr("Loket")), Card(self.tr("Kuota hari ini"))
        counters.body.addWidget(self.counters, 1)
        quotas.body.addWidget(self.quotas, 1)
        counters.head.addWidget(self.state)
        counters.title.setMinimumHeight(self.print.sizeHint().height())  # both tables begin at one height
        quotas.head.addWidget(self.print)
        for table in (self.counters, self.quotas):
            line = theme.em(None, 2.2)
            table.verticalHeader().setDefaultSectionSize(line)
            table.setFixedHeight(
                table.horizontalHeader().sizeHint().height() + SHOWN_COUNTERS * line + theme.space(1)
            )
        for card in (counters, quotas):
            card.body.setContentsMargins(theme.space(4.5), theme.space(3), theme.space(4.5), theme.space(3))
        foot.addWidget(counters, 6)
        foot.addWidget(quotas, 5)
        return foot

    def _nothing(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(
            EmptyState(
                "door-open",
                self.tr("Belum ada hari yang dibuka"),
                self.tr("Hari dibuka oleh orang pertama di meja keamanan; angka tampil di sini sesudahnya."),
            )
        )
        column.addWidget(self.open_day, 0, Qt.AlignmentFlag.AlignHCenter)
        self.open_day.setVisible(self._context.may("ticket.issue"))
        column.addStretch(2)
        return page

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read the board anew."""
        self.presenter.load()

    def show_board(self, board: TodayBoard) -> None:
        """Everything, in place."""
        self._pages.setCurrentIndex(0 if board.figures is not None else 1)
        enter_at(self, self.print if board.figures is not None else self.open_day)
        if board.figures is None:
            return
        self._show_figures(board, board.figures)
        self.chart.set([Pair(f"{hour:02d}", *pair) for hour, pair in self.presenter.hours(board.figures)])
        self.matters.set_matters(board.attention)
        self.counters.set_rows(board.counters)
        self.quotas.set_rows([each for each in board.figures.services if each.quota is not None])
        if board.state == "open":
            self.state.set(self.tr("Hari {day} terbuka").format(day=format_day(board.day)), Tone.GOOD)
        else:
            self.state.set(self.tr("Hari {day} ditutup").format(day=format_day(board.day)), Tone.NEUTRAL)

    def _show_figures(self, board: TodayBoard, figures: DayFigures) -> None:
        total = figures.total
        self.figures["issued"].set(
            format_number(total.arrived),
            self.tr("{waiting} menunggu · {served} selesai").format(
                waiting=board.waiting, served=total.served
            ),
        )
        above = board.above_target
        self.figures["waiting"].set(
            _minutes(total.waiting.mean),
            self.tr("9/10 dalam {p90}").format(p90=_minutes(total.waiting.p90))
            + ("" if above is None else " · " + self.tr("{share} % lewat").format(share=above)),
        )
        self.figures["submitted"].set(
            format_number(board.submitted), self.tr("{count} dikembalikan").format(count=board.returned)
        )
        self.figures["overdue"].set(
            format_number(board.overdue),
            self.tr("lewat batas bayar") if board.overdue else self.tr("semua dalam batas"),
            Tone.BAD if board.overdue else Tone.GOOD,
        )
        self.figures["serving"].set(
            _minutes(total.serving.mean),
            self.tr("separuh {median} · 9/10 {p90}").format(
                median=_minutes(total.serving.median), p90=_minutes(total.serving.p90)
            ),
        )

    def _counter_state(self, counter: CounterNow) -> str:
        if counter.state == "break":
            return counter.break_reason.id if counter.break_reason else self.tr("istirahat")
        return self.tr("buka") if counter.state == "open" else self.tr("tutup")

    def _now_serving(self, counter: CounterNow) -> str:
        if counter.since is None:
            return "–"
        minutes = format_minutes(max(0, (self._now() - counter.since) // MINUTE_MS))
        return f"{counter.label} · {minutes}" if counter.label else minutes


def _minutes(milliseconds: int | None) -> str:
    return "–" if milliseconds is None else format_minutes(round(milliseconds / MINUTE_MS))
