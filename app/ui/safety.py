"""Whether all is safe, said in the top bar at any time: the daily check, a damaged page, a disk that fills up."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.errors import Refused
from app.ui.background import Background
from app.ui.network_words import Told, status_line
from app.ui.notify import Notify
from app.ui.shell import Shell
from app.ui.theme import Tone

if TYPE_CHECKING:  # the first window must not wait for the database's libraries
    from app.services.office import Office

log = logging.getLogger(__name__)

WATCH_MS = 1_000
CHECK_AFTER = 2
DISK_EVERY = 60
"""In looks, one a second: when the full check begins after a sign-in, and how often the room on the disk is asked."""


class Safety(QObject):
    """Looks once a second at what others have met; the work of looking itself is never done on the window's thread."""

    def __init__(
        self, shell: Shell, background: Background, notify: Notify, begin_restore: Callable[[], None]
    ) -> None:
        super().__init__(shell)
        self._shell = shell
        self._background = background
        self._notify = notify
        self._begin_restore = begin_restore
        self._office: Office | None = None
        self._person = ""
        self._looks = 0
        self._looks_of_person = 0
        self._low_disk = False
        self._told: set[str] = set()
        self._link: Told | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(WATCH_MS)
        self._timer.timeout.connect(self.look)

    def begin(self, office: "Office") -> None:
        """A branch was opened."""
        self._office, self._looks, self._low_disk, self._told = office, 0, False, set()
        self._link = None
        self._show()
        self._timer.start()
        self.look()

    def stop(self) -> None:
        """No branch is open."""
        self._timer.stop()
        self._office = None

    def set_person(self, person: str) -> None:
        """Who signed in, "" when nobody works here."""
        self._person, self._looks_of_person = person, 0

    def set_link(self, link: Told | None) -> None:
        """How this computer stands with the others: said unless something worse is."""
        self._link = link
        self._show()

    def look(self) -> None:
        """A damaged page is told of as soon as anything met it; a disk that fills up, once a minute."""
        office = self._office
        if office is None:
            return
        if office.store.damaged:
            self.tell_damage()
        if self._looks % DISK_EVERY == 0:
            self._background.read(self, office.low_disk).success(self._show_disk).start()
        self._looks += 1
        self._looks_of_person += 1
        if self._person and self._looks_of_person == CHECK_AFTER:
            self._check(office)

    def _check(self, office: "Office") -> None:
        """The full check of pages and chain, and retention: beside the work, once a day (DESIGN 3 and 4)."""
        from app.services.health import care_once_a_day

        checking = self._background.read(
            self, lambda: care_once_a_day(office, stopping=lambda: self._office is not office)
        )
        checking.success(lambda _: self.look()).failure(lambda _: self.look()).start()

    def _show_disk(self, low: bool) -> None:
        self._low_disk = low
        self._show()

    def tell_damage(self) -> None:
        """Nothing is confirmed any more; say once to each person what is safe, and offer restore to those who may."""
        office, person = self._office, self._person
        self._show()
        if office is None or not person or person in self._told:
            return
        self._told.add(person)
        if not office.may(person, "backup.make"):
            self._notify.refuse(Refused("file_damaged"))
            return
        self._notify.ask(
            self._shell,
            self.tr("Berkas data rusak"),
            self.tr(
                "Sejak sekarang tidak ada yang disimpan, dan tidak ada yang dinyatakan tersimpan. Semua yang sudah "
                "dikonfirmasi sampai cadangan terakhir aman di cadangan itu. Pulihkan dengan kunci dari brankas."
            ),
            yes=self.tr("Pulihkan dari cadangan"),
            no=self.tr("Nanti"),
            then=self._begin_restore,
            danger=True,  # Enter is no: the question may come in the middle of typing
        )

    def _show(self) -> None:
        """Says in words whether all is safe, and where it is."""
        if self._office is None:
            return
        line = status_line(self._link) if self._link is not None else None
        if line is not None and not self._office.store.damaged and not self._low_disk:
            self._shell.set_status(line.tone, line.icon, *line.texts)
            return
        if self._office.store.damaged:
            tone, icon, text = (
                Tone.BAD,
                "octagon-alert",
                self.tr("Berkas data rusak · tidak ada yang disimpan"),
            )
        elif self._low_disk:
            tone, icon = Tone.WARN, "hard-drive"
            text = self.tr("Ruang disk hampir habis · masih tersimpan")
        elif self._office.key_place == "file":
            tone, icon = Tone.GOOD, "hard-drive"
            text = self.tr("Tersimpan di komputer ini · jaga berkas kuncinya")
        else:
            tone, icon, text = Tone.GOOD, "hard-drive", self.tr("Tersimpan di komputer ini")
        shorter = text.partition(" · ")[0]
        self._shell.set_status(tone, icon, *dict.fromkeys((text, shorter)))
