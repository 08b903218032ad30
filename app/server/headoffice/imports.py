"""What head office takes from files: the member register, staff, bookings and payments; changes become directives."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Column, Connection, MetaData, Table, Text, select
from sqlalchemy import text as sql

from app.domain.calendar import parse_day
from app.domain.identity import MEMBER_NO_LENGTH, NIK_LENGTH
from app.domain.money import read_rupiah
from app.domain.ports import Clock
from app.domain.rights import ROLES
from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.database import Database, copy_rows, put
from app.server.headoffice.directives import Directives
from app.server.headoffice.lists import Rows, digits_as_text, open_rows, yes_or_no
from app.server.headoffice.matching import CaseWork, same_voucher
from app.sync.directives import Booking, Payment, StaffSet

NAME_LIMIT = 120
ALL_CUT = 5
"""So many NIK that all end in 0 are no chance: Excel keeps fifteen digits of sixteen."""
ZERO_LOST = range(MEMBER_NO_LENGTH - 3, MEMBER_NO_LENGTH)
"""Lengths of a KPJ whose zeros in front Excel has taken for nothing; it is asked again, never filled up."""
_CHECKED_PAYMENT = "case"
"""Stands in for the case while a payment's other fields are checked."""

_new_members = Table(
    "members_new", MetaData(), Column("nik", Text), Column("member_no", Text), Column("name", Text)
)


class Imported(msgspec.Struct, frozen=True):
    """What a file brought: rows in it, rows that were new or changed, directives made of them."""

    rows: int
    changed: int
    directives: int


Content = TypeVar("Content", bound=msgspec.Struct)

Reader = Callable[[Sequence[str]], msgspec.Struct]
"""Makes the content of a directive from the fields behind the branch; raises ValueError or Refused."""


