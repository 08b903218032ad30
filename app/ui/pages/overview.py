"""The supervisor's overview: today on one screen."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.calendar import format_day, format_minutes, format_number
from app.domain.figures import DayFigures
from app.services.claims import GREEN, RED, YELLOW
from app.services.today import Attention, CounterNow, TodayBoard
from app.ui import theme
from app.ui.context import Context
from app.ui.presenters.overview import OverviewPresenter
from app.ui.role_names import role_name
from app.ui.widgets import (
    BarChart,
    Button,
    Card,
    Chip,
    Column,
    DataTable,
    EmptyState,
    Figure,
    Pair,
    PrimaryButton,
    TableModel,
    Tone,
)

MINUTE_MS = 60_000
_TONES = {RED: Tone.BAD, YELLOW: Tone.WARN, GREEN: Tone.GOOD, "blue": Tone.INFO}
SHOWN_LABELS = 4


class OverviewPage(QWidget):
    """Figures, chart, what needs a decision, the counters."""

    interests = frozenset({"ticket", "case", "counter", "day", "branch"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._now = context.services.office.now
        self.presenter = OverviewPresenter(context.services, context.background.door(self), self)
        self.page_title = self.tr("Pantauan cabang")
        self.figures = {
            "issued": Figure(self.tr("Karcis hari ini")),
            "waiting": Figure(self.tr("Rata-rata menunggu")),
            "submitted": Figure(self.tr("Berkas terkirim")),
            "overdue": Figure(self.tr("Lewat batas bayar")),
            "serving": Figure(self.tr("Rata-rata dilayani")),
        }
        self.chart = BarChart(self.tr("datang"), self.tr("terlayani"))
        self.matters = DataTable(
            TableModel(self._matter_columns(), lambda each: f"{each.kind}{each.names}{each.day}"),
            name=self.tr("Perlu keputusan Anda"),
        )
        self.counters = DataTable(
            TableModel(self._counter_columns(), lambda each: str(each.counter)), name=self.tr("Loket")
        )
        self.state = Chip("", Tone.NEUTRAL)
        self.print = PrimaryButton(self.tr("Cetak rekap harian"), "printer", key="F2")
        self.open_day = Button(self.tr("Buka hari di halaman Karcis"), "door-open", key="F3")
        self._pages = QStackedWidget()
        self._lay_out()
        self.print.clicked.connect(lambda: context.go("summary", ""))
        self.open_day.clicked.connect(lambda: context.go("desk", ""))
        self.matters.opened.connect(lambda matter: context.go(*self.presenter.place_of(matter)))
        self.setFocusProxy(self.matters)

    def _matter_columns(self) -> tuple[Column[Attention], ...]:
        return (
            Column[Attention](
                title="", text=self._badge, tone=lambda each: _TONES.get(each.light, Tone.INFO), width=8
            ),
            Column[Attention](title="", text=self._sentence, tip=self._sentence),
        )

    def _counter_columns(self) -> tuple[Column[CounterNow], ...]:
        return (
            Column[CounterNow](
                title=self.tr("Loket"), text=lambda each: str(each.counter), strong=True, width=4.5
            ),
            Column[CounterNow](title=self.tr("Petugas"), text=lambda each: each.officer or "–", width=15),
            Column[CounterNow](
                title=self.tr("Keadaan"),
                text=self._counter_state,
                tone=lambda each: {"open": Tone.GOOD, "break": Tone.WARN}.get(each.state, Tone.NEUTRAL),
                width=9,
            ),
            Column[CounterNow](title=self.tr("Sekarang"), text=self._now_serving),
            Column[CounterNow](
                title=self.tr("Selesai"), text=lambda each: str(each.served), right=True, width=6
            ),
            Column[CounterNow](
                title=self.tr("Rata-rata layanan"),
                text=lambda each: _minutes(each.mean_serving),
                right=True,
                width=11,
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
        self.matters.horizontalHeader().hide()
        self.matters.set_empty_text(self.tr("Tidak ada yang menunggu keputusan."))
        matters.body.addWidget(self.matters, 1)
        middle.addWidget(chart, 5)
        middle.addWidget(matters, 5)
        column.addLayout(middle, 1)
        below = Card(self.tr("Loket"))
        below.head.addWidget(self.state)
        below.head.addWidget(self.print)
        below.body.addWidget(self.counters, 1)
        column.addWidget(below, 1)
        self._pages.addWidget(board)
        self._pages.addWidget(self._nothing())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

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
        column.addStretch(2)
        return page

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read the board anew."""
        self.presenter.load()

    def show_board(self, board: TodayBoard) -> None:
        """Everything, in place."""
        self._pages.setCurrentIndex(0 if board.figures is not None else 1)
        if board.figures is None:
            return
        self._show_figures(board, board.figures)
        self.chart.set([Pair(f"{each.hour:02d}", each.arrived, each.served) for each in board.figures.hours])
        self.matters.set_rows(board.attention)
        self.counters.set_rows(board.counters)
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
            self.tr("p90 {p90}").format(p90=_minutes(total.waiting.p90))
            + ("" if above is None else " · " + self.tr("{share} % di atas target").format(share=above)),
        )
        self.figures["submitted"].set(
            format_number(board.submitted), self.tr("{count} dikembalikan").format(count=board.returned)
        )
        self.figures["overdue"].set(
            format_number(board.overdue),
            self.tr("menurut batas undang-undang") if board.overdue else self.tr("semua dalam batas"),
            Tone.BAD if board.overdue else Tone.GOOD,
        )
        self.figures["serving"].set(
            _minutes(total.serving.mean),
            self.tr("median {median} · p90 {p90}").format(
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

    def _badge(self, matter: Attention) -> str:
        return {
            "overdue": self.tr("lewat batas"),
            "payment_returned": self.tr("retur bank"),
            "unreachable": self.tr("wawancara"),
            "unclosed_day": self.tr("hari"),
            "waiting_long": self.tr("antrean"),
            "no_show": self.tr("tidak hadir"),
            "delegation_starts": self.tr("delegasi"),
            "delegation_ends": self.tr("delegasi"),
            "quarantined": self.tr("jurnal"),
            "quota_exhausted": self.tr("kuota"),
        }[matter.kind]

    def _sentence(self, matter: Attention) -> str:
        labels = ", ".join(matter.names[:SHOWN_LABELS])
        if len(matter.names) > SHOWN_LABELS:
            labels += " …"
        day = format_day(matter.day) if matter.day else ""
        count = format_number(matter.count)
        if matter.kind.startswith("delegation"):
            person, role = matter.names
            text = (
                self.tr("{person} menjadi {role} mulai {day}")
                if matter.kind == "delegation_starts"
                else self.tr("{person} menjadi {role} sampai hari ini")
            )
            return text.format(person=person, role=role_name(role), day=day)
        sentences = {
            "overdue": self.tr("{count} berkas lewat batas bayar sejak {day}"),
            "payment_returned": self.tr("{count} pembayaran dikembalikan bank; perbaiki rekening"),
            "unreachable": self.tr("{count} peserta tidak terhubung; percobaan habis"),
            "unclosed_day": self.tr("Hari {day} belum ditutup"),
            "waiting_long": self.tr("{count} menunggu melewati target: {labels}"),
            "no_show": self.tr("{count} tidak hadir: {labels}"),
            "quarantined": self.tr("{count} catatan jurnal disisihkan"),
            "quota_exhausted": self.tr("Kuota {labels} habis ({count})"),
        }
        return sentences[matter.kind].format(count=count, day=day, labels=labels)


def _minutes(milliseconds: int | None) -> str:
    return "–" if milliseconds is None else format_minutes(round(milliseconds / MINUTE_MS))
