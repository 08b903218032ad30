"""The chosen ticket of the queue page: who, what is missing, and what happened to it, leg by leg."""

from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.bundle import Choice
from app.domain.calendar import format_minutes, format_time
from app.domain.tickets import CALLED, NO_SHOW, PARKED, SERVING, WAITING, Leg, Ticket
from app.ui import theme
from app.ui.presenters.queue import MINUTE_MS, QueueView
from app.ui.theme import Tone, Type
from app.ui.widgets import Card, Chip, ElidedLabel, EmptyState, Label, Muted


class StateWords(QWidget):
    """The words and tones of a ticket's state; a widget only so that they are translated where they stand."""

    def state(self, ticket: Ticket) -> tuple[str, Tone]:
        """What is so now, in one or two words."""
        states = {
            WAITING: (self.tr("menunggu"), Tone.INFO),
            CALLED: (self.tr("dipanggil"), Tone.WARN),
            SERVING: (self.tr("dilayani"), Tone.GOOD),
            PARKED: (self.tr("ditunda"), Tone.WARN),
            NO_SHOW: (self.tr("tidak hadir"), Tone.BAD),
        }
        return states.get(ticket.state) or (self.outcome(ticket.leg), Tone.NEUTRAL)

    def outcome(self, leg: Leg) -> str:
        """How a leg ended; "" while it has not."""
        words = {
            "finished": self.tr("selesai"),
            "no_show": self.tr("tidak hadir"),
            "transfer_service": self.tr("dialihkan ke layanan lain"),
            "transfer_counter": self.tr("dialihkan ke loket lain"),
            "transfer_officer": self.tr("dialihkan ke petugas lain"),
            "parked": self.tr("ditunda"),
            "cancelled": self.tr("dibatalkan"),
            "voided": self.tr("salah cetak"),
            "closed_by_day": self.tr("ditutup akhir hari"),
        }
        return words.get(leg.outcome, "")


class TicketDetail(Card):
    """One ticket in full, without a name: the desk knows four digits and initials at most."""

    def __init__(self, words: StateWords, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._words = words
        self._label = ElidedLabel("", Type.FIGURE, ink="brand")
        self._state = Chip()
        self._service = ElidedLabel("", Type.STRONG)
        self._facts = Muted("", wrap=True)
        self._missing = Label("", Type.BODY, ink="bad", wrap=True)
        self._title = Muted(self.tr("Perjalanan karcis"), small=True)
        self._legs: list[Label] = []
        self._empty = EmptyState(
            "ticket",
            self.tr("Pilih karcis"),
            self.tr("Panah atas dan bawah memilih; rinciannya tampil di sini."),
        )
        self._full = QWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._label, 1)
        head.addWidget(self._state)
        column = QVBoxLayout(self._full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(1.5))
        column.addLayout(head)
        for part in (self._service, self._facts, self._missing, self._title):
            column.addWidget(part)
        inside = QWidget()
        inside.setObjectName("scrolled")
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(theme.space(2))
        self._list.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setAccessibleName(self.tr("Riwayat karcis"))
        column.addWidget(area, 1)
        self.body.addWidget(self._full, 1)
        self.body.addWidget(self._empty, 1)
        self._full.hide()

    def show_ticket(self, ticket: Ticket | None, queue: QueueView | None) -> None:
        """Update in place."""
        there = ticket is not None and queue is not None
        self._full.setVisible(there)
        self._empty.setVisible(not there)
        if ticket is None or queue is None:
            return
        rules = queue.rules
        self._label.setText(ticket.label)
        self._state.set(*self._words.state(ticket))
        self._service.setText(rules.service(ticket.service).name.id)
        self._facts.setText(" · ".join(self._fact_words(ticket, queue)))
        missing = ", ".join(rules.document(code).name.id for code in ticket.missing)
        self._missing.setVisible(bool(missing))
        self._missing.setText(self.tr("Belum ada: {papers}").format(papers=missing))
        self._show_legs([self._leg_words(leg, queue) for leg in ticket.legs])

    def _fact_words(self, ticket: Ticket, queue: QueueView) -> list[str]:
        facts = [self.tr("datang {time}").format(time=format_time(ticket.issued_at, queue.zone))]
        if ticket.priority:
            facts.append(
                self.tr("prioritas: {group}").format(group=queue.rules.priority(ticket.priority).name.id)
            )
        if ticket.last4:
            facts.append(self.tr("NIK berakhir {digits}").format(digits=ticket.last4))
        if ticket.initials:
            facts.append(self.tr("inisial {letters}").format(letters=ticket.initials))
        if ticket.copies:
            facts.append(self.tr("salinan {count}").format(count=ticket.copies))
        if ticket.for_counter:
            facts.append(self.tr("untuk loket {counter}").format(counter=ticket.for_counter))
        if ticket.for_officer:
            facts.append(self.tr("untuk {name}").format(name=queue.names.get(ticket.for_officer, "")))
        return facts

    def _show_legs(self, words: list[str]) -> None:
        while len(self._legs) < len(words):
            label = Label("", wrap=True)
            self._legs.append(label)
            self._list.insertWidget(len(self._legs) - 1, label)
        for place, label in enumerate(self._legs):
            label.setVisible(place < len(words))
            label.setText(words[place] if place < len(words) else "")

    def _leg_words(self, leg: Leg, queue: QueueView) -> str:
        zone = queue.zone
        first = self.tr("{number}. {service}").format(
            number=leg.number, service=queue.rules.service(leg.service).name.id
        )
        parts = [self.tr("masuk {time}").format(time=format_time(leg.entered_at, zone))]
        if leg.called_at is not None and not leg.resumed:
            parts.append(
                self.tr("dipanggil {time} ke loket {counter}, {calls} kali").format(
                    time=format_time(leg.called_at, zone), counter=leg.counter, calls=leg.calls
                )
            )
        if leg.confirmed_at is not None:
            parts.append(
                self.tr("dilayani {time} oleh {name}").format(
                    time=format_time(leg.confirmed_at, zone), name=queue.names.get(leg.officer, "")
                )
            )
        if leg.ended_at is not None:
            parts.append(self._end_words(leg, queue))
        return first + "\n" + "\n".join(parts)

    def _end_words(self, leg: Leg, queue: QueueView) -> str:
        assert leg.ended_at is not None
        words = f"{self._words.outcome(leg)} {format_time(leg.ended_at, queue.zone)}"
        detail = self._detail(leg, queue)
        if detail:
            words = f"{words}: {detail}"
        if leg.confirmed_at is not None:
            took = format_minutes((leg.ended_at - leg.confirmed_at) // MINUTE_MS)
            words = f"{words} ({took})"
        return words

    def _detail(self, leg: Leg, queue: QueueView) -> str:
        rules = queue.rules
        if leg.outcome == "finished":
            return rules.outcome(leg.detail).name.id
        lists: dict[str, tuple[Choice, ...]] = {
            "cancelled": rules.cancel_reasons,
            "parked": rules.park_reasons,
        }
        known = {choice.code: choice.name.id for choice in lists.get(leg.outcome, ())}
        if leg.outcome == "transfer_service":
            return rules.service(leg.detail).name.id
        if leg.outcome == "transfer_officer":
            return queue.names.get(leg.detail, "")
        return known.get(leg.detail, leg.detail)
