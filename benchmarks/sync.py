"""Push and pull of form text beside Anki and PouchDB, nothing to do, an outage healed, the hub's own work."""

import logging
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import msgspec

from app.config import DataFolder
from app.domain.case_events import Noted, Opened
from app.models import log
from app.models.journal import Unit
from app.server.hub_in_program import Serving
from app.services.joining import join
from app.services.office import Office, Ports
from app.services.services import Services
from app.services.setup import NewBranch, NewPerson, Setup
from app.sync.messages import read_answer, read_round, write
from app.sync.peer import Peer
from app.sync.trust_caller import Caller
from benchmarks.material import SECRET, folder, ports
from benchmarks.peers.wire import counted
from benchmarks.sync_material import texts
from benchmarks.table import Line, median

EVENTS = 10_000
RUNS = 3
A_FILE = 34
"""Fields that an officer fills in on one case."""


class Machine:
    """A computer that is not this one."""

    def __init__(self, name: str) -> None:
        self._name = name

    def fingerprint(self) -> str:
        return self._name.ljust(32, "0")

    def parts(self) -> dict[str, str]:
        return {}

    def offset_minutes(self, at: int) -> int:
        return 420


class Pair:
    """A hub with its port open, and stations that joined it, on files of their own."""

    def __init__(self, base: Path, stations: int) -> None:
        people = (
            NewPerson(
                name="Penyelia", title="", roles=("service_supervisor", "cso", "security_desk"), secret=SECRET
            ),
        )
        self.hub = Services(
            Setup(DataFolder(base / "hub"), self._ports("a")).create(
                NewBranch(code="BNC", name="Uji", zone="WIB", counters=5, demo=True), people
            )
        )
        self.serving = Serving(self.hub.office, "127.0.0.1", 0, announce=False)
        self.hub.network.start(self.serving)
        self.who = next(iter(self.hub.office.branch().people))
        self.stations = [self._join(base, number) for number in range(stations)]

    def _ports(self, name: str) -> Ports:
        real = ports()
        return Ports(real.clock, real.entropy, Machine(name))

    def _join(self, base: Path, number: int) -> Services:
        invited = self.hub.network.invite(self.who)  # starts the hub's engine, which calms the collector
        office = join(
            DataFolder(base / f"s{number}"),
            invited.address,
            invited.code,
            f"Loket {number}",
            "counter",
            self._ports(f"s{number}"),
            base / f"s{number}.key",
        )
        services = Services(office)
        services.network.node.start()  # no threads of its own: the rounds are this benchmark's
        return services

    def peer(self, services: Services, port: int | None = None) -> Peer:
        """A line of a station to the hub, through a proxy where `port` says so."""
        network = services.network
        address = f"https://127.0.0.1:{port or self.serving.port}"
        caller = Caller(
            address,
            services.office.note.station,
            network.signer,
            authorities_pem=services.office.setting("authority"),
        )
        return Peer(caller)

    def close(self) -> None:
        for each in (*self.stations, self.hub):
            each.close()


def write_down(office: Office, who: str, count: int, seed: int) -> None:
    """Form text as an officer types it: `count` events, each an action of its own, durable and signed."""
    words = texts(count, seed)
    for start in range(0, count, A_FILE):
        case = ""
        for place, text in enumerate(words[start : start + A_FILE]):
            with office.unit(who) as unit:
                case = _one(unit, case, place, text)


def _one(unit: Unit, case: str, place: int, text: str) -> str:
    if not case:
        case = unit.new_id()
        unit.append(f"case:{case}", Opened(service="jht", bundle_version=1))
        return case
    unit.append(f"case:{case}", Noted(fields={f"note_{place}": text}))
    return case


class Drained(msgspec.Struct):
    """Seconds from the first question until …"""

    durable: float = 0.0
    """… everything offered was acknowledged as durable at the hub"""
    folded: float = 0.0
    """… the hub had given all of it places and folded it"""
    back: float = 0.0
    """… this station had the hub's order, and had folded it too"""


def drain(services: Services, peer: Peer) -> Drained:
    """Rounds until nothing is left to say."""
    node, found = services.network.node, Drained()
    begun = time.perf_counter()
    while True:
        question = node.ask()
        answer = peer.round(question, 60.0)
        said = time.perf_counter() - begun
        if question.offers is not None:
            found.durable = said  # of the last offers: those before were acknowledged before
        if answer.need != "kept" and not found.folded:
            found.folded = said  # a hub takes in all that it has kept before it answers anything else
        taken = node.take(answer)
        with node.journal.store.reading() as connection:
            left = log.pending_count(connection)
        if not taken.again and not left:
            found.back = time.perf_counter() - begun
            return found


class Both(msgspec.Struct):
    """One run: one station's events to the hub, then to another station."""

    push: Drained
    pull: float
    bytes_up: int
    bytes_down: int


def pushed_and_pulled(count: int) -> Both:
    """Push and pull of `count` events through TLS, on files of their own."""
    with ExitStack() as stack:
        where = stack.enter_context(folder())
        pair = Pair(where.path, 2)
        stack.callback(pair.close)
        first, second = pair.stations
        wire = stack.enter_context(counted(pair.serving.port))
        up, down = pair.peer(first, wire.port), pair.peer(second, wire.port)
        for services, peer in ((first, up), (second, down)):
            drain(services, peer)
        write_down(first.office, pair.who, count, 7)
        wire.taken()
        pushed = drain(first, up)
        bytes_up = wire.taken()
        pulled = drain(second, down)
        bytes_down = wire.taken()
        assert first.office.journal.head() == second.office.journal.head() == pair.hub.office.journal.head()
        for peer in (up, down):
            peer.close()
    return Both(pushed, pulled.back, bytes_up, bytes_down)


