"""This computer among the others: what it talks to, what it knows of them, and what a person may change about it."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from sqlalchemy import delete, select

from app.credentials import DeviceKey
from app.errors import Refused
from app.models import log, tables
from app.models.journal import Written
from app.services.acts import Acts
from app.services.hub_papers import (
    HubPapers,
    Invited,
    Secret,
    put_hash,
)
from app.services.network_pointing import Pointed, point_to
from app.services.network_proof import Proof
from app.services.network_standing import Standing
from app.services.network_views import Computer, LinkState, Notice, mark_seen, unseen
from app.services.network_ways import ADDRESSES, HEAD_OFFICE, Ways
from app.services.numbers import doubt, move_home, release_home
from app.services.office import Office
from app.services.rule_bundles import keep_fetched, missing_versions, trusted_keys
from app.sync import status
from app.sync.engine import Engine
from app.sync.node import HUB, ROLE, Node
from app.sync.peer import ABOVE, RULES, SECRETS, Peer
from app.sync.upward import Upward, line_position

if TYPE_CHECKING:
    from app.services.services import Services

record = logging.getLogger(__name__)

__all__ = ("ADDRESSES", "Network", "Serves")

CHANGED_HASH = "changed_hash:"
SECRETS_AGAIN_MS = 30_000


_changed_hashes = select(tables.local.c.name).where(tables.local.c.name.like(CHANGED_HASH + "%"))


class Serves(Protocol):
    """Whoever can open the hub's port: the server package, which services do not know."""

    def start(self, network: "Network") -> str:
        """Listen, and give the address to read out."""
        ...

    def stop(self) -> None:
        """Listen no more."""
        ...


