"""What is being typed: kept on this PC within two seconds, given back after a crash, gone when it is sealed."""

import msgspec
from sqlalchemy import delete, select

from app.domain.calendar import day_of
from app.models import tables
from app.services.office import Office

_d = tables.drafts
_put = _d.insert().prefix_with("OR REPLACE")
WORKED = "worked"
"""When the program was first started on each of the last days, milliseconds UTC, the oldest first."""
DRAFTS = "drafts"
"""Code of the bundle's retention rule."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """One field that was typed and not yet taken."""

    field: str
    text: str
    at: int


class Drafts:
    """Drafts of one person are not shown to another."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def keep(self, who: str, form: str, record: str, texts: dict[str, str]) -> int:
        """Keep what stands in some fields; an empty text is kept too. Returns the time, for "draft tersimpan …"."""
        at = self._office.now()
        rows = [
            {
                "person": who,
                "form": form,
                "record": record,
                "field": field,
                "content": text.encode("utf-8", "surrogatepass"),
                "at": at,
            }
            for field, text in texts.items()
        ]
        if rows:
            with self._office.store.writing() as connection:
                connection.execute(_put, rows)
        return at

    def of(self, who: str, form: str, record: str) -> dict[str, Draft]:
        """The drafts of one form and record, by field."""
        query = select(_d).where(_d.c.person == who, _d.c.form == form, _d.c.record == record)
        with self._office.store.reading() as connection:
            rows = connection.execute(query).all()
        return {
            row.field: Draft(field=row.field, text=row.content.decode("utf-8", "surrogatepass"), at=row.at)
            for row in rows
        }

    def drop(self, who: str, form: str, record: str, fields: tuple[str, ...] = ()) -> None:
        """Forget drafts that were taken: some fields, or the whole form."""
        query = delete(_d).where(_d.c.person == who, _d.c.form == form, _d.c.record == record)
        if fields:
            query = query.where(_d.c.field.in_(fields))
        with self._office.store.writing() as connection:
            connection.execute(query)

    def drop_old(self) -> None:
        """Once a start: forget drafts that are older than the bundle's days (14) of work on this computer.

        A day counts when the program was started on it, so a clock that ran ahead once makes nothing old (DESIGN 2).
        """
        days = self._office.rules().retention_days(DRAFTS)
        now = self._office.now()
        worked = [int(each) for each in self._office.setting(WORKED).split()]
        if not worked or self._day(worked[-1]) != self._day(now):
            worked = [*worked, now][-days - 1 :]
            self._office.set_setting(WORKED, " ".join(str(each) for each in worked))
        if len(worked) <= days:
            return
        with self._office.store.writing() as connection:
            connection.execute(delete(_d).where(_d.c.at < min(worked)))

    def _day(self, at: int) -> str:
        return day_of(at, self._office.branch().zone)
