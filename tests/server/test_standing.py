"""What the screens say of head office, at the hub and at a station: it rests on what was compared, over real sockets."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import func, select, update

from app.config import DataFolder
from app.domain.calendar import day_of, format_day
from app.errors import Refused
from app.models import tables
from app.models.store import Store
from app.server.headoffice import rounds as headoffice_rounds
from app.server.headoffice.app import make_app
from app.server.headoffice.database import Database
from app.server.headoffice.rounds import rounds
from app.server.hub_in_program import Serving
from app.services import network_proof
from app.services.joining import join
from app.services.network_views import LinkState
from app.services.office import Ports
from app.services.services import Services
from app.sync import buckets, engine, finding
from app.sync.messages import LATEST, Upstream
from app.sync.peer import Peer
from tests.houses import CountingEntropy, FakeClock, FakeMachine, House, last_morning, make_branch
from tests.server.floors import HERE
from tests.server.office_house import BRANCH, OfficeHouse
from tests.server.upload_house import served
from tests.sync.trouble import TroubleProxy

pytestmark = pytest.mark.enable_socket
PATIENCE = 30.0


def until(met: Callable[[], Any]) -> None:
    """Wait for something to happen on another thread."""
    begun = time.monotonic()
    while not met():
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.02)


class World:
    """Head office behind a line that can be cut, a hub and a station; nobody's minute passes but by the test."""

    def __init__(self, base: Path, stack: ExitStack) -> None:
        database = Database(f"sqlite:///{base / 'pusat.db'}")
        database.prepare(FakeClock().now())
        stack.callback(database.close)
        self.above = OfficeHouse(database)
        port = stack.enter_context(served(make_app(self.above.office, HERE, (rounds,))))
        self.up = stack.enter_context(TroubleProxy(("127.0.0.1", port)))
        self.house = _house(base)
        self.clock = self.house.clock
        self.boss = self.house["service_supervisor"]
        self.hub = Services(self.house.office)
        stack.callback(self.hub.close)
        self.hub.network.start(Serving(self.house.office, "127.0.0.1", 0, announce=False))
        code = self.above.office.enrolment.invite(BRANCH)
        self.hub.network.join_head_office(self.boss, f"http://127.0.0.1:{self.up.port}", code)
        invited = self.hub.network.invite(self.boss)
        ports = Ports(self.clock, CountingEntropy("station"), FakeMachine("b" * 32))
        folder = DataFolder(base / "station")
        office = join(
            folder, invited.address, invited.code, "Loket 2", "counter", ports, base / "station.key"
        )
        self.station = Services(office)
        stack.callback(self.station.close)
        self.station.network.start()
        self.house.open_day()
        until(self.is_level)

    def is_level(self) -> bool:
        """Everything is everywhere."""
        return (
            self.hub.network.waiting() == 0
            and self.station.network.waiting() == 0
            and self.station.office.journal.head() == self.hub.office.journal.head()
        )

    def pass_a_quiet_minute(self) -> None:
        self.clock.pass_seconds(61)
        self.hub.network.engine.wake()

    def seen(self, at: Services) -> LinkState:
        return at.network.state()


def _house(base: Path) -> House:
    house = make_branch(base)
    house.clock = FakeClock(last_morning())
    house.reopen()
    return house


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(finding, "try_finder", lambda: None)
    monkeypatch.setattr(engine, "LONG_POLL_MS", 100)
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def test_identical_is_said_after_a_quiet_minute_and_not_before(world: World) -> None:
    time.sleep(0.5)  # rounds go by
    assert world.seen(world.hub).identical_until is None
    assert world.seen(world.station).identical_until is None
    world.pass_a_quiet_minute()
    until(lambda: world.seen(world.hub).identical_until)
    until(lambda: world.seen(world.station).identical_until)
    proven = world.seen(world.hub).identical_until
    assert proven == world.clock.now()
    assert world.seen(world.station).identical_until == proven
    world.hub.desk.issue(world.house["security_desk"], "jht")
    until(world.is_level)
    assert world.seen(world.station).identical_until == proven  # up to then, and no further
    assert world.seen(world.station).cut == ()