def nothing_to_do() -> float:
    """Milliseconds of one round in which nobody has anything to say: TLS, connection kept, median of 50."""
    with ExitStack() as stack:
        where = stack.enter_context(folder())
        pair = Pair(where.path, 1)
        stack.callback(pair.close)
        peer = pair.peer(pair.stations[0])
        drain(pair.stations[0], peer)
        node = pair.stations[0].network.node
        took = []
        for _ in range(50):
            begun = time.perf_counter()
            node.take(peer.round(node.ask(), 10.0))
            took.append((time.perf_counter() - begun) * 1000)
        peer.close()
    return median(took)


class Healed(msgspec.Struct):
    """Seconds from the moment the line is back until …"""

    told: float
    """… the hub has everything, and the last station has read what places its events have"""
    all_here: float
    """… no station has anything waiting, where all of them share this machine's processors"""


def outage_healed(stations: int, waiting: int) -> Healed:
    """So many stations at once, each with so many events that it wrote while the hub was away."""
    with ExitStack() as stack:
        where = stack.enter_context(folder())
        pair = Pair(where.path, stations)
        stack.callback(pair.close)
        for number, services in enumerate(pair.stations):
            peer = pair.peer(services)
            drain(services, peer)
            peer.close()
            write_down(services.office, pair.who, waiting, number)
        told: list[float] = []
        begun = time.perf_counter()
        # What each computer of a branch does by itself is not to be waited for by the others' questions to the hub.
        everybody = threading.Barrier(stations, lambda: told.append(time.perf_counter() - begun))
        threads = [threading.Thread(target=_tell_all, args=(pair, each, everybody)) for each in pair.stations]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert pair.hub.office.journal.head()[0] > stations * waiting
        return Healed(told[0], time.perf_counter() - begun)


def _tell_all(pair: Pair, services: Services, everybody: threading.Barrier) -> None:
    """Until this station's own events are in the log of the hub: what others wrote meanwhile may still be on its way."""
    peer, node = pair.peer(services), services.network.node
    answer = peer.round(node.ask(), 60.0)
    everybody.wait()
    while True:
        node.take(answer)
        with node.journal.store.reading() as connection:
            if not log.pending_count(connection):
                break
        answer = peer.round(node.ask(), 60.0)
    peer.close()


def hub_work(count: int) -> float:
    """CPU seconds of the hub for taking `count` events, from the bytes of the questions to those of the answers."""
    with ExitStack() as stack:
        where = stack.enter_context(folder())
        pair = Pair(where.path, 1)
        stack.callback(pair.close)
        first = pair.stations[0]
        peer = pair.peer(first)
        drain(first, peer)
        peer.close()
        write_down(first.office, pair.who, count, 7)
        hub, node = pair.hub.network.node, first.network.node
        spent = 0.0
        while True:
            question = write(node.ask())
            begun = time.process_time()
            answer = write(hub.answer(read_round(question), first.office.note.station))
            spent += time.process_time() - begun
            taken = node.take(read_answer(answer))
            with node.journal.store.reading() as connection:
                if not taken.again and not log.pending_count(connection):
                    return spent


def run(count: int, stations: int, waiting: int) -> list[Line]:
    """The lines of the table; the peers run in the same minutes."""
    from benchmarks.peers import anki_peer, pouchdb_peer

    logging.disable(logging.INFO)
    ours = [pushed_and_pulled(count) for _ in range(RUNS)]
    durable, folded, back = (
        median([getattr(each.push, what) for each in ours]) for what in ("durable", "folded", "back")
    )
    pull = median([each.pull for each in ours])
    anki, pouch = anki_peer.run(count), pouchdb_peer.run(count)
    healed, share = outage_healed(stations, waiting), count / EVENTS
    return [
        Line("push until durable at the hub, beside Anki", durable, anki.push_s, 1 / 1.2, "s"),
        Line("push until folded at the hub, beside Anki", folded, anki.push_s, 1 / 0.7, "s"),
        Line("the same until the station has its order, and folded it", back, anki.push_s, None, "s"),
        Line("pull until durable and folded, beside Anki: durable", pull, anki.pull_s, 1 / 1.2, "s"),
        Line("pull until durable and folded, beside Anki: folded", pull, anki.pull_s, 1 / 0.7, "s"),
        Line("push until folded, beside PouchDB", folded, pouch.push_s, 1 / 4, "s"),
        Line("pull until folded, beside PouchDB", pull, pouch.pull_s, 1 / 4, "s"),
        Line(f"bytes on the wire, push of {count:,}", ours[0].bytes_up / 1e6, None, 0.95 * share, "MB"),
        Line(f"bytes on the wire, pull of {count:,}", ours[0].bytes_down / 1e6, None, 0.95 * share, "MB"),
        Line("the same, Anki's push", anki.push_bytes / 1e6, None, 1.12 * share, "MB"),
        Line("nothing to do, TLS, connection kept", nothing_to_do(), None, 5, "ms"),
        Line(f"{stations} stations × {waiting} waiting, told their places", healed.told, None, 3, "s"),
        Line("… nothing waits, all of them on this machine", healed.all_here, None, None, "s"),
        Line(f"hub CPU for {count:,} events, all in", hub_work(count), None, 1.2 * share, "s"),
    ]
