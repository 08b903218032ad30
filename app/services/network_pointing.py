"""Where the hub is, told by a person: the typed address is tried at once, and kept where the hub may be there."""

import ipaddress
import re

import msgspec

from app.errors import Refused
from app.services.network_ways import Ways
from app.services.office import Office
from app.sync import status
from app.sync.engine import ACT_SECONDS, Engine
from app.sync.node import Taken

HUB_PORT = 8443
"""Where a hub listens unless it was told otherwise; what is typed without a port means this one."""
SILENT = ("hub_unreachable", "hub_slow", "hub_unavailable")
"""Nobody answered: the hub may be there and switched off, so that its address is worth keeping."""
NO_HUB = ("station", "term")
"""Answers of a computer of this branch that orders nothing (any more)."""


class Pointed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a typed address: `address` in full, and whether the hub answered there just now."""

    address: str
    answered: bool
    hub_name: str = ""
    """Empty while nobody answered."""


def full_address(typed: str) -> str:
    """`https://host:port` of what somebody typed, scheme and port being optional.

    Raises Refused("address_wrong" | "plain_http").
    """
    from app.sync.trust_caller import read_address

    said = typed.strip().rstrip("/")
    address = said if "://" in said else f"https://{said}"
    _, host, _ = read_address(address)
    if re.fullmatch(r"[0-9.]+", host):
        try:
            ipaddress.ip_address(host)
        except ValueError as error:
            raise Refused("address_wrong", address=typed) from error
    return address if re.search(r":[0-9]+$", address) else f"{address}:{HUB_PORT}"


def point_to(office: Office, ways: Ways, engine: Engine, who: str, typed: str) -> Pointed:
    """Ask whoever is at a typed address for one round; waits at most some seconds.

    The hub of this branch is followed from here on. An address at which nobody answers is kept and tried again.
    Raises Refused("no_right" | "hub_here" | "address_wrong" | "plain_http" | "hub_of_others" | "hub_not_there" |
    "station_revoked" | "captive_portal" | ...), and then keeps nothing.
    """
    office.require(who, "station.manage")
    if engine.node.is_hub:
        raise Refused("hub_here")
    address = full_address(typed)
    try:
        taken = _asked(ways, engine, address)
    except Refused as refused:
        if refused.code == "hub_not_trusted":
            raise Refused("hub_of_others", address=address) from refused
        if refused.code not in SILENT:
            raise
        taken = None
    if taken is not None and not taken.followed and taken.need == "revoked":
        raise Refused("station_revoked")
    if taken is not None and not taken.followed and taken.need in NO_HUB:
        raise Refused("hub_not_there", address=address)
    ways.add(address)
    answered = taken is not None and taken.followed
    if answered:
        engine.status.good(status.HUB)  # so that the next round is asked of this address and of no other one
    engine.wake()
    hub = office.branch().stations.get(engine.status.hub_station) if answered else None
    return Pointed(address=address, answered=answered, hub_name=hub.name if hub else "")


def _asked(ways: Ways, engine: Engine, address: str) -> Taken:
    peer = ways.at(address)
    try:
        answer = peer.round(engine.node.ask(), ACT_SECONDS)
    finally:
        peer.close()
    taken = engine.node.take(answer)
    if taken.followed:
        engine.status.hub_station = answer.hello.station
    return taken
