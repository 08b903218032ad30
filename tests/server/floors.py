"""A hub and head office that speak over real HTTP on loopback, one talk at a time: nothing happens but what a test does."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import delete, select

from app.config import DataFolder
from app.domain.branch import StationEnrolled
from app.models import tables
from app.server.headoffice.app import make_app
from app.server.headoffice.database import Database
from app.server.headoffice.enrolment import Presence
from app.server.headoffice.rounds import rounds
from app.services.services import Services
from app.sync.trust_certificates import Authority
from tests.houses import FakeClock, FakeMachine, House, make_branch
from tests.server.office_house import BRANCH, OfficeHouse
from tests.server.upload_house import served

HERE = Presence(Authority(""), frozenset({""}))


class Hub:
    """A computer of the branch with its services; it talks only when told to."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.services = Services(house.office)
        self.network = self.services.network

    def talk(self) -> None:
        """One talk with head office, as the engine has it; raises what was refused."""
        assert self.network.engine.above.talk()

    def reopen(self) -> None:
        """As after a restart of the program."""
        self.house.reopen()
        self.services = Services(self.house.office)
        self.network = self.services.network

    def close(self) -> None:
        self.services.printing.close()
        self.house.close()

    def notices(self) -> list[str]:
        """Kinds of everything that somebody here is to be told."""
        with self.house.office.store.reading() as connection:
            return list(connection.execute(select(tables.notices.c.kind)).scalars())


class Floors:
    """The hub below, head office above."""

    def __init__(self, folder: Path, above: OfficeHouse, port: int) -> None:
        self.above = above
        self.address = f"http://127.0.0.1:{port}"
        self._folder = folder
        self.hub = Hub(make_branch(folder))
        house = self.hub.house
        house.open_day()
        code = above.office.enrolment.invite(BRANCH)
        self.hub.network._started = True  # no threads
        self.hub.network.join_head_office(house["it_officer"], self.address, code)
        self.hubs = [self.hub]

    def exchange(self) -> None:
        """Up, read above, and down again."""
        self.hub.talk()
        self.above.office.follow_up.catch_up(BRANCH)
        self.hub.talk()

    def second(
        self, station: str = "b" * 16, *, enrolled: bool = True, full: bool = True, revoked: bool = False
    ) -> Hub:
        """Another computer with a copy of the hub's log, enrolled by the hub before it was made."""
        house = self.hub.house
        machine = FakeMachine(station * 2)
        folder = DataFolder(self._folder / station)
        note = msgspec.structs.replace(house.folder.read_note(), station=station)
        from app.credentials import DeviceKey

        key = DeviceKey(house.office.key, station, machine.fingerprint())
        if enrolled:
            with house.office.unit(house["it_officer"]) as unit:
                told = StationEnrolled(
                    station=station,
                    number=len(house.office.branch().stations) + 1,
                    name="Loket 1",
                    key=key.public(),
                    fingerprint=machine.fingerprint(),
                    full=full,
                )
                unit.append("branch", told)
        if revoked:
            self.hub.network.revoke(house["it_officer"], station, "hilang")
        shutil.copytree(house.folder.path, folder.path, ignore=shutil.ignore_patterns("loket.db*"))
        house.office.store.copy_to(folder.database)
        folder.write_note(note)
        made = Hub(House(folder, house.clock, machine, station))
        with made.house.office.store.writing() as connection:
            connection.execute(delete(tables.local).where(tables.local.c.name == "role"))
        made.network.node.join()
        self.hubs.append(made)
        return made


@contextmanager
def floors(folder: Path, *parts: Any) -> Iterator[Floors]:
    """Head office on loopback and one hub that has joined it."""
    database = Database(f"sqlite:///{folder / 'kantor-pusat.db'}")
    database.prepare(FakeClock().now())
    above = OfficeHouse(database)
    made = None
    with served(make_app(above.office, HERE, (rounds, *parts))) as port:
        try:
            made = Floors(folder, above, port)
            yield made
        finally:
            for hub in made.hubs if made else ():
                hub.network.engine.stop()
                hub.close()
    database.close()
