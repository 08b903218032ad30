"""A person known from an earlier file: what may be taken over into a new one, and what an NIK says of its bearer.

Whatever is taken from another file is a read of that file, and is recorded as one.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import Connection, bindparam, select

from app.domain import case_events as happened
from app.domain import claims
from app.domain.case_form import field_value
from app.domain.claims import Case
from app.domain.identity import NIK_LENGTH, nik_birth_date, nik_sex
from app.errors import Refused
from app.models import tables
from app.services.office import Office

TAKEN_OVER = ("name", "birth_date", "sex", "member_nos")
"""What stays as it is from one file to the next."""
CONFIRMED = ("phone", "bank_name", "bank_account", "bank_holder")
"""What changes: it is shown beside its field, and the person is asked before it is taken."""
PURPOSE = "take_over"

_c = tables.cases
_case_state = msgspec.msgpack.Decoder(Case).decode
_of_nik = select(_c.c.data).where(_c.c.nik == bindparam("nik"), _c.c.nik != "").order_by(_c.c.opened_at)


def files_of(connection: Connection, nik: str) -> tuple[Case, ...]:
    """Every file of an NIK, the oldest first; none without one."""
    return tuple(_case_state(row[0]) for row in connection.execute(_of_nik, {"nik": nik}))


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What one key would fill in. Of an earlier file it says only that it is there: nothing of it was read yet."""

    earlier: str = ""
    """Id of the file; "" where only the NIK speaks."""
    service: str = ""
    opened_at: int = 0
    from_nik: dict[str, str] = {}
    """birth_date and sex where they are empty here and the NIK says them"""


def offer_of(state: Case, others: Sequence[Case], today: str) -> Offer | None:
    """What may be offered for a file beside the others of the same NIK; None where nothing is missing."""
    earlier = _earlier(state, others)
    said = _said_by_nik(state.fields, today)
    if earlier is None:
        return Offer(from_nik=said) if said else None
    return Offer(earlier=earlier.id, service=earlier.service, opened_at=earlier.opened_at, from_nik=said)


def _earlier(state: Case, others: Sequence[Case]) -> Case | None:
    """The newest other file that knows something which is empty here."""
    useful = [
        each for each in others if each.id != state.id and _lacking(state, each, TAKEN_OVER + CONFIRMED)
    ]
    return max(useful, key=lambda each: each.opened_at, default=None)


def _lacking(state: Case, other: Case, fields: Sequence[str]) -> dict[str, str]:
    return {
        field: other.fields[field]
        for field in fields
        if other.fields.get(field) and not state.fields.get(field)
    }


def _said_by_nik(fields: Mapping[str, str], today: str) -> dict[str, str]:
    nik = fields.get("nik", "")
    if len(nik) != NIK_LENGTH or not (nik.isascii() and nik.isdigit()):
        return {}
    born, sex = nik_birth_date(nik, date.fromisoformat(today)), nik_sex(nik)
    if born is None or sex is None:
        return {}
    said = {"birth_date": born.isoformat(), "sex": sex}
    return {field: value for field, value in said.items() if not fields.get(field)}


class KnownPersons:
    """Takes over what is known of somebody."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def take_over(self, who: str, case: str) -> dict[str, str]:
        """Fill what is empty of TAKEN_OVER; give back what is empty of CONFIRMED, to be asked about.

        Raises Refused("no_right" | "case_unknown" | "case_not_in_stage").
        """
        self._office.require(who, "record.read")
        today = self._office.calendar_day()
        with self._office.unit(who) as unit:
            state = unit.state(f"case:{case}")
            if not isinstance(state, Case):
                raise Refused("case_unknown")
            if state.stage not in claims.WITH_CSO:
                raise Refused("case_not_in_stage", stage=state.stage)
            earlier = _earlier(state, files_of(unit.connection, state.fields.get("nik", "")))
            taken, asked = dict[str, str](), dict[str, str]()
            if earlier is not None:
                taken = _as_kept(_lacking(state, earlier, TAKEN_OVER), today)
                asked = _as_kept(_lacking(state, earlier, CONFIRMED), today)
                read = happened.RecordRead(field="record", purpose=PURPOSE)
                unit.append(f"case:{earlier.id}", read)
            taken = {**_said_by_nik(state.fields, today), **taken}
            if taken:
                unit.append(f"case:{case}", happened.Noted(fields=taken))
        return asked


def _as_kept(fields: Mapping[str, str], today: str) -> dict[str, str]:
    """As the form of today would keep it; what an old file holds and the form would refuse is left out."""
    kept = {}
    for field, value in fields.items():
        try:
            kept[field] = field_value(field, value, today)
        except Refused:
            continue
    return {field: value for field, value in kept.items() if value}
