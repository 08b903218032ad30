"""Who sits here: PIN or password, five tries, then a delay that a restart does not shorten."""

import msgspec
from sqlalchemy import Connection, delete, select, update

from app.credentials import TRIES, check_new_secret, delay_after, hash_secret, secret_fits
from app.domain.branch import SecretReset, SignedIn
from app.domain.ports import Entropy
from app.errors import Refused
from app.models import tables
from app.models.first_look import LAST_PERSON, SECRETS
from app.models.log import put_setting, setting
from app.services.office import Office
from app.services.persons import PersonCard, Signed, cards

TRIED_AT = "tried_at "
"""Setting, with the person behind it: when they tried last, by the clock that runs since the computer was started."""
DEMO_SECRETS = SECRETS
"""Setting of a demo branch: name to PIN as JSON, for everybody to see."""

_row = select(tables.credentials)


class _Tried(msgspec.Struct, frozen=True):
    """How a try went: failures in a row (0 when it fits), milliseconds to wait, and whether it was a try at all."""

    failures: int
    wait: int
    must_change: bool
    new: bool = False

    def refuse(self) -> None:
        if self.wait > 0:
            raise Refused("secret_wait", seconds=-(-self.wait // 1000))
        if self.failures:
            raise Refused("secret_wrong", left=TRIES - self.failures)


def put_secret(
    connection: Connection, person: str, secret: str, entropy: Entropy, *, must_change: bool
) -> None:
    """Keep the hash of a secret within an open transaction."""
    connection.execute(delete(tables.credentials).where(tables.credentials.c.person == person))
    connection.execute(
        tables.credentials.insert(),
        {
            "person": person,
            "hash": hash_secret(secret, entropy),
            "must_change": must_change,
            "failures": 0,
            "locked_until": 0,
        },
    )


class SignIn:
    """The sign-in page."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def people(self) -> tuple[PersonCard, ...]:
        """Everybody who may sign in, by name."""
        branch = self._office.branch()
        shown = msgspec.json.decode(self._office.setting(DEMO_SECRETS, "{}"), type=dict[str, str])
        last = self._office.setting(LAST_PERSON)
        return cards(branch, shown, self._office.calendar_day(), last)

    def sign_in(self, person: str, secret: str) -> Signed:
        """Raises Refused("secret_wrong", left=…), Refused("secret_wait", seconds=…), Refused("person_unknown")
        or Refused("person_without_secret").

        The wall clock counts for nothing: neither set back nor set forward, in one run or after a restart, does it make
        the wait longer or shorter.
        """
        card = self._office.branch().person(person)
        if not card.active:
            raise Refused("person_unknown")
        now = self._office.now()
        tried = self._try(person, secret, now)
        if tried.new and tried.wait:
            with self._office.unit(person) as unit:
                unit.append("branch", SignedIn(person=person, locked=True))
        tried.refuse()
        with self._office.unit(person) as unit:
            unit.append("branch", SignedIn(person=person))
        if self._office.setting(LAST_PERSON) != person:
            self._office.set_setting(LAST_PERSON, person)
        return Signed(
            id=person,
            name=card.name,
            title=card.title,
            roles=self._office.roles(person),
            places=card.places,
            must_change=tried.must_change,
        )

    def _try(self, person: str, secret: str, now: int) -> "_Tried":
        """Hold the secret against its hash, unless it must wait. The count is durable at once."""
        table = tables.credentials
        with self._office.store.writing() as connection:
            row = connection.execute(_row.where(table.c.person == person)).first()
            if row is None:  # head office named this person: the first PIN is given at the branch
                raise Refused("person_without_secret")
            wait = self._wait(connection, person, row.failures)
            if wait > 0:
                return _Tried(row.failures, wait, bool(row.must_change))
            fits = secret_fits(row.hash, secret)
            failures = 0 if fits else row.failures + 1
            wait = delay_after(failures)
            changed = {"failures": failures, "locked_until": now + wait}
            connection.execute(update(table).where(table.c.person == person), changed)
            put_setting(connection, f"{TRIED_AT}{person}", str(self._office.ports.clock.monotonic()))
        return _Tried(failures, wait, bool(row.must_change), new=True)

    def _wait(self, connection: Connection, person: str, failures: int) -> int:
        """What is left of the delay, by the clock that runs since the computer was started and that nobody sets. After a
        start of the computer the delay has lasted at least as long as it has been running."""
        if not delay_after(failures):
            return 0
        steady = self._office.ports.clock.monotonic()
        tried_at = int(setting(connection, f"{TRIED_AT}{person}", "-1"))
        passed = steady - tried_at if 0 <= tried_at <= steady else steady
        return delay_after(failures) - passed

    def confirm(self, person: str, secret: str) -> None:
        """The same person again, after the screen was locked; raises like `sign_in`."""
        self._try(person, secret, self._office.now()).refuse()

    def change_secret(self, person: str, old: str, new: str) -> None:
        """Somebody chooses a new secret of their own; raises Refused when the old one is wrong."""
        self.confirm(person, old)
        check_new_secret(new)
        if old == new:
            raise Refused("secret_same")
        with self._office.unit(person) as unit:
            put_secret(unit.connection, person, new, self._office.ports.entropy, must_change=False)
            unit.append("branch", SecretReset(person=person))