def test_a_station_says_that_head_office_is_cut_off_since_when_and_what_waits(world: World) -> None:
    until(lambda: world.seen(world.station).above_known)
    assert world.seen(world.station).cut == ()
    world.clock.pass_seconds(600)
    since = world.clock.now()
    world.up.refuse()
    world.up.cut()
    world.hub.desk.issue(world.house["security_desk"], "jht")
    until(lambda: world.seen(world.station).cut)
    until(lambda: world.seen(world.station).waiting_at_hub)
    told = world.seen(world.station)
    assert told.cut == world.seen(world.hub).cut
    assert (told.since, told.waiting, told.waiting_at_hub) == (since, 0, world.hub.network.waiting())
    world.up.heal()
    until(lambda: world.seen(world.station).cut == ())
    until(world.is_level)


def test_a_head_office_that_refuses_is_not_called_silent(world: World) -> None:
    device = world.hub.office.note.station
    world.above.office.devices.revoke(BRANCH, device)
    world.hub.desk.issue(world.house["security_desk"], "jht")
    until(lambda: "refused" in world.seen(world.hub).cut)
    until(lambda: "refused" in world.seen(world.station).cut)
    until(lambda: world.hub.network.notices(world.boss))
    told = [each.kind for each in world.hub.network.notices(world.boss)]
    world.hub.network.engine.wake()
    world.pass_a_quiet_minute()
    assert [each.kind for each in world.hub.network.notices(world.boss)] == told == ["head_office_revoked"]


@pytest.mark.parametrize("column", ["payload", "header"])
def test_bytes_that_changed_on_a_disk_are_found_and_told(world: World, column: str) -> None:
    table = tables.events
    with world.station.office.store.writing() as connection:
        last = select(func.max(table.c.position)).scalar_subquery()
        connection.execute(update(table).where(table.c.position == last).values({column: bytes(200)}))
    world.pass_a_quiet_minute()
    until(lambda: world.station.network.notices(world.boss))
    assert [each.kind for each in world.station.network.notices(world.boss)] == ["bytes_differ_hub"]
    until(lambda: world.seen(world.hub).identical_until)
    assert world.seen(world.station).identical_until is None  # though its hub's bytes are head office's


def test_a_long_log_is_compared_piece_by_piece_and_said_to_be_the_same_at_its_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (network_proof, buckets, headoffice_rounds):
        monkeypatch.setattr(module, "SIZE", 10)
    monkeypatch.setattr(network_proof, "STRETCH", 2)
    asked: list[tuple[int, int, int | None]] = []
    hub, compare = world.hub.network, buckets.compare

    def watched(store: Store, peer: Peer, first: int, last: int) -> bool | None:
        if store is world.hub.office.store:
            asked.append((first, last, world.seen(world.hub).identical_until))
        return compare(store, peer, first, last)

    monkeypatch.setattr(network_proof, "compare", watched)
    for _ in range(20):
        world.hub.desk.issue(world.house["security_desk"], "jht")
    until(world.is_level)
    end = hub.node.journal.head()[0]
    world.pass_a_quiet_minute()
    until(lambda: world.seen(world.hub).identical_until)
    begun = [first for first, _, _ in asked]
    assert begun[:-1] == list(range(0, end, 20))
    assert begun[-1] % 10 == 0  # an older one, drawn by lot
    assert begun[-1] < begun[-2]
    assert asked[-2][1] == end
    assert all(said is None for _, _, said in asked)
    asked.clear()
    world.hub.desk.issue(world.house["security_desk"], "jht")
    until(world.is_level)
    world.pass_a_quiet_minute()
    until(lambda: world.seen(world.hub).identical_until == world.clock.now())
    assert asked[0][0] == end // 10 * 10  # what was proved is not proved again, but by lot


