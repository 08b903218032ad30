"""What stands on a ticket's paper: its number, what to bring, and when the person may expect to be called."""

from app.domain.calendar import format_clock, local, minute_of
from app.domain.checklists import papers_for_all
from app.domain.quotas import expected_window
from app.domain.rules import Texts
from app.domain.slips import TicketSlip
from app.domain.tickets import Ticket
from app.services.office import Office

WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


def ticket_slip(office: Office, ticket: Ticket, ahead: int, wait: int | None) -> TicketSlip:
    """`ahead`: how many wait before this person; `wait`: minutes until the call, None while no counter is open."""
    rules, branch = office.rules(), office.branch()
    service = rules.service(ticket.service)
    when = local(ticket.issued_at, branch.zone)
    return TicketSlip(
        branch=branch.name,
        service=service.name.id,
        label=ticket.label,
        issued_line=f"{WEEKDAYS[when.weekday()]}, {when:%d-%m-%Y}  {when:%H.%M}",
        estimate_line=None if wait is None else _estimate_line(office, ticket, wait),
        ahead_line=rules.texts.ticket_ahead.id.format(count=ahead),
        priority=rules.priority(ticket.priority).name.id if ticket.priority else None,
        missing=tuple(rules.document(code).name.id for code in ticket.missing),
        bring=tuple(rules.document(code).name.id for code in papers_for_all(rules, service)),
        footer=_footer(rules.texts, ticket),
        code=ticket.id,
        copy=ticket.copies,
    )


def _footer(texts: Texts, ticket: Ticket) -> tuple[str, ...]:
    """A number is bound to a person only where somebody's identity was registered with it."""
    return (texts.ticket_bound.id, texts.ticket_free.id) if ticket.last4 else (texts.ticket_free.id,)


def _estimate_line(office: Office, ticket: Ticket, wait: int) -> str:
    """Between when and when the person may expect to be called."""
    now = minute_of(ticket.issued_at, office.branch().zone)
    window = expected_window(now, wait, office.calendar().lunch(ticket.day))
    return office.rules().texts.ticket_estimate.id.format(
        start=format_clock(window.start), end=format_clock(window.end)
    )