class Network:
    """One attribute of Services. Nothing talks before `start`."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._office: Office = services.office
        office = self._office
        self.papers = HubPapers(office)
        self.node = Node(office.journal, Acts(services).decide, self._trusted)
        self.signer = DeviceKey(office.key, office.note.station, office.fingerprint)
        self.ways = Ways(office, self.signer)
        self.engine = Engine(
            self.node,
            office.ports.clock,
            office.ports.entropy,
            self.hub_peer,
            self.ways.head_office,
            Upward(self.node, self._obey),
            self.ways.other_hubs,
        )
        self._standing = Standing(office, self.node, self.engine.status, self.waiting)
        self.node.upstream = self._standing.told_to_stations
        self.proof = Proof(office, self.engine, self.waiting)
        self.engine.after_round += [self._fetch, self.proof.with_hub]
        self.engine.above.after.append(self.proof.with_head_office)
        self.engine.begin_anew = self._begin_anew
        self._serves: Serves | None = None
        self._address = ""
        self._listeners: list[Callable[[], None]] = []
        self._secrets_of = -1
        """Position of the newest entry on the branch when the hashes were exchanged last."""
        self._secrets_again: int | None = None
        office.journal.listen(self._wrote)
        self.engine.status.listen(self._changed)

    # ------------------------------------------------------------------------------------------ life

    def start(self, serves: Serves | None = None) -> None:
        """Take up the role this computer had; returns at once."""
        self._serves = serves
        self.node.start()
        with self._office.store.writing() as connection:
            doubt(connection)
        self._office.link = self.engine
        if self._has_others() or self._office.setting(HEAD_OFFICE):
            self.engine.start()
            self._started = True
            if self.node.is_hub and self._has_others():
                self._listen()
            if self.node.gathering:
                threading.Thread(target=self._gather, name="gather", daemon=True).start()
            self.ways.find()

    _started = False

    def _gather(self) -> None:
        self.engine.gather()
        self._changed()

    def stop(self) -> None:
        """Before the file is closed."""
        if self._started:
            self.engine.stop()
        if self._serves is not None and self._address:
            self._serves.stop()
        self.ways.close()

    def _has_others(self) -> bool:
        if self._office.setting(ROLE, HUB) != HUB:
            return True
        return len(self._office.branch().stations) > 1

    def open_port(self) -> str:
        """Listen for other computers; gives the address to read out, empty where nobody can open it here."""
        return self._listen()

    @property
    def address(self) -> str:
        """Where others call this computer, which is their hub; empty while its port is closed."""
        return self._address

    def _listen(self) -> str:
        if not self._address and self._serves is not None:
            self._address = self._serves.start(self)
        return self._address

    # ------------------------------------------------------------------------------------------ whom to call

    def _trusted(self) -> tuple[str, ...]:
        return tuple(each.public for each in trusted_keys(self._office.folder))

    def hub_peer(self) -> Peer | None:
        """A line to the hub, for the engine and for joining. Whoever needs one is no hub: the port is closed."""
        if self._address:
            self._close_port()
        self.ways.find()
        return self.ways.hub(another=not self.engine.status.is_good(status.HUB))

    def _close_port(self) -> None:
        serves, self._address = self._serves, ""
        if serves is not None:  # not on this thread: the server waits for calls that may wait for it
            threading.Thread(target=serves.stop, name="closing", daemon=True).start()

    def _obey(self, unit: Any, directive: Any) -> None:
        from app.services.directives import obey

        obey(self._office, unit, directive, self._trusted())

    # ------------------------------------------------------------------------------------------ beside the log

    def _fetch(self, peer: Peer) -> None:
        """Rules that the log names and this computer does not have, and the hashes of those who work here."""
        office = self._office
        for version in missing_versions(office):
            keep_fetched(office, version, peer.ask(RULES, version))
        if self.node.unproved and not self._trusted():
            from app.services.joining import learn_above

            learn_above(office, peer.ask(ABOVE, None))
            self.node.unproved = False
        with office.store.reading() as connection:
            changed = [row[0] for row in connection.execute(_changed_hashes)]
            newest = log.newest_of(connection, "branch") or 0
        # Once more a while after a change: whoever changed a PIN may have told of it before its hash was at the hub.
        now, again = office.ports.clock.monotonic(), self._secrets_again
        fresh = newest != self._secrets_of
        if changed or fresh or (again is not None and now >= again):
            self._exchange_secrets(peer, changed)
            self._secrets_of, self._secrets_again = newest, now + SECRETS_AGAIN_MS if fresh else None

    def _exchange_secrets(self, peer: Peer, names: list[str]) -> None:
        office, table = self._office, tables.credentials
        with office.store.reading() as connection:
            changed = [name.removeprefix(CHANGED_HASH) for name in names]
            rows = connection.execute(
                select(table.c.person, table.c.hash, table.c.must_change).where(table.c.person.in_(changed))
            ).all()
        given = [Secret(*row) for row in rows]
        came = msgspec.msgpack.decode(peer.ask(SECRETS, given), type=list[Secret])
        with office.store.writing() as connection:
            for each in came:
                put_hash(connection, each)
            connection.execute(delete(tables.local).where(tables.local.c.name.in_(names)))

    def _begin_anew(self, peer: Peer) -> None:
        """This computer was away longer than the hub holds its log: it begins from the hub's snapshot again."""
        from app.services.snapshots import start_from_hub

        start_from_hub(self._office, peer)

    def _wrote(self, written: Written) -> None:
        if "branch" in written.families:
            release_home(self._office.journal, self._office.fingerprint)
        self.proof.wrote()
        self._changed()

    # ------------------------------------------------------------------------------------------ the state

    def listen(self, listener: Callable[[], None]) -> None:
        """`listener` is called on another thread when the state may have changed."""
        self._listeners.append(listener)

    def _changed(self) -> None:
        self._standing.changed()
        for listener in self._listeners:
            listener()

    def waiting(self) -> int:
        """Events that the next place up does not have: the hub, or head office where this is the hub."""
        if not self.node.is_hub:
            return self.engine.waiting()
        if not self._office.setting(HEAD_OFFICE):
            return 0
        return self._office.journal.head()[0] - line_position(self.node)

    def clocks(self) -> tuple[tuple[str, int], ...]:
        """How far the clocks of the others are ahead of this one's, in milliseconds: of the hub for a station, of head
        office for the hub; nothing of whom nobody has heard since the start."""
        known = self.engine.status
        if self.node.is_hub:
            return (("head_office", known.above_off_ms),) if known.above_off_ms is not None else ()
        return (("hub", known.clock_off_ms),) if known.hub_station else ()

    def state(self) -> LinkState:
        """What is cut and what waits."""
        return self._standing.link()

    def computers(self) -> tuple[Computer, ...]:
        """Every computer of the branch, by number."""
        return self._standing.computers()

    def place_of(self, stream: str) -> str:
        """Where the newest event of a stream is: here, hub or head_office."""
        line = line_position(self.node)
        with self._office.store.reading() as connection:
            if log.pending_of(connection, stream):
                return "here"
            newest = log.newest_of(connection, stream)
        return "head_office" if newest and newest <= line else "hub"

    # ------------------------------------------------------------------------------------------ changing it

    def invite(self, who: str) -> Invited:
        """Let one more computer join; raises Refused("no_right" | "hub_only")."""
        self.papers.invite(who, "")
        if not self._started:
            self.engine.start()
            self._started = True
        address = self._listen()
        return self.papers.invite(who, address)

    def revoke(self, who: str, station: str, reason: str) -> None:
        """A computer is given nothing more."""
        self.papers.revoke(who, station, reason)

    def take_over(self, who: str) -> None:
        """Make this computer the hub: ask round first, then open a higher term (rule 4). May take seconds."""
        self._office.require(who, "hub.take_over")
        try:
            self.engine.ask_round()
        except Refused as refused:
            record.info("nobody to ask: %s", refused.code)
        self.node.take_over(who)
        self._listen()
        self.engine.wake()
        self._changed()

    def point_to(self, who: str, address: str) -> Pointed:
        """The hub is at this address: for a LAN on which it does not find itself. Raises as `network_pointing` says."""
        return point_to(self._office, self.ways, self.engine, who, address)

    def home_here(self, who: str) -> None:
        """This computer gives the plain numbers from now on, after the next one was held against the paper."""
        office = self._office
        office.require(who, "branch.manage")
        with office.unit(who) as unit:
            move_home(unit, office.fingerprint)

    def join_head_office(self, who: str, address: str, code: str) -> None:
        """Enrol this branch at head office with the code it gave; raises what the caller raises."""
        from app.services.joining import join_head_office

        self._office.require(who, "station.manage")
        join_head_office(self._office, self.signer, address, code)
        if not self._started:
            self.engine.start()
            self._started = True
        self.engine.wake()

    def export_stick(self, who: str, path: Path) -> int:
        """Write what others may lack to a file; gives the number of events."""
        from app.services.sticks import export_stick

        return export_stick(self._office, self.node, who, path)

    def import_stick(self, who: str, path: Path) -> int:
        """Take in such a file; gives the number of events that were new."""
        from app.services.sticks import import_stick

        return import_stick(self._office, self.node, who, path)

    # ------------------------------------------------------------------------------------------ notices

    def notices(self, person: str) -> tuple[Notice, ...]:
        """What this person has to be told, the oldest first."""
        return unseen(self._office, person)

    def seen(self, person: str, notice: str) -> None:
        """The person knows."""
        mark_seen(self._office, notice)
