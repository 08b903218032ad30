"""Scans and photos of a case: kept sealed beside the log, carried to the hub and on to head office, fetched when wanted."""

import logging
import mimetypes
from pathlib import Path
from typing import BinaryIO

import msgspec
from sqlalchemy import bindparam, select

from app.domain.case_events import Attached, RecordRead
from app.domain.claims import Case
from app.domain.identity import clean_text
from app.errors import Refused
from app.models import tables
from app.services.network import Network
from app.services.network_ways import HEAD_OFFICE
from app.services.office import Office
from app.sync import attachments
from app.sync.blobs import BlobStore
from app.sync.courier import Courier, fetch
from app.sync.peer import Peer, is_cut

record = logging.getLogger(__name__)

LAST_HUB = "attachments_hub"
"""Setting: the hub to which this computer's attachments went."""
SWEPT = "attachments_swept"
LEFTOVER_DAYS = 7
READ_FIELD = "attachment"
"""What the record of a read names where a scan was opened; its purpose is then the scan's SHA-256."""
NAME_LIMIT = 120

_a = tables.attachments.c
_of_contents = select(_a.sha256, _a.hub_done, _a.head_office_done).where(
    _a.sha256.in_(bindparam("contents", expanding=True))
)


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment of a case and where it is known to be: "here" (on this computer alone), "hub" or "head_office"."""

    attached: Attached
    place: str
    on_disk: bool
    """Whether it can be opened without another computer."""


class Attachments:
    """Attaching, opening, and carrying on."""

    def __init__(self, office: Office, network: Network) -> None:
        self._office = office
        self._network = network
        self._blobs: BlobStore | None = None
        self._found_here = False
        self.courier = Courier(office.store, self.blobs, self._way, network.waiting)
        network.engine.after_round.append(self._after_round)
        network.engine.above.after.append(self._after_up)

    def blobs(self) -> BlobStore:
        """The folder of this computer."""
        if self._blobs is None:
            self._blobs = BlobStore(self._office.folder.path / "attachments", self._office.key)
        return self._blobs

    # ------------------------------------------------------------------------------------------ what a clerk does

    def attach(self, who: str, case: str, source: Path | BinaryIO, name: str = "", type_: str = "") -> Case:
        """Keep a scan or photo with a case; durable, blob and event, when this returns.

        Raises Refused("no_right" | "case_unknown" | "file_missing" | "attachment_empty" | "attachment_too_big" |
        "disk_full") and what the case refuses in its stage.
        """
        self._office.require(who, "case.work")
        if not isinstance(self._office.state(f"case:{case}"), Case):
            raise Refused("case_unknown")
        # of a file's name the end says what it is; no word of a person is lost by it
        called = clean_text(
            (name or (source.name if isinstance(source, Path) else ""))[-NAME_LIMIT:], NAME_LIMIT
        )
        kind = type_ or mimetypes.guess_type(called)[0] or "application/octet-stream"
        sha256, size = self._keep(source)
        if not size:
            raise Refused("attachment_empty")
        attached = Attached(sha256=sha256, size=size, type=kind, name=called)
        with self._office.unit(who) as unit:
            known: Case = unit.state(f"case:{case}")
            if any(each.sha256 == sha256 for each in known.attachments):
                return known
            changed: Case = unit.append(f"case:{case}", attached)
            attachments.put(unit.connection, attached, f"case:{case}", unit.at, at_hub=unit.ordered)
        self._go()
        return changed

    def _keep(self, source: Path | BinaryIO) -> tuple[str, int]:
        if not isinstance(source, Path):
            return self.blobs().add(source)
        try:
            stream = source.open("rb")
        except OSError as error:
            raise Refused("file_missing", file=source.name) from error
        with stream:
            return self.blobs().add(stream)

    def bring(self, who: str, case: str, sha256: str) -> None:
        """Have the content of an attachment on this computer's disk; where it is not, it is fetched, which may take a
        while. Nothing is shown by it, so that nothing is recorded.

        Raises Refused("no_right" | "case_unknown"), ("attachment_missing") where nobody who is reached has it,
        ("attachment_unreached") where whoever may have it is not reached, and ("attachment_damaged").
        """
        told = self._told(who, case, sha256)
        if not self.blobs().has(sha256):
            self._fetch(told)

    def open(self, who: str, case: str, sha256: str) -> bytes:
        """The whole content of one of a case's attachments, brought here first; that `who` opened it is on record
        (DOMAIN 7: a scan shows what the screens mask) before anybody sees it.

        What this disk has damaged is brought here once more. Raises as `bring` does.
        """
        self.bring(who, case, sha256)
        try:
            content = b"".join(self.blobs().open(sha256))
        except Refused as damaged:
            if damaged.code != "attachment_damaged":
                raise
            content = self._brought_anew(self._told(who, case, sha256), damaged)
        with self._office.unit(who) as unit:
            unit.append(f"case:{case}", RecordRead(field=READ_FIELD, purpose=sha256))
        return content

    def _brought_anew(self, attached: Attached, damaged: Refused) -> bytes:
        record.error("attachment %s is damaged on this disk", attached.sha256)
        try:
            with self.blobs().anew(attached.sha256):
                self._fetch(attached)
        except Refused as refused:
            raise (damaged if refused.code == "attachment_missing" else refused) from damaged
        return b"".join(self.blobs().open(attached.sha256))

    def _told(self, who: str, case: str, sha256: str) -> Attached:
        self._office.require(who, "record.read")
        state = self._office.state(f"case:{case}")
        if not isinstance(state, Case):
            raise Refused("case_unknown")
        found = [each for each in state.attachments if each.sha256 == sha256]
        if not found:
            raise Refused("attachment_missing")
        return found[0]

    def places(self, case: str) -> tuple[Placed, ...]:
        """The attachments of a case in the order they came."""
        state = self._office.state(f"case:{case}")
        if not isinstance(state, Case):
            raise Refused("case_unknown")
        if not state.attachments:
            return ()
        with self._office.store.reading() as connection:
            contents = [each.sha256 for each in state.attachments]
            rows = connection.execute(_of_contents, {"contents": contents}).all()
        known = {row[0]: "head_office" if row[2] else "hub" if row[1] else "here" for row in rows}
        return tuple(
            # what another computer attached is at least there, and its entry came by the hub
            Placed(
                attached=each,
                place=known.get(each.sha256, "hub"),
                on_disk=self.blobs().has(each.sha256),
            )
            for each in state.attachments
        )

    # ------------------------------------------------------------------------------------------ fetching

    def _fetch(self, attached: Attached) -> None:
        peers = self._holders()
        refused: Refused | None = None
        try:
            for peer in peers:
                try:
                    fetch(peer, self.blobs(), attached)
                except Refused as error:
                    refused = error
                else:
                    return
        finally:
            for peer in peers:
                peer.close()
        if refused is not None and is_cut(refused):
            raise Refused("attachment_unreached") from refused
        raise refused or Refused("attachment_missing")

    def _holders(self) -> list[Peer]:
        """Who may have it: the hub, and for the hub head office."""
        network = self._network
        is_hub = network.node.is_hub
        found = network.ways.head_office() if is_hub else network.ways.hub(another=False)
        return [found] if found is not None else []

    # ------------------------------------------------------------------------------------------ carrying

    def _way(self) -> tuple[attachments.Hop, Peer] | None:
        network = self._network
        if network.node.is_hub:
            above = network.ways.head_office()
            return None if above is None else ("head_office", above)
        hub = network.ways.hub(another=False)
        return None if hub is None else ("hub", hub)

    def _go(self) -> None:
        is_hub = self._network.node.is_hub
        if is_hub and not self._office.setting(HEAD_OFFICE):
            return
        hop: attachments.Hop = "head_office" if is_hub else "hub"
        with self._office.store.reading() as connection:
            waiting = attachments.backlog(connection, hop)[0]
        if waiting:
            self.courier.wake()

    def _after_round(self, _: Peer) -> None:
        """The hub answered."""
        self._found_here = False
        hub = self._network.engine.status.hub_station
        if hub and hub != self._office.setting(LAST_HUB):
            with self._office.store.writing() as connection:
                attachments.offer_again(connection)
            self._office.set_setting(LAST_HUB, hub)
        self._sweep()
        self._go()

    def _after_up(self, _: Peer) -> None:
        """Head office answered this computer, which is the hub."""
        has = self.blobs().has
        done = False
        while not done:
            with self._office.store.writing() as connection:
                if not self._found_here:
                    attachments.find_here(connection, has)
                done = attachments.note_log(connection, has)
            self._found_here = True
        if self._office.setting(LAST_HUB):
            self._office.set_setting(LAST_HUB, "")
        self._sweep()
        self._go()

    def _sweep(self) -> None:
        """Once a day, what uploads left behind that nobody went on with."""
        today = self._office.calendar_day()
        if self._office.setting(SWEPT) != today:
            self._office.set_setting(SWEPT, today)
            removed = self.blobs().sweep(self._office.now() / 1000 - LEFTOVER_DAYS * 86_400)
            if removed:
                record.info("%s leftovers of uploads removed", removed)

    def close(self) -> None:
        """Carry nothing more."""
        self.courier.stop()