def test_a_station_says_no_more_than_it_has_compared_itself(world: World) -> None:
    world.pass_a_quiet_minute()
    until(lambda: world.seen(world.station).identical_until)
    proven = world.seen(world.station).identical_until
    known = world.station.network.engine.status
    told = known.upstream
    assert told is not None
    later = replace(told, same_at=world.clock.now() + 3_600_000)
    known.heard_of_above(later, 0)
    assert world.seen(world.station).identical_until == proven
    known.heard_of_above(replace(later, position=told.position + 1), 0)
    assert world.seen(world.station).identical_until is None
    known.heard_of_above(replace(told, log_hash=bytes(32)), 0)
    assert world.seen(world.station).identical_until is None


def test_what_goes_wrong_here_is_not_called_head_office_s_refusal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Refused("disk_full")

    monkeypatch.setattr(world.hub.network.node, "hear", full)
    world.hub.network.engine.wake()
    until(lambda: world.seen(world.hub).cut)
    assert world.seen(world.hub).cut == ("head_office",)


def test_another_log_that_begins_later_is_compared_as_far_back_as_both_go(world: World) -> None:
    store, peer = world.station.office.store, world.station.network.hub_peer()
    assert peer is not None
    end = world.station.office.journal.head()[0]

    class Shorter:
        """The hub, with a log that begins later."""

        def __init__(self, skipped: int) -> None:
            self.skipped = skipped

        def ask(self, path: str, question: object, read_seconds: float = 10.0) -> bytes:
            came = msgspec.msgpack.decode(peer.ask(path, question, read_seconds))
            return msgspec.msgpack.encode(came[self.skipped :])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buckets, "SIZE", 2)
        many = -(-end // 2)
        assert many > 2
        assert buckets.compare(store, peer, 0, end) is True
        assert buckets.compare(store, Shorter(2), 0, end) is True  # type: ignore[arg-type]
        assert buckets.compare(store, Shorter(many), 0, end) is None  # type: ignore[arg-type]
        with store.writing() as connection:
            connection.execute(
                update(tables.events).where(tables.events.c.position == end).values(payload=b"x")
            )
        assert buckets.compare(store, Shorter(2), 0, end) is False  # type: ignore[arg-type]
    peer.close()


@pytest.mark.parametrize(
    "wrong",
    [{"position": 1 << 63}, {"cut_since": 1 << 62}, {"same_at": -1}, {"log_hash": b""}, {"waiting": -1}],
)
def test_a_hub_that_tells_nonsense_of_head_office_is_not_read(wrong: dict[str, Any]) -> None:
    said = msgspec.msgpack.encode(replace(Upstream(), **wrong))
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(said, type=Upstream)


def test_whatever_a_hub_says_of_head_office_can_be_shown(world: World) -> None:
    known = world.station.network.engine.status
    known.heard_of_above(Upstream(why=" ", cut_since=LATEST, same_at=0), -(1 << 70))
    told = world.seen(world.station)
    assert told.cut == ("head_office",)
    assert format_day(day_of(told.since or 0, "WIB"))


def test_a_database_that_was_away_is_tried_again_as_soon_as_it_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its health, and not by a pause that has grown long meanwhile: here no pause ever ends, since no time passes."""

    looks: list[int] = []

    def away(*_: object, **__: object) -> None:
        looks.append(1)
        raise Refused("database_unreachable")

    with monkeypatch.context() as patch:
        patch.setattr(world.above.office.database, "acknowledge", away)
        patch.setattr(world.above.office.devices, "recognise", away)
        world.hub.desk.issue(world.house["security_desk"], "jht")
        until(lambda: world.seen(world.hub).cut)
        seen = len(looks)
        until(lambda: len(looks) > seen + 1)  # it looks, and finds that it is still away
        assert world.seen(world.hub).cut == ("head_office",)
        assert world.hub.network.waiting() > 0
    until(world.is_level)
    assert world.seen(world.hub).cut == ()
