"""Which computer gives the plain numbers, and how they go from one to the next (decision 24)."""

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:  # the branch's own module lists these events among its others
    from app.domain.branch import Branch
    from app.domain.events import Event


class HomeMoved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another PC gives plain numbers, as soon as the former one cannot any more. `by` is the fingerprint and station
    where it was written; empty in a program that let it count at once."""

    home: str
    station: str
    by: tuple[str, str] = ("", "")


class HomeReleased(msgspec.Struct, frozen=True, kw_only=True):
    """The computer `by` (fingerprint, station) knows that the home was moved, and gives no plain number any more."""

    home: str
    station: str
    by: tuple[str, str]


def home_moved(branch: "Branch", event: "Event", move: HomeMoved) -> "Branch":
    """The former home goes on giving plain numbers until it has heard of it: only then nobody gives one twice."""
    former = branch.series_giver
    known = branch.stations.get(former[1])
    gone = known is not None and known.revoked_at is not None
    # The same station on other hardware is the former one, put back from its backup.
    at_once = gone or move.by in (("", ""), former) or former[1] == move.station
    giver = ("", "") if at_once or former == (move.home, move.station) else former
    return replace(branch, home=move.home, station=move.station, giver=giver)


def home_released(branch: "Branch", event: "Event", freed: HomeReleased) -> "Branch":
    """The next one may: the home, or whom the former one took for it."""
    if freed.by != branch.series_giver:
        return branch  # said already, or by a computer that is out
    to = (freed.home, freed.station)
    return replace(branch, giver=("", "") if to == (branch.home, branch.station) else to)
