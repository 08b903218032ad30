"""Scans on their way: from the station where they were made to the hub, to head office, and to whoever opens them."""

import io
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.config import DataFolder
from app.credentials import read_key_file, write_key_file
from app.errors import Refused
from app.server.headoffice.app import make_app
from app.server.headoffice.attachments import attachments, blob_key, blob_key_file
from app.server.headoffice.database import Database
from app.server.headoffice.rounds import rounds
from app.server.hub_app import Waiters, _Routes
from app.server.hub_in_program import Serving
from app.services.joining import join
from app.services.network_ways import ADDRESSES
from app.services.office import Office, Ports, system_ports
from app.services.services import Services
from app.services.setup import NewBranch, NewPerson, Setup
from app.sync import finding
from app.sync.blobs import BlobStore
from tests.houses import PIN, FakeClock, FakeMachine, damage, refused
from tests.server.floors import HERE
from tests.server.office_house import BRANCH, OfficeHouse
from tests.server.upload_house import served
from tests.sync.trouble import Trouble, TroubleProxy

pytestmark = pytest.mark.enable_socket
BLOB_KEY = b"b" * 32
PATIENCE = 60.0


def scan(size: int, seed: int = 1) -> bytes:
    """Nothing that can be made smaller."""
    return random.Random(seed).randbytes(size)


def until(met: Callable[[], Any]) -> None:
    """Wait for something to happen on another thread."""
    begun = time.monotonic()
    while not met():
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.02)


def ports(letter: str) -> Ports:
    real = system_ports()
    return Ports(real.clock, real.entropy, FakeMachine(letter * 32))


class World:
    """Head office, a hub and two stations; one line of trouble before the hub, one before head office."""

    def __init__(self, base: Path, stack: ExitStack) -> None:
        self._base = base
        database = Database(f"sqlite:///{base / 'pusat.db'}")
        database.prepare(FakeClock().now())
        stack.callback(database.close)
        above = OfficeHouse(database)
        self.shelf = base / "lampiran"
        app = make_app(above.office, HERE, (rounds, attachments(self.shelf, BLOB_KEY, reserve=0)))
        port = stack.enter_context(served(app))
        self.up = stack.enter_context(TroubleProxy(("127.0.0.1", port)))
        self.hub = Services(self._new_branch())
        stack.callback(self.hub.close)
        self.hub.network.start(Serving(self.hub.office, "127.0.0.1", 0, announce=False))
        people = self.hub.office.branch().people.values()
        self.boss, self.cso = (each.id for each in people)
        code = above.office.enrolment.invite(BRANCH)
        self.hub.network.join_head_office(self.boss, f"http://127.0.0.1:{self.up.port}", code)
        invited = self.hub.network.invite(self.boss)
        self.across = stack.enter_context(
            TroubleProxy(("127.0.0.1", int(invited.address.rpartition(":")[2])))
        )
        self.one = self._station(1, invited)
        self.two = self._station(2, self.hub.network.invite(self.boss))
        for station in (self.one, self.two):
            stack.callback(station.close)
        self.hub.desk.open_day(self.boss, {})

    def _new_branch(self) -> Office:
        people = (
            NewPerson(name="Penyelia", title="", roles=("service_supervisor", "security_desk"), secret=PIN),
            NewPerson(name="CSO", title="", roles=("cso",), secret=PIN),
        )
        branch = NewBranch(code=BRANCH, name="Medan Utara", zone="WIB", counters=5, demo=True)
        return Setup(DataFolder(self._base / "hub"), ports("a")).create(branch, people)

    def _station(self, number: int, invited: Any) -> Services:
        key = self._base / f"s{number}.key"
        folder = DataFolder(self._base / f"s{number}")
        name = f"Loket {number}"
        office = join(folder, invited.address, invited.code, name, "counter", ports("bc"[number - 1]), key)
        address = f"https://127.0.0.1:{self.across.port}" if number == 1 else invited.address
        office.set_setting(ADDRESSES, msgspec.json.encode([address]).decode())
        made = Services(office)
        made.network.start()
        return made

    def above(self) -> BlobStore:
        return BlobStore(self.shelf / BRANCH, BLOB_KEY, reserve=0)

    def case(self) -> str:
        """A draft that everybody knows."""
        ticket = self.hub.desk.issue(self.boss, "jht")
        until(lambda: self.one.desk.ticket(ticket.id) and self.two.desk.ticket(ticket.id))
        return self.one.cases.open_for(self.cso, ticket.id).id


@contextmanager
def made_world(base: Path) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setattr(finding, "try_finder", lambda: None)
        yield World(base, stack)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made_world(tmp_path_factory.mktemp("cabang")) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    """For tests that leave everybody in place."""
    yield shared
    shared.across.heal()
    shared.up.heal()


