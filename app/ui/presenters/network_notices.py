"""What somebody has to be told: a lost claim with who has it now, a computer that is not what it says."""

from typing import Protocol

import msgspec

from app.domain.calendar import format_time
from app.domain.claims import Case
from app.domain.tickets import Ticket
from app.services.network_views import Notice
from app.services.services import Services
from app.ui.door import Door
from app.ui.words import messages, sentence

GATHERED = ("entry_moved",)
"""Kinds of which there may be dozens at once: told in one sentence."""


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be told: `notices` are the ids that are seen with it; `page` and `record` where it is looked at."""

    notices: tuple[str, ...]
    text: str
    at: int
    page: str = ""
    record: str = ""


class View(Protocol):
    """Where it is told."""

    def show_tellings(self, tellings: tuple[Telling, ...]) -> None:
        """All that this person has not seen, the oldest first."""
        ...


class NoticePresenter:
    """Reads what is to be told to one person, and keeps that it was."""

    def __init__(self, services: Services, door: Door, view: View) -> None:
        self._services = services
        self._door = door
        self._view = view
        self._person = ""
        self._reading = self._again = False
        self._acknowledged: set[str] = set()

    def set_person(self, person: str) -> None:
        """Who sits here, "" when nobody does."""
        self._person = person
        self._acknowledged = set()
        self._view.show_tellings(())
        self.look()

    def look(self) -> None:
        """Read anew; while a read is under way one more is remembered, not ten."""
        if not self._person:
            return
        if self._reading:
            self._again = True
            return
        self._reading = True
        person = self._person
        self._door.read(
            lambda: (person, self._read(person)), lambda found: self._show(*found), self._not_read
        )

    def _read(self, person: str) -> tuple[Telling, ...]:
        notices = self._services.network.notices(person)
        single = [self._telling((each,)) for each in notices if each.kind not in GATHERED]
        for kind in GATHERED:
            together = tuple(each for each in notices if each.kind == kind)
            if together:
                single.append(self._telling(together))
        return tuple(sorted(single, key=lambda each: each.at))

    def _show(self, person: str, tellings: tuple[Telling, ...]) -> None:
        self._reading = False
        if person == self._person:
            fresh = tuple(each for each in tellings if not set(each.notices) <= self._acknowledged)
            self._view.show_tellings(fresh)
        if self._again or person != self._person:
            self._again = False
            self.look()

    def _not_read(self, _: object) -> None:
        self._reading = False

    def acknowledge(self, telling: Telling) -> None:
        """The person knows."""
        person, network = self._person, self._services.network
        self._acknowledged |= set(telling.notices)

        def work() -> None:
            for each in telling.notices:
                network.seen(person, each)

        self._door.write(work, lambda _: self.look())

    # ------------------------------------------------------------------------------------------ words

    def _telling(self, notices: tuple[Notice, ...]) -> Telling:
        first = notices[0]
        name, _, record = first.stream.partition(":")
        code, facts = self._sentence(first)
        return Telling(
            notices=tuple(each.id for each in notices),
            text=sentence(code, {"notices": len(notices), **facts}),
            at=first.at,
            page={"ticket": "queue", "case": "files"}.get(name, ""),
            record=record,
        )

    def _sentence(self, notice: Notice) -> tuple[str, dict[str, object]]:
        if notice.kind == "claim_lost":
            return self._lost(notice)
        if notice.kind == "right_lost":
            return "notice_right_lost", self._without_right(notice)
        facts: dict[str, object] = dict(notice.facts)
        station = self._services.office.branch().stations.get(str(facts.get("station", "")))
        if station is not None:
            facts["station"] = station.name or station.number
        code = f"notice_{notice.kind}"
        if code in messages():
            return code, facts
        return "notice_set_aside", {"count": 1, **facts, "why": sentence(notice.kind, facts)}

    def _without_right(self, notice: Notice) -> dict[str, object]:
        office = self._services.office
        state = office.state(notice.stream)
        name = (
            state.receipt or (state.tickets[0][1] if state.tickets else "–")
            if isinstance(state, Case)
            else "–"
        )
        made = format_time(int(notice.facts["made_at"]), office.branch().zone)
        return {"who": office.name(str(notice.facts["actor"])) or "–", "time": made, "name": name}

    def _lost(self, notice: Notice) -> tuple[str, dict[str, object]]:
        """Who has it now: read when it is told, so that it is true then."""
        office = self._services.office
        state, zone = office.state(notice.stream), office.branch().zone
        if isinstance(state, Ticket) and state.leg.called_at is not None:
            facts: dict[str, object] = {
                "label": state.label,
                "who": office.name(state.leg.officer) or "–",
                "counter": state.leg.counter or "–",
                "time": format_time(state.leg.called_at, zone),
            }
            return "notice_ticket_lost", facts
        if isinstance(state, Case) and state.holder:
            name = state.receipt or (state.tickets[0][1] if state.tickets else "–")
            return "notice_case_lost", {"name": name, "who": office.name(state.holder) or "–"}
        return "notice_claim_lost", {"time": format_time(notice.at, zone)}
