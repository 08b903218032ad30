"""Codes that a new version of the rules has no more: what began under a former one is called, shown and finished."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from app.domain.bundle import RuleBundle, indexed
from app.domain.rules import Document, Outcome, PriorityGroup, Service
from app.errors import Refused


class Codes(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket may name, of one version of the rules."""

    services: tuple[Service, ...]
    priorities: tuple[PriorityGroup, ...]
    documents: tuple[Document, ...]
    outcomes: tuple[Outcome, ...]


def read_codes(data: bytes) -> Codes:
    """The codes of a bundle that was checked when it was kept."""
    return msgspec.json.decode(data, type=Codes)


def remember(rules: RuleBundle, former: Iterable[Codes]) -> RuleBundle:
    """The same rules, which still find by code what only a former version has, the newest first. Their lists, and so
    what can be chosen anew, stay as they are."""
    known = {name: indexed(getattr(rules, name)) for name in Codes.__struct_fields__}
    for codes in former:
        for name, found in known.items():
            for item in getattr(codes, name):
                found.setdefault(item.code, item)
    remembering = replace(rules)
    places = {f"_{name}": found for name, found in known.items()}
    vars(remembering).update(places)  # where the look-ups keep what they have found
    return remembering


def offered(rules: RuleBundle, code: str) -> Service:
    """A service that is given now; raises Refused("unknown_code") for one that is only remembered."""
    for service in rules.services:
        if service.code == code:
            return service
    raise Refused("unknown_code", what=code)


def retired(rules: RuleBundle, codes: Iterable[str]) -> tuple[Service, ...]:
    """Those of `codes` that are not given any more."""
    given = {each.code for each in rules.services}
    return tuple(rules.service(code) for code in sorted(set(codes) - given))
