"""Somebody speaks in the name of a computer with another key: its disk was copied into another one, or he is a forger."""

import logging
import threading

from app.domain.rights import SYSTEM
from app.errors import Refused
from app.models import following
from app.models.journal import Journal

record = logging.getLogger(__name__)

DAY_MS = 86_400_000


class Strangers:
    """Tells those who look after the branch, once a day for each name: a thousand tries are one notice."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._told: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    def heard(self, station: str) -> None:
        """A request in the name of this computer bore a signature that its key did not make. Returns at once."""
        today = self._journal.clock.now() // DAY_MS
        with self._lock:
            if (station, today) in self._told:
                return
            self._told.add((station, today))
        threading.Thread(target=self._tell, args=(station, today), name="stranger", daemon=True).start()

    def _tell(self, station: str, today: int) -> None:
        record.warning("somebody speaks in the name of %s with another key", station)
        try:
            with self._journal.unit(SYSTEM) as unit:
                name = f"copied {station} {today}"
                facts = {"station": station}
                following.note(unit.connection, name, "station_copied", "branch", "", facts, unit.at)
        except Refused as refused:
            record.warning("it could not be noted: %s", refused.code)
