"""Head office, opened: its database, its key and everything that stands on them."""

import logging
import threading
from pathlib import Path

from app.domain.ports import Clock, Entropy
from app.errors import Refused
from app.server.headoffice.branches import Branches
from app.server.headoffice.clock_guard import ClockGuard
from app.server.headoffice.database import Database
from app.server.headoffice.devices import Devices
from app.server.headoffice.directives import Directives
from app.server.headoffice.enrolment import Enrolment
from app.server.headoffice.follow_up import FollowUp
from app.server.headoffice.imports import Imports
from app.server.headoffice.key import HeadOfficeKey, hold_key, open_key
from app.server.headoffice.matching import CaseWork
from app.server.headoffice.store import HeadOfficeLogs

log = logging.getLogger(__name__)

SWEEP_SECONDS = 60
"""How often a process looks for logs that nobody followed up, and for codes that are past."""


class HeadOffice:
    """One process's view of head office; everything lasting is in the database. Close it when done."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        entropy: Entropy,
        key: HeadOfficeKey | None,
        *,
        guarded: bool = False,
    ) -> None:
        """`guarded`: nothing is taken while the clock cannot be right."""
        self.database = database
        self.clock = clock
        self.key = key
        self.guard = ClockGuard(database, clock)
        self.logs = HeadOfficeLogs(database, clock, key, self.guard if guarded else None)
        self.directives = Directives(database, clock, key)
        self.devices = Devices(database, clock, self.directives)
        self.enrolment = Enrolment(database, clock, entropy, self.devices)
        self.cases = CaseWork(database, self.directives)
        self.follow_up = FollowUp(database, self.cases, self.devices)
        self.imports = Imports(database, clock, self.directives, self.cases)
        self.branches = Branches(database, clock, self.directives)

    def signing_key(self) -> HeadOfficeKey:
        """The key; raises Refused("head_office_key_missing") where this process was started without it."""
        if self.key is None:
            raise Refused("head_office_key_missing")
        return self.key

    def close(self) -> None:
        """Let the database go."""
        self.database.close()


def open_head_office(
    url: str, key_file: Path | None, clock: Clock, entropy: Entropy, connections: int = 10
) -> HeadOffice:
    """Open a database, made ready where it is new. Raises Refused as Database and open_key do."""
    key = open_key(key_file) if key_file else None
    database = Database(url, connections)
    try:
        database.prepare(clock.now())
        if key is not None:
            with database.writing() as connection:
                hold_key(connection, key)
    except BaseException:
        database.close()
        raise
    return HeadOffice(database, clock, entropy, key, guarded=True)


class Follower:
    """A thread that follows up new entries, so that no acknowledgement waits for it."""

    def __init__(self, office: HeadOffice, sweep_seconds: float = SWEEP_SECONDS) -> None:
        self._office = office
        self._sweep_seconds = sweep_seconds
        self._named: set[str] = set()
        self._wake = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="follow-up", daemon=True)

    def start(self) -> None:
        """Begin with whatever was left by others."""
        self._thread.start()

    def notice(self, branch: str) -> None:
        """A branch has new entries."""
        with self._wake:
            self._named.add(branch)
            self._wake.notify()

    def stop(self) -> None:
        """End after the step under way; what is left, another process or the next start does."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        self._sweep()
        while True:
            with self._wake:
                if not self._named and not self._stopping:
                    self._wake.wait(self._sweep_seconds)
                if self._stopping:
                    return
                named, self._named = self._named, set()
            if named:
                self._follow(sorted(named))
            else:
                self._sweep()

    def _sweep(self) -> None:
        try:
            self._office.enrolment.forget_old()
            self._office.database.keep_months(self._office.clock.now())
            behind = self._office.follow_up.behind()
        except Refused as refused:
            log.warning("no sweep: %s", refused.code)
            return
        except Exception:  # the thread must live: without it no month is made and nobody is answered
            log.exception("no sweep")
            return
        self._follow(behind)

    def _follow(self, branches: "tuple[str, ...] | list[str]") -> None:
        for branch in branches:
            if self._stopping:
                return
            try:
                self._office.follow_up.catch_up(branch)
            except Refused as refused:
                log.warning("%s is followed up later: %s", branch, refused.code)
            except Exception:  # a defect must not end the thread: the other branches go on
                log.exception("%s could not be followed up", branch)
