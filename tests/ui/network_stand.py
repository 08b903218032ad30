"""A network and conflicts that a test sets: what the screens of many computers are shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from msgspec.structs import replace

from app.errors import Refused
from app.services.hub_papers import Invited
from app.services.network_pointing import Pointed
from app.services.network_views import Computer, LinkState, Notice
from tests.houses import EIGHT_O_CLOCK

MINUTE = 60_000
CUT_AT = EIGHT_O_CLOCK + 392 * MINUTE
"""14.32 in WIB."""


def computer(number: int, name: str, **more: Any) -> Computer:
    """One that was heard of at eight."""
    given: dict[str, Any] = {
        "station": f"s{number}",
        "number": number,
        "name": name,
        "place": "counter",
        "full": True,
        "revoked": False,
        "here": False,
        "is_hub": False,
        "last_heard": EIGHT_O_CLOCK,
    }
    return Computer(**{**given, **more})


COMPUTERS = (
    computer(1, "Meja depan", place="desk", is_hub=True, last_heard=CUT_AT - MINUTE),
    computer(2, "Loket 1"),
    computer(3, "Loket 2", here=True, last_heard=None),
    computer(4, "Layar", place="display", full=False),
    computer(5, "Loket lama", revoked=True, last_heard=None),
)

CONNECTED = LinkState(role="station", hub_name="Meja depan", has_head_office=True)
WITHOUT_HUB = replace(CONNECTED, cut=("hub",), since=CUT_AT, waiting=12, waiting_blobs=2)
HUB = LinkState(role="hub", has_head_office=True)
WITHOUT_INTERNET = replace(HUB, cut=("internet",), since=CUT_AT, waiting=7)


class StandInNetwork:
    """Says what it was told to, keeps what was asked of it, and refuses once if `refuses` is set."""

    def __init__(self, link: LinkState | None = None) -> None:
        self.link = link or LinkState(role="alone")
        self.known: tuple[Computer, ...] = COMPUTERS
        self.places: dict[str, str] = {}
        self.untold: list[Notice] = []
        self.asked: list[tuple[Any, ...]] = []
        self.refuses = ""
        self.answers = True
        self.address = "https://192.168.1.5:8443"
        self.until = EIGHT_O_CLOCK + 10 * MINUTE
        self._listeners: list[Callable[[], None]] = []

    def clocks(self) -> tuple[tuple[str, int], ...]:
        return ()

    # what is shown

    def state(self) -> LinkState:
        return self.link

    def computers(self) -> tuple[Computer, ...]:
        return self.known

    def place_of(self, stream: str) -> str:
        return self.places.get(stream, "here")

    def notices(self, person: str) -> tuple[Notice, ...]:
        return tuple(each for each in self.untold if each.who in ("", person))

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def tell(self, link: LinkState | None = None) -> None:
        """The state is another one now."""
        self.link = link or self.link
        for listener in self._listeners:
            listener()

    class engine:  # noqa: N801 - stands where the real one is an attribute
        """Whoever wants to be told after a round may say so; there are none here."""

        after_round: ClassVar[list[Any]] = []

        class above:  # noqa: N801 - as above
            """Nor from head office."""

            after: ClassVar[list[Any]] = []

    def waiting(self) -> int:
        """Nothing waits but what the test says."""
        return 0

    def start(self, serves: object = None) -> None:
        """Nothing talks here."""

    def stop(self) -> None:
        """Nothing talked."""

    # what is asked

    def _ask(self, *what: Any) -> None:
        if self.refuses:
            code, self.refuses = self.refuses, ""
            raise Refused(code)
        self.asked.append(what)

    def invite(self, who: str) -> Invited:
        self._ask("invite", who)
        return Invited("ABCD-EFGH-JK", self.address, self.until)

    def revoke(self, who: str, station: str, reason: str) -> None:
        self._ask("revoke", who, station, reason)

    def take_over(self, who: str) -> None:
        self._ask("take_over", who)

    def point_to(self, who: str, address: str) -> Pointed:
        self._ask("point_to", who, address)
        return Pointed(address=f"https://{address}", answered=self.answers, hub_name="Meja depan")

    def home_here(self, who: str) -> None:
        self._ask("home_here", who)

    def join_head_office(self, who: str, address: str, code: str) -> None:
        self._ask("join_head_office", who, address, code)

    def export_stick(self, who: str, path: Path) -> int:
        self._ask("export_stick", who, path)
        return 1234

    def import_stick(self, who: str, path: Path) -> int:
        self._ask("import_stick", who, path)
        return 56

    def seen(self, person: str, notice: str) -> None:
        self._ask("seen", person, notice)
        self.untold = [each for each in self.untold if each.id != notice]
