"""What this computer, as hub, decides for others: each act once, however often it is asked."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.exc import InterfaceError, ProgrammingError

from app.domain.tickets import WAITING, Ticket, Voided
from app.errors import Refused
from app.models import tables
from app.models.journal import Unit
from app.sync.messages import Act

if TYPE_CHECKING:
    from app.services.services import Services

_kept = select(tables.acts.c.answer).where(tables.acts.c.id == bindparam("id"))
ABANDON = "abandon"
"""The asker got no answer and went on by itself: whatever was decided is taken back, and never decided later."""

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

ACTS: dict[str, Does] = {
    "open_day": lambda services, who, given: {"day": services.desk.open_day(who, given["first"]).day},
    "issue": lambda services, who, given: {"ticket": services.desk.give(who, **given).id},
    "open_counter": lambda services, who, given: services.counters.open_here(who, **given),
    "call_next": lambda services, who, given: {"ticket": services.counters.call_next_here(who, **given).id},
    "call": lambda services, who, given: {
        "ticket": services.counters.call_here(who, given["counter"], given["ticket"], given["reason"]).id
    },
    "resume": lambda services, who, given: {"ticket": services.counters.resume_here(who, **given).id},
    "take_case": lambda services, who, given: services.claims.take_here(who, **given),
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
            kept = unit.connection.execute(_kept, {"id": act.id}).scalar()
            if act.name == ABANDON:
                return self._abandon(unit, act, kept)
            if kept is not None:
                return bytes(kept)
            does = ACTS.get(act.name)
            if does is None:
                raise Refused("act_unknown")
            try:
                result = does(self._services, act.who, given)
            except _UNFIT as error:  # arguments of another version of the program
                raise Refused("act_unknown") from error
            answer = msgspec.json.encode(result)
            self._keep(unit, act, answer)
        return answer

    def _keep(self, unit: Unit, act: Act, answer: bytes) -> None:
        row = {"id": act.id, "answer": answer, "at": unit.at}
        unit.connection.execute(tables.acts.insert().prefix_with("OR REPLACE"), row)

    def _abandon(self, unit: Unit, act: Act, kept: Any) -> bytes:
        """A number that was given and never printed is voided: its label stays used (DESIGN 2)."""
        if kept is None:
            self._keep(unit, act, b"{}")
            return b"{}"
        ticket = msgspec.json.decode(kept).get("ticket", "")
        state = unit.state(f"ticket:{ticket}") if ticket else None
        if isinstance(state, Ticket) and state.state == WAITING and not state.printed:
            unit.append(f"ticket:{ticket}", Voided())
        return b"{}"


def _read(arguments: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(arguments, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("message_damaged", why="act") from error
