"""One other computer as this one calls it: rounds, and the few other things it can be asked."""

from typing import TYPE_CHECKING

import msgspec

from app.errors import Refused
from app.sync.messages import Answer, Round, read_answer, write

if TYPE_CHECKING:  # requests is loaded when somebody is called, not on the way to the first window
    from app.sync.trust_caller import Caller
    from app.sync.uploader import SignedSession

ROUND, BUCKETS, RULES, SECRETS, SNAPSHOT = (
    "/v1/round",
    "/v1/buckets",
    "/v1/rules",
    "/v1/secrets",
    "/v1/snapshot",
)
ABOVE = "/v1/above"
ATTACHMENTS = "/v1/attachments"
HEALTH = "/healthz"
HEALTH_SECONDS = 2.0


class Peer:
    """A hub or head office at an address; one thread at a time."""

    def __init__(self, caller: "Caller") -> None:
        self._caller = caller
        self.address = caller.address

    def round(self, question: Round, read_seconds: float) -> Answer:
        """Ask, and wait for the answer at most so long; raises Refused as Caller.call does."""
        wait = question.wait_ms / 1000
        came = self._caller.call("POST", ROUND, write(question), read_seconds=read_seconds + wait)
        return read_answer(came.body)

    def ask(self, path: str, question: object, read_seconds: float = 10.0) -> bytes:
        """Something else, as MessagePack; gives the body of the answer."""
        return self._caller.call(
            "POST", path, msgspec.msgpack.encode(question), read_seconds=read_seconds
        ).body

    def session(self) -> "SignedSession":
        """For uploads, which speak by statuses."""
        from app.sync.uploader import SignedSession

        return SignedSession(self._caller.call)

    def piece(self, path: str, first: int, last: int) -> bytes:
        """Bytes `first` to `last` (included) of something long; raises Refused as Caller.call does."""
        headers = {"Range": f"bytes={first}-{last}", "Tus-Resumable": "1.0.0"}
        return self._caller.call("GET", path, b"", headers, accept=(206,)).body

    def is_well(self) -> bool:
        """Whether the service at the address answers, and its database does; costs it next to nothing."""
        try:
            self._caller.call("GET", HEALTH, read_seconds=HEALTH_SECONDS)
        except Refused:
            return False
        return True

    def drop(self) -> None:
        """End a call that is under way, from another thread."""
        self._caller.drop()

    def close(self) -> None:
        """Let the connection go."""
        self._caller.close()


UNREACHED = frozenset(
    {
        "hub_unreachable",
        "hub_slow",
        "hub_unavailable",
        "captive_portal",
        "hub_not_trusted",
        "hub_certificate_date",
        "answer_too_large",
        "message_damaged",
    }
)
"""Refusals that say nothing of what was asked: the other computer was not reached, or something stood between."""


def is_cut(refused: Refused) -> bool:
    """Whether a refusal means that the other computer was not reached."""
    return refused.code in UNREACHED


def may_be_back(refused: Refused) -> bool:
    """Whether it is worth looking before a pause is over: nobody was there. One that is too busy is left alone."""
    away = refused.code in ("hub_unreachable", "hub_slow", "captive_portal")
    return away or refused.facts.get("reason") == "database_unreachable"
