"""A computer joins beside a long log, over TLS on loopback: it begins from the hub's snapshot."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import DataFolder
from app.errors import Refused
from app.models import log
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


def joined(house: House, services: Services, path: Path) -> Office:
    invited = services.network.invite(house["service_supervisor"])
    ports = Ports(house.clock, CountingEntropy("second"), FakeMachine("b" * 32))
    folder = DataFolder(path / "second")
    return join(folder, invited.address, invited.code, "PC 2", "counter", ports, path / "second.key")


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

    def made_by_another(office: Office) -> Path:
        own, office.journal.signer = office.journal.signer, Other()
        try:
            return made(office)
        finally:
            office.journal.signer = own

    monkeypatch.setattr(snapshots, "make_snapshot", made_by_another)
    with pytest.raises(Refused, match="snapshot_damaged"):
        joined(house, services, tmp_path)
    assert not DataFolder(tmp_path / "second").is_set_up()