class Imports:
    """One file at a time, all of it or nothing."""

    def __init__(self, database: Database, clock: Clock, directives: Directives, cases: CaseWork) -> None:
        self._database = database
        self._clock = clock
        self._directives = directives
        self._cases = cases

    # ------------------------------------------------------------------------------------------ the register

    def members(self, path: Path) -> Imported:
        """Columns nik, member_no, name. Adds to the register and changes names; a million rows are normal.

        Cases that were not found before are looked up again.
        """
        with open_rows(path, ("nik", "member_no", "name")) as rows, self._database.writing() as connection:
            self._database.lock(connection, "members")  # what is counted below stays so until it is merged
            connection.execute(sql("DROP TABLE IF EXISTS members_new"))
            connection.execute(
                sql("CREATE TEMPORARY TABLE members_new (nik text, member_no text, name text)")
            )
            copy_rows(connection, _new_members, _member_rows(rows))
            count = connection.execute(sql("SELECT count(*) FROM members_new")).scalar_one()
            changed = connection.execute(_CHANGED_MEMBERS).scalar_one()
            connection.execute(_MERGE_MEMBERS)
            connection.execute(sql("DROP TABLE members_new"))
        before = self._told()
        self._cases.look_up_again()
        return Imported(count, changed, self._told() - before)

    def _told(self) -> int:
        with self._database.reading() as connection:
            counted = connection.execute(select(tables.cursors.c.directives))
            return sum(counted.scalars())

    # ------------------------------------------------------------------------------------------ told to branches

    def staff(self, path: Path) -> Imported:
        """Columns branch, person, name, roles (separated by blanks), and perhaps title, active."""
        columns = ("branch", "person", "name", "roles"), ("title", "active")
        return self._told_file(path, columns, _staff, ("person",), (tables.staff, "staff"))

    def bookings(self, path: Path) -> Imported:
        """Columns branch, code, day, time, service, name, and perhaps booked."""
        columns = ("branch", "code", "day", "time", "service", "name"), ("booked",)
        return self._told_file(path, columns, _booking, ("code",), (tables.bookings, "booking"))

    def _told_file(
        self,
        path: Path,
        columns: tuple[Sequence[str], Sequence[str]],
        reader: Reader,
        key: Sequence[str],
        target: tuple[Table, str],
    ) -> Imported:
        """A file whose rows go to branches: what is new or changed is kept and becomes a directive."""
        with open_rows(path, *columns) as rows, self._database.writing() as connection:
            given = self._by_branch(connection, rows, reader, key)
            changed = told = 0
            for branch, contents in sorted(given.items()):
                fresh = self._fresh(connection, branch, contents, key, target[0])
                changed += len(fresh)
                if fresh:
                    self._directives.issue(connection, branch, target[1], fresh)
                    told += len(fresh)
        return Imported(sum(map(len, given.values())), changed, told)

    def _by_branch(
        self, connection: Connection, rows: Rows, reader: Reader, key: Sequence[str]
    ) -> dict[str, dict[tuple[Any, ...], msgspec.Struct]]:
        """Branch to key to content; the last row of one key counts. Raises Refused("csv_wrong")."""
        branches = set(connection.execute(select(tables.branches.c.code)).scalars())
        given: dict[str, dict[tuple[Any, ...], msgspec.Struct]] = {}
        for branch, *fields in rows:
            if branch not in branches:
                rows.wrong("branch")
                continue
            try:
                content = reader(fields)
            except (ValueError, msgspec.ValidationError, Refused) as error:
                rows.wrong(_reason(error))
                continue
            given.setdefault(branch, {})[tuple(getattr(content, name) for name in key)] = content
        rows.check()
        return given

    def _fresh(
        self,
        connection: Connection,
        branch: str,
        contents: dict[tuple[Any, ...], msgspec.Struct],
        key: Sequence[str],
        table: Table,
    ) -> list[msgspec.Struct]:
        """Those that differ from what is kept, in the order of the file; they are kept from now on."""
        former = {
            tuple(row[name] for name in key): row
            for row in connection.execute(select(table).where(table.c.branch == branch)).mappings()
        }
        fresh, kept = [], []
        for identity, content in contents.items():
            row = _row(content)
            known = former.get(identity)
            if known is None or any(known[name] != value for name, value in row.items()):
                fresh.append(content)
                kept.append({**row, "branch": branch, "changed_at": self._clock.now()})
        put(connection, table, kept)
        return fresh

    # ------------------------------------------------------------------------------------------ payments

    def payments(self, path: Path) -> Imported:
        """Columns branch, voucher, reference, day, amount, and perhaps paid.

        A payment is told to its branch as soon as the case of its voucher is known, now or later.
        """
        columns = ("branch", "voucher", "reference", "day", "amount"), ("paid",)
        key = ("voucher", "reference", "paid")
        with open_rows(path, *columns) as rows, self._database.writing() as connection:
            given = self._by_branch(connection, rows, _payment, key)
            changed = told = 0
            for branch, contents in sorted(given.items()):
                self._database.lock(connection, f"follow {branch}")
                changed += self._keep_payments(connection, branch, contents)
                told += self._cases.tell_payments(connection, branch)
        return Imported(sum(map(len, given.values())), changed, told)

    def _keep_payments(
        self, connection: Connection, branch: str, contents: dict[tuple[Any, ...], msgspec.Struct]
    ) -> int:
        """A payment that changed is told again."""
        table = tables.payments
        former = {
            (row["voucher"], row["reference"], row["paid"]): (row["day"], row["amount"])
            for row in connection.execute(select(table).where(table.c.branch == branch)).mappings()
        }
        kept = []
        for identity, content in contents.items():
            row = _row(content)
            del row["case"]
            if former.get(identity) != (row["day"], row["amount"]):
                kept.append({**row, "branch": branch, "directive": None, "changed_at": self._clock.now()})
        put(connection, table, kept)
        return len(kept)


