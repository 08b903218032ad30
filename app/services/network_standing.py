"""How this computer stands with the others: what is cut, since when, what waits, and what was proved to be the same."""

from collections.abc import Callable

from msgspec.structs import replace

from app.models import following, log
from app.services.hub_papers import own_addresses
from app.services.network_views import Computer, LinkState
from app.services.network_ways import HEAD_OFFICE
from app.services.office import Office
from app.sync import attachments, status
from app.sync.messages import Upstream
from app.sync.node import HUB, ROLE, Node
from app.sync.status import Same, Status

NO_INTERNET = ("captive_portal", "hub_slow", "hub_unreachable connect")
"""How a call to head office ends when it does not even get there: a sign-in page, silence, no way, no name."""
REFUSALS = ("hub_refused", "device_revoked", "directive_not_trusted", "signature_wrong", "protocol_other")
"""What head office itself says to a hub whose log it will not take, or sends that must not be taken. Anything else that
goes wrong in a talk, such as a full disk here, is no word of head office."""
REFUSED_BECAUSE = {
    "device_revoked": "head_office_revoked",
    "directive_not_trusted": "head_office_not_trusted",
}
"""Why it refuses, where there is more to say than that it does: code to the kind of the notice."""
UNHEARD = "unheard"
"""Head office has not answered yet since this program started."""

TOLD_FOR_MS = 1_000


class Standing:
    """Read by the screens, and by the hub for those of its stations."""

    def __init__(self, office: Office, node: Node, known: Status, waiting: Callable[[], int]) -> None:
        self._office = office
        self._node = node
        self._known = known
        self._waiting = waiting
        self._version = 0
        self._told: tuple[int, int, Upstream | None] | None = None
        self._refusal = ""
        """The refusal that was told."""

    def link(self) -> LinkState:
        """What the status line says."""
        office, known = self._office, self._known
        is_hub, has_above = self._node.is_hub, self._has_above
        alone = office.setting(ROLE, HUB) == HUB and len(office.branch().stations) < 2
        if is_hub and alone and not has_above:
            return LinkState(role="alone")
        cut, since = self._cut()
        with office.store.reading() as connection:
            blobs = attachments.backlog(connection, "head_office" if is_hub else "hub")[0]
        hub = office.branch().stations.get(known.hub_station)
        above = None if is_hub else known.upstream
        return LinkState(
            role="hub" if is_hub else "station",
            cut=cut,
            since=since,
            waiting=self._waiting(),
            waiting_at_hub=above.waiting if above is not None else 0,
            waiting_blobs=blobs,
            hub_name=hub.name if hub else "",
            has_head_office=has_above,
            above_known=is_hub or above is not None,
            starting=self._node.gathering,
            defect=self._node.defect,
            revoked=known.revoked,
            identical_until=self._identical_until(),
            clock_off_seconds=round(known.clock_off_ms / 1000),
        )

    @property
    def _has_above(self) -> bool:
        return bool(self._office.setting(HEAD_OFFICE))

    def _cut(self) -> tuple[tuple[str, ...], int | None]:
        """What does not answer, and since when: the nearest, since of what lies behind it nothing is known."""
        known, is_hub = self._known, self._node.is_hub
        if not is_hub and not known.is_good(status.HUB):
            return (("hub",) if own_addresses() else ("lan", "hub")), known.ways[status.HUB].cut_since
        above = self.upstream() if is_hub else known.upstream
        if not self._has_above or above is None or not above.why:
            return (), None
        if above.why in NO_INTERNET:
            return ("internet",), above.cut_since
        refuses = above.why.partition(" ")[0] in REFUSALS
        return (("refused", "head_office") if refuses else ("head_office",)), above.cut_since

    def upstream(self) -> Upstream | None:
        """How this hub stands with head office; None where there is none."""
        if not self._has_above:
            return None
        way, same = self._known.ways[status.HEAD_OFFICE], self._same(status.HEAD_OFFICE)
        heard = way.ok_at is not None or way.cut_since is not None
        told = Upstream(cut_since=way.cut_since, why=way.why if heard else UNHEARD, waiting=self._waiting())
        if same is None:
            return told
        return replace(told, same_at=same.at, position=same.position, log_hash=same.log_hash)

    def told_to_stations(self) -> Upstream | None:
        """The same, read once for all who ask after an event, and at most a second old."""
        now, version = self._office.ports.clock.monotonic(), self._version
        known = self._told
        if known is not None and known[0] == version and now - known[1] <= TOLD_FOR_MS:
            return known[2]
        found = self.upstream()
        self._told = version, now, found
        return found

    def changed(self) -> None:
        """Read anew at the next question; what is being read now is old already. A refusal of head office is told."""
        self._version += 1
        way = self._known.ways[status.HEAD_OFFICE]
        code = way.why.partition(" ")[0] if way.why and self._has_above and self._node.is_hub else ""
        if code not in REFUSALS:
            self._refusal = ""
        elif code != self._refusal:
            self._refusal = code
            self._tell_refusal(code)

    def _tell_refusal(self, code: str) -> None:
        """Those who look after the branch are told once a day: nothing of it reaches head office until it is mended."""
        kind = REFUSED_BECAUSE.get(code, "head_office_refuses")
        facts = {"station": self._office.note.station}
        with self._office.store.writing() as connection:
            following.note(
                connection,
                f"{kind} {self._office.calendar_day()}",
                kind,
                "branch",
                "",
                facts,
                self._office.now(),
            )

    def _identical_until(self) -> int | None:
        """Up to when the bytes here are those of the last place that there is.

        A hub has compared them itself. A station has compared its own with the hub's, and the hub's were head office's
        up to an entry: what the hub says holds here where that entry stands here too.
        """
        mine = self._same(status.HEAD_OFFICE if self._node.is_hub else status.HUB)
        if self._node.is_hub or not self._has_above:
            return mine.at if mine is not None else None
        above = self._known.upstream
        if mine is None or above is None or above.same_at is None or above.position > mine.position:
            return None
        return min(mine.at, above.same_at) if self._stands_here(above.position, above.log_hash) else None

    def _same(self, place: str) -> Same | None:
        """What was proved with a place, as long as the entry it goes up to stands here."""
        same = self._known.same
        if same is None or same.place != place or not self._stands_here(same.position, same.log_hash):
            return None
        return same

    def _stands_here(self, position: int, log_hash: bytes) -> bool:
        with self._office.store.reading() as connection:
            return log.hash_at(connection, position) == log_hash

    def computers(self) -> tuple[Computer, ...]:
        """Every computer of the branch, by number."""
        office = self._office
        hub = office.note.station if self._node.is_hub else self._known.hub_station
        found = [
            Computer(
                station=station,
                number=each.number,
                name=each.name,
                place=each.place,
                full=each.full,
                revoked=each.revoked_at is not None,
                here=station == office.note.station,
                is_hub=station == hub,
                last_heard=self._node.last_heard.get(station),
            )
            for station, each in office.branch().stations.items()
        ]
        return tuple(sorted(found, key=lambda each: each.number))
