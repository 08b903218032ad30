"""What this computer, as hub, decides for others: each act once, however often it is asked."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.exc import InterfaceError, ProgrammingError

from app.domain.days import CounterClosed, CounterState
from app.domain.tickets import CALLED, SERVING, WAITING, Ticket, Voided
from app.domain.withdrawn import Withdrawn
from app.errors import Refused
from app.models import tables
from app.models.journal import Unit
from app.services.day_again import reopen_here, take_back_here
from app.services.office import Office
from app.services.receipts import give_receipt
from app.sync.abandoned import Undone
from app.sync.messages import ABANDON, Act

if TYPE_CHECKING:
    from app.services.services import Services

record = logging.getLogger(__name__)

_a = tables.acts.c
_kept = select(_a.answer, _a.name, _a.stream, _a.head).where(_a.id == bindparam("id"))

_UNFIT = (
    ArithmeticError,
    AttributeError,
    InterfaceError,
    LookupError,
    ProgrammingError,
    TypeError,
    ValueError,
)

Does = Callable[["Services", str, dict[str, Any]], dict[str, Any]]


def _open_day(services: "Services", who: str, given: dict[str, Any]) -> dict[str, Any]:
    # An older station does not say whether it is the home: the day gets a mark, and no number is given twice.
    return services.desk.open_here(who, given["first"], bool(given.get("home")))


def _issue(services: "Services", who: str, given: dict[str, Any]) -> dict[str, Any]:
    """Refused("disk_nearly_full") here is no decision: the asker goes on under its own mark (DESIGN 4)."""
    services.office.enough_disk()
    return {"ticket": services.desk.give(who, **given).id}


def _receipt(services: "Services", who: str, _: dict[str, Any]) -> dict[str, Any]:
    office: Office = services.office
    return {"receipt": give_receipt(office, who)}


def _reopen_day(services: "Services", who: str, given: dict[str, Any]) -> dict[str, Any]:
    office: Office = services.office
    return reopen_here(office, who, given["reason"])


def _take_back_day(services: "Services", who: str, _: dict[str, Any]) -> dict[str, Any]:
    office: Office = services.office
    return take_back_here(office, who)


ACTS: dict[str, Does] = {
    "open_day": _open_day,
    "issue": _issue,
    "open_counter": lambda services, who, given: services.counters.open_here(who, **given),
    "call_next": lambda services, who, given: {"ticket": services.counters.call_next_here(who, **given).id},
    "call": lambda services, who, given: {
        "ticket": services.counters.call_here(who, given["counter"], given["ticket"], given["reason"]).id
    },
    "resume": lambda services, who, given: {"ticket": services.counters.resume_here(who, **given).id},
    "receipt": _receipt,
    "take_case": lambda services, who, given: services.claims.take_here(who, **given),
    "reopen_day": _reopen_day,
    "take_back_day": _take_back_day,
    "close_day": lambda services, who, given: services.summaries.close_here(who, **given),
}


class Acts:
    """The hub's side of `Office.decide`."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._office = services.office

    def decide(self, act: Act) -> bytes:
        """The result as JSON. Raises Refused with what is against it; nothing is kept of that, so it may be asked again."""
        given = _read(act.arguments)
        with self._office.unit(act.who) as unit:
            kept = unit.connection.execute(_kept, {"id": act.id}).first()
            if act.name == ABANDON:
                return self._abandon(unit, act, kept)
            if kept is not None:
                return bytes(kept.answer)
            does = ACTS.get(act.name)
            if does is None:
                raise Refused("act_unknown")
            try:
                result = does(self._services, act.who, given)
            except _UNFIT as error:  # arguments of another version of the program
                raise Refused("act_unknown") from error
            answer = msgspec.json.encode(result)
            self._keep(unit, act, answer, _came_of(act.name, given, result))
        return answer

    def _keep(self, unit: Unit, act: Act, answer: bytes, stream: str = "") -> None:
        """`stream`: where the one event that came of it stands last, as far as it can be taken back."""
        changed = bool(stream) and stream in unit.streams.touched()
        row = {
            "id": act.id,
            "answer": answer,
            "at": unit.at,
            "name": act.name,
            "stream": stream if changed else "",
            "head": _head(unit, stream) if changed else b"",
        }
        unit.connection.execute(tables.acts.insert().prefix_with("OR REPLACE"), row)

    def _abandon(self, unit: Unit, act: Act, kept: Any) -> bytes:
        """Take back what came of an act, once; where it never came, it is never done."""
        if kept is not None and kept.name == ABANDON:
            return bytes(kept.answer)
        undone = Undone()
        if kept is not None and kept.stream:
            undone = _undo(unit, kept)
        answer = msgspec.json.encode(undone)
        self._keep(unit, act, answer)
        return answer


def _came_of(name: str, given: dict[str, Any], result: dict[str, Any]) -> str:
    if name == "open_counter":
        return f"counter:{given['counter']}"
    return f"ticket:{result['ticket']}" if "ticket" in result else ""


def _head(unit: Unit, stream: str) -> bytes:
    return b"".join(unit.streams.heads(stream))


def _undo(unit: Unit, kept: Any) -> Undone:
    """Only what nobody has built on: the event that came of the act is still the last one of its stream."""
    if _head(unit, kept.stream) != bytes(kept.head):
        return Undone()
    state = unit.state(kept.stream)
    payload = _against(kept.name, state, unit.actor)
    if payload is None:
        return Undone()
    try:
        unit.append(kept.stream, payload)
    except Refused as refused:  # the person may not do such things any more
        record.warning("%s is not taken back: %s", kept.name, refused)
        return Undone()
    if isinstance(state, Ticket):
        return Undone(name=kept.name, stream=kept.stream, label=state.label, counter=state.leg.counter or 0)
    return Undone(name=kept.name, stream=kept.stream, counter=state.number)


def _against(name: str, state: Any, who: str) -> msgspec.Struct | None:
    """What takes back an act: a number that was never printed is voided, its label stays used (DESIGN 2); who was
    called waits again, who was taken up again is parked again; nobody sits at the counter."""
    if isinstance(state, CounterState):
        return CounterClosed() if state.session is not None and state.session.officer == who else None
    if not isinstance(state, Ticket):
        return None
    if name == "issue":
        return Voided() if state.state == WAITING and not state.printed else None
    return Withdrawn() if state.state in (CALLED, SERVING) else None


def _read(arguments: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(arguments, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("message_damaged", why="act") from error
