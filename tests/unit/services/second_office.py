"""A second computer of a branch, without a network: rounds are calls, pieces of a snapshot too."""

from pathlib import Path
from typing import Any

import msgspec

from app.config import DataFolder, KeyNote
from app.credentials import DeviceKey, key_check
from app.domain.branch import StationEnrolled
from app.models.migrations import migrate
from app.services.hub_papers import AUTHORITY, AUTHORITY_KEY, HubPapers
from app.services.office import Office, Ports, default_bundle
from app.services.rule_bundles import keep_bundle
from app.sync import messages
from app.sync.node import Node, Taken
from tests.houses import CountingEntropy, FakeMachine, House

KEY = b"s" * 32


class Second:
    """A station beside a house, which is the hub."""

    def __init__(
        self, house: House, path: Path, number: int = 2, *, enrolled: bool = True, full: bool = True
    ) -> None:
        self.house, self.number, self.full = house, number, full
        self.station = f"{number:016x}"
        machine = FakeMachine(f"{number:032x}")
        self.ports = Ports(house.clock, CountingEntropy(f"second {number}"), machine)
        folder = DataFolder(path / f"second-{number}")
        folder.make()
        note = KeyNote(folder="f" * 16, station=self.station, kept="file", check=key_check(KEY))
        folder.write_note(note)
        self.office = Office(folder, note, KEY, self.ports)
        migrate(self.office.store, folder.backups)
        with self.office.store.writing() as connection:
            keep_bundle(connection, default_bundle())
        if enrolled:
            self.enrol(machine.fingerprint())
        hub = HubPapers(house.office).authority()
        self.office.set_setting(AUTHORITY, hub.certificate_pem)
        self.office.set_setting(AUTHORITY_KEY, hub.key_pem if full else "")
        self.node = Node(self.office.journal)
        self.node.join()
        self.hub = Node(house.office.journal)
        self.papers = HubPapers(house.office)

    def enrol(self, fingerprint: str) -> None:
        key = DeviceKey(KEY, self.station, fingerprint).public()
        with self.house.office.unit(self.house["service_supervisor"]) as unit:
            unit.append(
                "branch",
                StationEnrolled(
                    station=self.station,
                    number=self.number,
                    name="PC 2",
                    key=key,
                    fingerprint=fingerprint,
                    place="" if self.full else "display",
                    full=self.full,
                ),
            )

    def round(self) -> Taken:
        """One round with the hub."""
        question = messages.read_round(messages.write(self.node.ask()))
        return self.node.take(messages.read_answer(messages.write(self.hub.answer(question, self.station))))

    def settle(self) -> None:
        """Rounds until nothing is left to say."""
        for _ in range(50):
            if not self.round().again and not self.node.ask().offers:
                return
        raise AssertionError("never quiet")

    def close(self) -> None:
        self.office.close()


class Line:
    """Stands for the peer: pieces of a snapshot, cut where the test says."""

    def __init__(self, papers: HubPapers, *, narrow: bool = False) -> None:
        self.papers = papers
        self.narrow = narrow
        self.pieces = 0
        self.cut_after: int | None = None

    def ask(self, path: str, question: Any, read_seconds: float = 10.0) -> bytes:
        from app.errors import Refused

        assert path == "/v1/snapshot"
        if self.cut_after is not None and self.pieces >= self.cut_after:
            raise Refused("hub_unreachable", address="", why="cut")
        self.pieces += 1
        return self.papers.snapshot(msgspec.msgpack.encode(question), narrow=self.narrow)
