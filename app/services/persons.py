"""The names on the sign-in page, and who signed in; light, so that the page need not wait for the database toolkit."""

from pathlib import Path

import msgspec

from app.config import DataFolder
from app.credentials import load_key
from app.domain.branch import Branch
from app.domain.calendar import day_of
from app.errors import Refused
from app.machine import SystemClock
from app.models.first_look import first_look


class PersonCard(msgspec.Struct, frozen=True, kw_only=True):
    """A name on the sign-in page."""

    id: str
    name: str
    title: str
    roles: tuple[str, ...]
    demo_secret: str = ""
    """Only in a demo branch: shown so that anybody can try."""
    sat_last: bool = False
    """Whether this person signed in at this computer last."""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signed in, with the roles of today."""

    id: str
    name: str
    title: str
    roles: tuple[str, ...]
    places: tuple[str, ...]
    must_change: bool = False


class FirstNames(msgspec.Struct, frozen=True, kw_only=True):
    """What the sign-in page shows before the branch is open."""

    branch: str
    demo: bool
    people: tuple[PersonCard, ...]


def cards(branch: Branch, demo_secrets: dict[str, str], day: str, last: str = "") -> tuple[PersonCard, ...]:
    """Everybody who may sign in, by name; `last` is the person who sat at this computer last."""
    found = (
        PersonCard(
            id=each.id,
            name=each.name,
            title=each.title,
            roles=branch.roles_now(each.id, day),
            demo_secret=demo_secrets.get(each.name, "") if branch.demo else "",
            sat_last=each.id == last,
        )
        for each in branch.people.values()
        if each.active
    )
    return tuple(sorted(found, key=lambda card: card.name.casefold()))


def first_names(folder: DataFolder, key_file: Path | None) -> FirstNames | None:
    """The names, before anything was checked; None when there is no branch or it does not answer.

    Nothing is confirmed on their strength: signing in waits for the full opening, which also says what is wrong.
    """
    if not folder.is_set_up():
        return None
    try:
        look = first_look(folder.database, load_key(folder, folder.read_note(), key_file))
    except Refused:
        return None
    if look is None:
        return None
    branch = look.branch
    today = day_of(SystemClock().now(), branch.zone)
    return FirstNames(
        branch=branch.name, demo=branch.demo, people=cards(branch, look.demo_secrets, today, look.last)
    )
