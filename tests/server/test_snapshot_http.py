"""A computer joins beside a long log, over TLS on loopback: it begins from the hub's snapshot."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.config import DataFolder
from app.domain.withheld import is_shown
from app.errors import Refused
from app.models import log, tables
from app.models.audit import verify
from app.server.hub_in_program import Serving
from app.services import joining, retention, snapshots
from app.services.joining import HUB_KEY, join
from app.services.office import Office, Ports
from app.services.services import Services
from app.services.summary import Summaries
from app.sync import finding
from tests.houses import DAY_MS, CountingEntropy, FakeMachine, House, dump, make_branch

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[House, Services]]:
    """A branch with an old day, listening on loopback; a log of six entries counts as long."""
    monkeypatch.setattr(finding, "try_finder", lambda: None)
    monkeypatch.setattr(joining, "LONG_LOG", 5)
    monkeypatch.setattr(snapshots, "PIECE", 10_000)
    monkeypatch.setattr(retention, "days_kept", lambda *_: 0)
    monkeypatch.setattr(snapshots, "days_kept", lambda *_: 0)
    house = make_branch(tmp_path)
    house.open_day()
    house.paid_case()
    Summaries(house.office).close_day(house["service_supervisor"], {})
    house.clock.pass_ms(DAY_MS)
    house.open_day()
    house.desk.issue(house["security_desk"], "jht")
    services = Services(house.office)
    services.network.start(Serving(house.office, "127.0.0.1", 0, announce=False))
    yield house, services
    services.close()


def joined(house: House, services: Services, path: Path, place: str = "counter") -> Office:
    invited = services.network.invite(house["service_supervisor"])
    ports = Ports(house.clock, CountingEntropy("second"), FakeMachine("b" * 32))
    folder = DataFolder(path / "second")
    return join(folder, invited.address, invited.code, "PC 2", place, ports, path / "second.key")


def test_it_begins_from_the_snapshot_of_the_hub_that_took_it_in(
    hub: tuple[House, Services], tmp_path: Path
) -> None:
    house, services = hub
    office = joined(house, services, tmp_path)
    try:
        with office.store.reading() as connection:
            assert log.begin(connection).position > 50
        assert office.journal.head() == house.office.journal.head()
        assert office.setting(HUB_KEY) == house.office.journal.signer.public()
        assert dump(office)["tickets"] == [
            row for row in dump(house.office)["tickets"] if "2026-11-21" in row
        ]
        assert verify(office.store).bad_position is None
    finally:
        office.close()


@pytest.mark.parametrize("place", ["display", "kiosk"])
@pytest.mark.parametrize("long_log", [5, 50_000])
def test_a_place_that_only_shows_the_queue_is_given_no_word_of_a_case(
    hub: tuple[House, Services], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, long_log: int
) -> None:
    """From the snapshot and from the first entry alike, over the real line."""
    house, services = hub
    monkeypatch.setattr(joining, "LONG_LOG", long_log)
    office = joined(house, services, tmp_path, place)
    try:
        with office.store.reading() as connection:
            rows = connection.execute(select(tables.events.c.stream, tables.events.c.payload)).all()
            anchored = connection.execute(select(tables.anchors.c.stream)).scalars().all()
            assert (log.begin(connection).position > 50) == (long_log == 5)
        assert all((row.payload is not None) == is_shown(row.stream) for row in rows)
        assert all(is_shown(each) for each in anchored)
        assert office.journal.head() == house.office.journal.head()
        assert verify(office.store).bad_position is None
        assert dump(office)["cases"] == []
        assert dump(office)["counters"] == dump(house.office)["counters"]
    finally:
        office.close()


def test_of_a_snapshot_of_somebody_else_nothing_stays(
    hub: tuple[House, Services], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, services = hub

    class Other:
        """Signs in another one's name."""

        def sign(self, data: bytes) -> bytes:
            return bytes(64)

        def public(self) -> str:
            return "ab" * 32

    made = snapshots.make_snapshot

    def made_by_another(office: Office, *, narrow: bool = False) -> Path:
        own, office.journal.signer = office.journal.signer, Other()
        try:
            return made(office)
        finally:
            office.journal.signer = own

    monkeypatch.setattr(snapshots, "make_snapshot", made_by_another)
    with pytest.raises(Refused, match="snapshot_damaged"):
        joined(house, services, tmp_path)
    assert not DataFolder(tmp_path / "second").is_set_up()