_CHANGED_MEMBERS = sql(
    "SELECT count(*) FROM (SELECT nik, member_no, max(name) AS name FROM members_new GROUP BY nik, member_no) AS given"
    " LEFT JOIN members ON members.nik = given.nik AND members.member_no = given.member_no"
    " WHERE members.nik IS NULL OR members.name <> given.name"
)
"""What a statement says that it changed depends on the engine: a distributed one counts each copy of a row."""
_MERGE_MEMBERS = sql(
    "INSERT INTO members (nik, member_no, name)"
    " SELECT nik, member_no, max(name) FROM members_new WHERE true GROUP BY nik, member_no"
    " ON CONFLICT (nik, member_no) DO UPDATE SET name = excluded.name WHERE members.name <> excluded.name"
)


def _member_rows(rows: Rows) -> Iterator[tuple[str, str, str]]:
    seen, cut = 0, True
    for typed_nik, typed_number, name in rows:
        nik, number = digits_as_text(typed_nik), digits_as_text(typed_number)
        if len(nik) != NIK_LENGTH or not nik.isascii() or not nik.isdigit():
            rows.wrong("nik")
        elif nik.endswith("0000"):
            rows.wrong("nik: angka hilang di Excel")  # serial numbers begin at 0001
        elif not number or len(number) > 20:
            rows.wrong("member_no")
        elif number == typed_number and number.isdigit() and len(number) in ZERO_LOST:
            rows.wrong("member_no: nol di depan hilang")  # an apostrophe says that it is as short as that
        elif not name or len(name) > NAME_LIMIT or "\0" in name + number:
            rows.wrong("name")
        else:
            seen, cut = seen + 1, cut and nik.endswith("0")
            yield nik, number, name
    if cut and seen >= ALL_CUT:
        rows.wrong("nik: semua berakhir 0, angka hilang di Excel")
        rows.check()


def _row(content: msgspec.Struct) -> dict[str, Any]:
    row = msgspec.structs.asdict(content)
    return {name: " ".join(value) if isinstance(value, tuple) else value for name, value in row.items()}


def _reason(error: Exception) -> str:
    """The column at fault, as far as it is known."""
    if isinstance(error, Refused):
        return str(error.facts.get("column", error.code))
    words = str(error)
    return words.rpartition("$.")[2].rstrip("`") if "$." in words else words


def _checked(content: Content) -> Content:
    """The same content, with every limit of its type held."""
    if any("\0" in value for value in msgspec.structs.asdict(content).values() if isinstance(value, str)):
        raise ValueError("NUL")
    return msgspec.convert(msgspec.to_builtins(content), type(content))


def _day(typed: str) -> str:
    try:
        return parse_day(typed)
    except Refused as error:
        raise ValueError("day") from error


def _whether(typed: str, column: str) -> bool:
    try:
        return yes_or_no(typed)
    except ValueError as error:
        raise ValueError(column) from error


def _staff(fields: Sequence[str]) -> StaffSet:
    person, name, roles, title, active = fields
    held = tuple(roles.replace(",", " ").split())
    if not held or set(held) - set(ROLES):
        raise ValueError("roles")
    is_active = _whether(active, "active")
    return _checked(StaffSet(person=person, name=name, title=title, roles=held, active=is_active))


def _booking(fields: Sequence[str]) -> Booking:
    code, day, time, service, name, booked = fields
    stands = _whether(booked, "booked")
    made = Booking(code=code, day=_day(day), time=time, service=service, name=name, booked=stands)
    return _checked(made)


def _payment(fields: Sequence[str]) -> Payment:
    voucher, reference, day, amount, paid = fields
    voucher, reference = digits_as_text(voucher), digits_as_text(reference)
    try:
        rupiah = read_rupiah(amount)
    except Refused as error:
        raise ValueError("amount") from error
    made = Payment(
        case=_CHECKED_PAYMENT,
        voucher=same_voucher(voucher),
        reference=reference,
        day=_day(day),
        amount=rupiah,
        paid=_whether(paid, "paid"),
    )
    return _checked(made)
