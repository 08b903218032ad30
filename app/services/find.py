"""One box for everything: ticket, name, NIK, KPJ, phone, receipt; newest first, masked."""

import re

import msgspec
from sqlalchemy import select, text

from app.domain.claims import Case
from app.domain.cleaning import plain
from app.domain.identity import mask_tail
from app.domain.tickets import Ticket
from app.models import tables
from app.services.office import Office

_MATCH = text(
    "SELECT rowid FROM findings_text WHERE findings_text MATCH :words ORDER BY rowid DESC LIMIT :count"
)
_f, _t, _c = tables.findings, tables.tickets, tables.cases
_ticket_state = msgspec.msgpack.Decoder(Ticket).decode
_case_state = msgspec.msgpack.Decoder(Case).decode
_LABEL = re.compile(r"\b([^\W\d_]) (\d)")
"""`A 008`, a label as people say it."""
LIMIT = 20
SHORTEST = 2


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the results; names are as they are, numbers show their last four digits."""

    kind: str
    """ticket or case"""
    id: str
    title: str
    """Label of a ticket, name of a member."""
    numbers: str
    service: str
    state: str
    at: int


class Finder:
    """The search box."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def find(self, who: str, typed: str, count: int = LIMIT) -> tuple[Found, ...]:
        """Up to `count` tickets and cases that bear every word typed, newest first. Fewer than two signs find nothing.

        Raises Refused("no_right") for a role that may see neither; the security desk sees tickets alone (A-13).
        """
        words = query(typed)
        sees_cases = self._office.may(who, "record.read")
        if not sees_cases:
            self._office.require(who, "ticket.issue")
        if not words:
            return ()
        with self._office.store.reading() as connection:
            rows = [row[0] for row in connection.execute(_MATCH, {"words": words, "count": count})]
            if not rows:
                return ()
            refs = connection.execute(
                select(_f.c.rowid, _f.c.kind, _f.c.ref).where(_f.c.rowid.in_(rows))
            ).all()
            keys = {kind: [row.ref for row in refs if row.kind == kind] for kind in ("ticket", "case")}
            tickets = connection.execute(select(_t.c.data).where(_t.c.id.in_(keys["ticket"]))).scalars().all()
            cases = connection.execute(select(_c.c.data).where(_c.c.id.in_(keys["case"]))).scalars().all()
        found = [self._ticket(_ticket_state(data)) for data in tickets]
        if sees_cases:
            found += [self._case(_case_state(data)) for data in cases]
        return tuple(sorted(found, key=lambda each: each.at, reverse=True))

    def _ticket(self, ticket: Ticket) -> Found:
        return Found(
            kind="ticket",
            id=ticket.id,
            title=ticket.label,
            numbers=ticket.last4,
            service=ticket.service,
            state=ticket.state,
            at=ticket.issued_at,
        )

    def _case(self, case: Case) -> Found:
        shown = [case.receipt, *case.former_receipts] if case.receipt else []
        shown += [mask_tail(case.fields[name]) for name in ("nik", "member_nos") if case.fields.get(name)]
        return Found(
            kind="case",
            id=case.id,
            title=case.fields.get("name", "") or (case.tickets[0][1] if case.tickets else ""),
            numbers=" · ".join(shown),
            service=case.service,
            state=case.stage,
            at=case.opened_at,
        )


def query(typed: str) -> str:
    """What a person typed as an FTS5 query: every word as the beginning of a word; nothing of it is syntax."""
    typed = plain(typed)[:120].replace("-", "")
    if re.fullmatch(r"[\d\s+.()]+", typed):  # a number typed with blanks is one number
        return _number(re.sub(r"\D", "", typed))
    typed = _LABEL.sub(r"\1\2", typed)
    words = re.findall(r"[^\W_]+", typed)
    return " ".join(f'"{word}"*' for word in words if len(word) >= SHORTEST)


def _number(digits: str) -> str:
    """Digits that begin with 628 are a phone, and may be an account or an NIK as well."""
    if len(digits) < SHORTEST:
        return ""
    return f'("{digits}"* OR "0{digits[2:]}"*)' if digits.startswith("628") else f'"{digits}"*'
