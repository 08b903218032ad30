"""Is the branch file whole? The full check of every page and the whole chain, at most once a day."""

import logging
from collections.abc import Callable

import msgspec

from app.models import audit
from app.models.audit import Verified, verify
from app.services.office import Office
from app.services.retention import let_go_once_a_day

log = logging.getLogger(__name__)
CHECKED_ON = "checked_on"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What the full check found."""

    pages: tuple[str, ...]
    chain: Verified

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not self.pages and self.chain.bad_position is None


def check(office: Office) -> Health:
    """Read every page and every entry; a fault stops all confirming until the branch is restored."""
    pages = office.store.check_pages()
    chain = verify(office.store) if not pages else Verified(0, "", None)
    health = Health(pages=pages, chain=chain)
    if not health.whole:
        log.error("the file is damaged: %s %s", pages, chain)
        office.store.damaged = True
    return health


def check_once_a_day(office: Office) -> Health | None:
    """The same, unless it was done today already."""
    today = office.calendar_day()
    if office.setting(CHECKED_ON) == today:
        return None
    health = check(office)
    if health.whole:
        office.set_setting(CHECKED_ON, today)
    return health


def care_once_a_day(office: Office, stopping: Callable[[], bool] = lambda: False) -> Health | None:
    """The check, and then retention: of a file that was found damaged nothing is let go (DESIGN 3)."""
    health = check_once_a_day(office)
    if not office.store.damaged and not stopping():
        let_go_once_a_day(office, stopping)
    return health


def rebuild(office: Office) -> int:
    """Make every view anew from the journal; returns how many events were set aside."""
    return audit.rebuild(office.store)
