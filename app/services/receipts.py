"""The number on a receipt: one series of the branch, given by its hub, and another under a mark by who is cut off."""

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from app.domain.case_form import check_digit
from app.domain.claims import Case
from app.errors import Refused
from app.models import log, tables
from app.services.numbers import run_mark
from app.services.office import Office, put_setting

GIVEN = "receipt_given"
"""Setting of a hub: the number given last, which its asker may not have written into a file yet."""

_c = tables.cases
_plain = (
    select(_c.c.receipt)
    .where(_c.c.receipt != "", _c.c.receipt.op("GLOB")(bindparam("plain")))
    .order_by(_c.c.receipt.desc())
    .limit(1)
)


def new_receipt(office: Office, who: str) -> str:
    """The next number: of the hub where it answers, else under this run's mark, as a ticket's (decision 24)."""
    try:
        given = office.decide("receipt", who, {}, lambda: {"receipt": _given_alone(office, who)})
    except Refused as refused:
        if refused.code != "act_unknown":  # a hub of an older program
            raise
        return _marked(office, who)
    return str(given["receipt"])


def _given_alone(office: Office, who: str) -> str:
    return give_receipt(office, who) if office.journal.ordering else _marked(office, who)


def give_receipt(office: Office, who: str) -> str:
    """As hub: branch, day, running number, check digit, `MDU-261120-0014-7`; nobody else is given it."""
    office.require(who, "case.work")
    start = _start(office)
    with office.unit(who) as unit:
        known = log.setting(unit.connection, GIVEN)
        newest = unit.connection.execute(_plain, {"plain": f"{start}-[0-9][0-9][0-9][0-9]*"}).scalar()
        last = max(_running(newest or ""), _running(known) if known.startswith(start) else 0)
        receipt = _written(start, last + 1)
        put_setting(unit.connection, GIVEN, receipt)
    return receipt


def _marked(office: Office, who: str) -> str:
    """`MDU-261120-2KXM-0001-4`: the mark dies with the run, so the count needs to outlive nothing else."""
    with office.unit(who) as unit:
        start = f"{_start(office)}-{run_mark(office, unit, office.calendar_day())}"
        known = log.setting(unit.connection, GIVEN)
        receipt = _written(start, _running(known) + 1 if known.startswith(start) else 1)
        put_setting(unit.connection, GIVEN, receipt)
    return receipt


def _start(office: Office) -> str:
    return f"{office.branch().code}-{office.calendar_day()[2:].replace('-', '')}"


def _written(start: str, number: int) -> str:
    text = f"{start}-{number:04d}"
    return f"{text}-{check_digit(text)}"


def _running(receipt: str) -> int:
    return int(receipt.split("-")[-2]) if receipt else 0


_twice = select(_c.c.receipt).where(_c.c.receipt != "").group_by(_c.c.receipt).having(func.count() > 1)
_bearers = select(_c.c.receipt, _c.c.id, _c.c.data).where(_c.c.receipt.in_(_twice)).order_by(_c.c.opened_at)
_case_state = msgspec.msgpack.Decoder(Case).decode


def given_twice(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    """Receipt numbers that two files bear, because two hubs gave them apart: (id, name of the member) of each file."""
    found: dict[str, list[tuple[str, str]]] = {}
    for receipt, case, data in connection.execute(_bearers):
        name = _case_state(data).fields.get("name", "")
        found.setdefault(receipt, []).append((case, name))
    return found
