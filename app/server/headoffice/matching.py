"""Cases of the branches against the member register and the payments: the answers become directives."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, func, select, update

from app.domain.case_answers import FOUND, NAME_DIFFERS, NOT_FOUND, voucher_key
from app.domain.case_events import Noted, PaymentOrdered
from app.domain.identity import compare_names
from app.server.headoffice import tables
from app.server.headoffice.database import Database, plain_text, put
from app.server.headoffice.directives import Directives
from app.sync.directives import Match, Payment, content_bytes

_marks, _members, _payments = tables.case_marks, tables.members, tables.payments

_of_cases = select(_marks).where(
    _marks.c.branch == bindparam("branch"), _marks.c.case_id.in_(bindparam("cases", expanding=True))
)
_of_niks = (
    select(_members.c.nik, _members.c.member_no, _members.c.name)
    .where(_members.c.nik.in_(bindparam("niks", expanding=True)))
    .order_by(_members.c.nik, _members.c.member_no)
)
_open_marks = (
    select(_marks)
    .where(
        _marks.c.nik != "",
        _marks.c.result != FOUND,
        select(1).where(_members.c.nik == _marks.c.nik).exists(),
    )
    .order_by(_marks.c.branch, _marks.c.case_id)
)
_untold = (
    select(_payments, _marks.c.case_id)
    .join(_marks, (_marks.c.branch == _payments.c.branch) & (_marks.c.voucher == _payments.c.voucher))
    .where(_payments.c.branch == bindparam("branch"), _payments.c.directive.is_(None))
    .order_by(_payments.c.voucher, _payments.c.changed_at, _payments.c.reference)
)
_of_vouchers = _untold.where(_payments.c.voucher.in_(bindparam("vouchers", expanding=True)))
_shared_vouchers = (
    select(_marks.c.voucher)
    .where(
        _marks.c.branch == bindparam("branch"), _marks.c.voucher.in_(bindparam("vouchers", expanding=True))
    )
    .group_by(_marks.c.voucher)
    .having(func.count() > 1)
)
_tell = (
    update(_payments)
    .where(
        _payments.c.branch == bindparam("of"),
        _payments.c.voucher == bindparam("under"),
        _payments.c.reference == bindparam("by"),
        _payments.c.paid == bindparam("was_paid"),
    )
    .values(directive=bindparam("number"))
)


KEY_LIMIT, NAME_LIMIT = 64, 200
"""Signs of what is looked up by, and of a name; the form keeps a branch far below, a log from elsewhere may not."""


class Mark(msgspec.Struct):
    """What head office remembers of a case: what it looks up, and what it last said."""

    branch: str
    case_id: str
    nik: str = ""
    name: str = ""
    voucher: str = ""
    position: int = 0
    result: str = ""
    answered: bytes = b""


class Member(msgspec.Struct, frozen=True):
    """A line of the member register."""

    nik: str
    number: str
    name: str


def same_voucher(typed: str) -> str:
    """A voucher's number as it is compared: blanks and case do not count."""
    return plain_text(voucher_key(typed), KEY_LIMIT)


def judge(mark: Mark, members: Sequence[Member]) -> Match | None:
    """What the register says to a case; None while NIK or name is missing.

    Numbers are given only of a person whose name fits: somebody who types a stranger's NIK learns nothing by it.
    """
    if not mark.nik or not mark.name:
        return None
    fitting = tuple(each.number for each in members if compare_names(mark.name, each.name) != "different")
    result = FOUND if fitting else NAME_DIFFERS if members else NOT_FOUND
    return Match(case=mark.case_id, position=mark.position, result=result, member_nos=fitting)


class CaseWork:
    """Looks cases up and tells their branches."""

    def __init__(self, database: Database, directives: Directives) -> None:
        self._database = database
        self._directives = directives

    def take(
        self,
        connection: Connection,
        branch: str,
        noted: Sequence[tuple[int, str, Noted]],
        ordered: Sequence[tuple[str, PaymentOrdered]],
    ) -> None:
        """New entries of a branch, in order, each with its case: remember, look up, answer."""
        cases = sorted({each[1] for each in noted} | {each[0] for each in ordered})
        if not cases:
            return
        rows = connection.execute(_of_cases, {"branch": branch, "cases": cases}).mappings()
        marks = {row["case_id"]: Mark(**row) for row in rows}
        for position, case, payload in noted:
            _note(marks.setdefault(case, Mark(branch, case)), position, payload)
        for case, payment in ordered:
            marks.setdefault(case, Mark(branch, case)).voucher = same_voucher(payment.voucher)
        self._answer(connection, branch, [marks[case] for case in cases])
        self._tell_payments(connection, branch, {same_voucher(each[1].voucher) for each in ordered})

    def _answer(self, connection: Connection, branch: str, marks: Sequence[Mark]) -> None:
        """Look the cases up, make a directive of each new answer, and keep the marks."""
        niks = sorted({mark.nik for mark in marks if mark.nik})
        register: dict[str, list[Member]] = {}
        for row in connection.execute(_of_niks, {"niks": niks}) if niks else ():
            register.setdefault(row[0], []).append(Member(*row))
        told: list[bytes] = []
        for mark in marks:
            match = judge(mark, register.get(mark.nik, []))
            content = content_bytes(match) if match else b""
            if match and content != mark.answered:
                told.append(content)
                mark.result, mark.answered = match.result, content
        if told:
            self._directives.issue(connection, branch, "match", told)
        put(connection, _marks, [msgspec.structs.asdict(mark) for mark in marks])

    def look_up_again(self) -> int:
        """After the register grew: cases that were not found and may be now; gives how many were looked up."""
        with self._database.writing() as connection:
            marks = [Mark(**row) for row in connection.execute(_open_marks).mappings()]
            for branch in sorted({mark.branch for mark in marks}):
                self._database.lock(connection, f"follow {branch}")
                self._answer(connection, branch, [mark for mark in marks if mark.branch == branch])
        return len(marks)

    def tell_payments(self, connection: Connection, branch: str) -> int:
        """Tell a branch of payments whose case is known; gives how many."""
        return self._tell_payments(connection, branch, None)

    def _tell_payments(self, connection: Connection, branch: str, vouchers: Iterable[str] | None) -> int:
        asked = None if vouchers is None else sorted(vouchers)
        if asked == []:
            return 0
        query = _untold if asked is None else _of_vouchers
        rows = connection.execute(query, {"branch": branch, "vouchers": asked or []}).mappings().all()
        if not rows:
            return 0
        known = sorted({row["voucher"] for row in rows})
        shared = set(connection.execute(_shared_vouchers, {"branch": branch, "vouchers": known}).scalars())
        clear = [row for row in rows if row["voucher"] not in shared]
        contents = [
            Payment(
                case=row["case_id"],
                voucher=row["voucher"],
                reference=row["reference"],
                day=row["day"],
                amount=row["amount"],
                paid=row["paid"],
            )
            for row in clear
        ]
        if not contents:
            return 0
        first = self._directives.issue(connection, branch, "payment", contents) - len(contents) + 1
        connection.execute(
            _tell,
            [
                {
                    "of": branch,
                    "under": row["voucher"],
                    "by": row["reference"],
                    "was_paid": row["paid"],
                    "number": number,
                }
                for number, row in enumerate(clear, first)
            ],
        )
        return len(contents)


def _note(mark: Mark, position: int, payload: Noted) -> None:
    if "nik" in payload.fields:
        mark.nik, mark.position = plain_text(payload.fields["nik"], KEY_LIMIT), position
    if "name" in payload.fields:
        mark.name, mark.position = plain_text(payload.fields["name"], NAME_LIMIT), position