def test_a_scan_goes_to_the_hub_and_on_to_head_office_over_lines_that_are_cut(world: World) -> None:
    one, two, hub = world.one, world.two, world.hub
    case, data = world.case(), scan(1_500_000)
    for line in (world.across, world.up):
        line.make(lambda number: Trouble(cut_up=400_000) if number % 4 else Trouble(cut_down=3_000))
    state = one.attachments.attach(world.cso, case, io.BytesIO(data), "KTP.jpg")
    sha256 = state.attachments[0].sha256
    assert (state.attachments[0].size, state.attachments[0].type) == (len(data), "image/jpeg")
    until(lambda: hub.attachments.blobs().has(sha256))
    until(lambda: world.above().has(sha256))
    assert b"".join(world.above().open(sha256)) == data
    until(lambda: [each.place for each in one.attachments.places(case)] == ["hub"])
    until(lambda: [each.place for each in hub.attachments.places(case)] == ["head_office"])
    world.across.heal()
    until(lambda: two.cases.get(case).attachments if two.office.state(f"case:{case}") else None)
    assert not two.attachments.places(case)[0].on_disk
    assert two.attachments.open(world.boss, case, sha256) == data
    assert two.attachments.places(case)[0].on_disk


def test_another_hub_is_offered_what_it_lacks_and_hands_it_up(tmp_path: Path) -> None:
    with made_world(tmp_path) as world:
        _take_over(world)


def _take_over(world: World) -> None:
    one, two, hub = world.one, world.two, world.hub
    case = world.case()
    world.up.make(Trouble(refuse_ms=0))
    data = scan(300_000, 2)
    sha256 = one.attachments.attach(world.cso, case, io.BytesIO(data)).attachments[0].sha256
    until(lambda: hub.attachments.blobs().has(sha256))
    until(lambda: two.office.state(f"case:{case}") and two.cases.get(case).attachments)
    hub.attachments.close()
    hub.network.stop()  # its disk is lost
    serving = Serving(two.office, "127.0.0.1", 0, announce=False)
    two.network._serves = serving
    two.network.take_over(world.boss)
    one.network.ways.add(f"https://127.0.0.1:{serving.port}")
    world.up.heal()
    until(lambda: two.attachments.blobs().has(sha256))
    until(lambda: world.above().has(sha256))
    assert b"".join(world.above().open(sha256)) == data
    until(lambda: [each.place for each in two.attachments.places(case)] == ["head_office"])


def test_the_hub_fetches_back_from_head_office_what_its_disk_has_lost(world: World) -> None:
    hub = world.hub
    case, data = world.case(), scan(600_000, 3)
    until(lambda: hub.office.state(f"case:{case}"))
    sha256 = hub.attachments.attach(world.cso, case, io.BytesIO(data)).attachments[0].sha256
    until(lambda: world.above().has(sha256))
    next((hub.office.folder.path / "attachments" / "content").rglob(sha256)).unlink()
    assert hub.attachments.open(world.boss, case, sha256) == data


def test_what_a_disk_has_damaged_is_brought_anew_and_kept_where_nobody_else_is_reached(world: World) -> None:
    hub = world.hub
    case, data = world.case(), scan(600_000, 4)
    until(lambda: hub.office.state(f"case:{case}"))
    sha256 = hub.attachments.attach(world.cso, case, io.BytesIO(data)).attachments[0].sha256
    until(lambda: world.above().has(sha256))
    sealed = next((hub.office.folder.path / "attachments" / "content").rglob(sha256))
    broken = damage(sealed)
    world.up.make(Trouble(refuse_ms=0))
    with refused("attachment_unreached"):
        hub.attachments.open(world.boss, case, sha256)
    assert sealed.read_bytes() == broken
    world.up.heal()
    assert hub.attachments.open(world.boss, case, sha256) == data
    assert hub.attachments.open(world.cso, case, sha256) == data
    assert not list((hub.office.folder.path / "attachments" / "new").iterdir())


# ------------------------------------------------------------------------------------------------ head office


def test_head_office_makes_the_key_of_its_attachments_once(tmp_path: Path) -> None:
    key_file = tmp_path / "pusat.key"
    write_key_file(key_file, b"k" * 32)
    made = blob_key(key_file)
    assert made == blob_key(key_file) == read_key_file(blob_key_file(key_file))
    assert made != b"k" * 32
    blob_key_file(key_file).chmod(0o644)
    with pytest.raises(Refused, match="key_file_open"):
        blob_key(key_file)


def test_a_branch_cannot_read_what_another_one_has(world: World) -> None:
    """Each branch has a shelf of its own: who knows the name of a content gets nothing by it."""
    other = BlobStore(world.shelf / "SBY", BLOB_KEY, reserve=0)
    sha256, size = other.add(io.BytesIO(b"of another branch"))
    peer = world.hub.network.ways.head_office()
    assert peer is not None
    with pytest.raises(Refused) as caught:
        peer.piece(f"/v1/attachments/{sha256}", 0, size - 1)
    assert caught.value.facts["reason"] == "attachment_missing"
    peer.close()


def test_a_display_is_given_no_content(world: World) -> None:
    branch = world.hub.office.branch()
    name = world.two.office.note.station
    narrow = msgspec.structs.replace(branch.stations[name], full=False)
    stations = {**branch.stations, name: narrow}
    routes = _Routes(world.hub.network.node, world.hub.network.papers, Waiters(), lambda: narrowed)
    narrowed = msgspec.structs.replace(branch, stations=stations)
    assert not routes.reads(name)
    assert routes.reads(world.one.office.note.station)
