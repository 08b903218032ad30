"""Ten seconds to take back what was done in haste at a counter (decision 030)."""

from app.domain.taken_back import TakenBack, hasty
from app.domain.tickets import CALLED, Ticket
from app.domain.withdrawn import Withdrawn
from app.errors import Refused
from app.services.counter_queries import counter_of, current_of
from app.services.office import Office


def take_back(office: Office, who: str, ticket: str) -> Ticket:
    """The ticket is at the counter again as before its end, its no-show, or its member's leaving; one transaction.

    Whoever was called with the finishing goes back to the same place in the queue, unless they stand at the counter.
    Raises Refused("take_back_acted" | "take_back_too_late" | "ticket_still_open" | "counter_not_open" | "day_not_open").
    """
    seconds = office.rules().queue.void_seconds
    with office.unit(who) as unit:
        office.open_day(unit.connection)
        found = unit.state(f"ticket:{ticket}")
        done = hasty(found) if isinstance(found, Ticket) else None
        if done is None:
            raise Refused("take_back_acted", label=found.label if isinstance(found, Ticket) else "")
        act, at = done
        if not 0 <= unit.at - at <= seconds * 1000:
            raise Refused("take_back_too_late", label=found.label, seconds=seconds)
        if counter_of(unit.connection, who) != found.leg.counter:
            raise Refused("counter_not_open", counter=found.leg.counter)
        current = current_of(unit.connection, who)
        if current is not None and current.id != ticket:
            if current.state != CALLED:
                raise Refused("ticket_still_open", label=current.label)
            unit.append(f"ticket:{current.id}", Withdrawn())
        back: Ticket = unit.append(f"ticket:{ticket}", TakenBack(act=act))
    return back
