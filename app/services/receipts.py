"""The number on a receipt: one series of the branch, given by its hub, and another under a mark by who is cut off."""

import msgspec
from sqlalchemy import Connection, bindparam, func, select, text

from app.domain.case_form import check_digit
from app.domain.claims import Case
from app.domain.receipts import ReceiptRenewed
from app.errors import Refused
from app.models import log, tables
from app.models.journal import Unit
from app.models.projections import of_receipt
from app.services.numbers import is_older_than_the_paper, run_mark
from app.services.office import Office, put_setting

GIVEN = "receipts_given"
"""Setting: the last number of each series of the day that this computer gave, as JSON {"MDU-261120": 14}. Its asker may
not have written it into a file yet, and what was written may come to nothing."""

_c = tables.cases
_plain = (
    select(_c.c.receipt)
    .where(_c.c.receipt != "", _c.c.receipt.op("GLOB")(bindparam("plain")))
    .order_by(_c.c.receipt.desc())
    .limit(1)
)
_borne = text("SELECT rowid FROM findings_text WHERE findings_text MATCH :words LIMIT 1")


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
    """As hub: branch, day, running number, check digit, `MDU-261120-0014-7`; nobody else is given it. A file that may be
    older than the papers of the day gives them under a mark, as who is cut off."""
    if not office.may(who, "conflict.settle"):
        office.require(who, "case.work")
    start = _start(office)
    with office.unit(who) as unit:
        if is_older_than_the_paper(office, unit.connection, office.calendar_day()):
            return _under_mark(office, unit, start)
        newest = unit.connection.execute(_plain, {"plain": f"{start}-[0-9][0-9][0-9][0-9]*"}).scalar()
        return _next(unit.connection, start, start, _running(newest or ""))


def _marked(office: Office, who: str) -> str:
    """`MDU-261120-2KXM-0001-4`: the mark dies with the run, so the count needs to outlive nothing else."""
    with office.unit(who) as unit:
        return _under_mark(office, unit, _start(office))


def _under_mark(office: Office, unit: Unit, start: str) -> str:
    return _next(unit.connection, start, f"{start}-{run_mark(office, unit, office.calendar_day())}", 0)


def _next(connection: Connection, today: str, series: str, newest: int) -> str:
    """The first number of a series after the newest one that no file bears, nor bore before it was given another; for
    good."""
    value = log.setting(connection, GIVEN)
    known = (
        msgspec.json.decode(value, type=dict[str, int]) if value.startswith("{") else {}
    )  # once a single number
    given = {start: last for start, last in known.items() if start.startswith(today)}
    number = max(newest, given.get(series, 0)) + 1
    while connection.execute(_borne, {"words": f'"{_written(series, number).replace("-", "")}"'}).first():
        number += 1
    given[series] = number
    put_setting(connection, GIVEN, msgspec.json.encode(given).decode())
    return _written(series, number)


def _start(office: Office) -> str:
    return f"{office.branch().code}-{office.calendar_day()[2:].replace('-', '')}"


def _written(start: str, number: int) -> str:
    text = f"{start}-{number:04d}"
    return f"{text}-{check_digit(text)}"


def _running(receipt: str) -> int:
    return int(receipt.split("-")[-2]) if receipt else 0


# ---------------------------------------------------------------------------------------------- given twice

_twice = select(_c.c.receipt).where(_c.c.receipt != "").group_by(_c.c.receipt).having(func.count() > 1)
_bearers = select(_c.c.data).where(_c.c.receipt.in_(_twice)).order_by(_c.c.receipt, _c.c.opened_at)
_case_state = msgspec.msgpack.Decoder(Case).decode


def given_twice(connection: Connection) -> dict[str, list[Case]]:
    """Receipt numbers that two files bear, because two hubs gave them apart, with these files."""
    found: dict[str, list[Case]] = {}
    for (data,) in connection.execute(_bearers):
        case = _case_state(data)
        found.setdefault(case.receipt, []).append(case)
    return found


def renew_receipt(office: Office, who: str, case: str) -> Case:
    """Another number for one of two files that bear the same; the former one still finds it. Raises Refused("no_right" |
    "case_unknown" | "receipt_not_twice")."""
    office.require(who, "conflict.settle")
    former = _number_given_twice(office, case)
    given = new_receipt(office, who)
    with office.unit(who) as unit:
        if len(of_receipt(unit.connection, former)) < 2:  # somebody was quicker
            raise Refused("receipt_not_twice")
        renewed: Case = unit.append(f"case:{case}", ReceiptRenewed(receipt=given, former=former))
    return renewed


def _number_given_twice(office: Office, case: str) -> str:
    state = office.state(f"case:{case}")
    if not isinstance(state, Case):
        raise Refused("case_unknown")
    with office.store.reading() as connection:
        if not state.receipt or len(of_receipt(connection, state.receipt)) < 2:
            raise Refused("receipt_not_twice")
    return state.receipt
