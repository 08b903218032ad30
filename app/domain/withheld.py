"""What a hall display and a kiosk hold of the log: every header, and no word of a case or a booking.

They are places that anybody reaches, and show nothing but the queue (DESIGN 2; docs/decisions/021).
"""

from collections.abc import Iterable

from msgspec.structs import replace

from app.domain.branch import Branch
from app.domain.events import Entry, read_header

SHOWN = ("branch", "day", "counter", "ticket")
"""Families of streams whose payloads the hall needs. Whatever is not named here, kinds of a newer program included, is
withheld."""


def is_shown(stream: str) -> bool:
    """Whether a display holds the payloads of this stream."""
    return stream.partition(":")[0] in SHOWN


def only_shows(branch: Branch | None, station: str) -> bool:
    """Whether a computer is enrolled as one that holds no payloads. Whom nobody enrolled the hub does not speak to."""
    found = branch.stations.get(station) if branch is not None else None
    return found is not None and not found.full


def withhold(entries: Iterable[Entry]) -> list[Entry]:
    """The same entries without what a display must not hold; hashes and signatures prove them all the same."""
    return [
        each
        if is_shown(read_header(each.held.header).stream)
        else replace(each, held=replace(each.held, payload=None))
        for each in entries
    ]
