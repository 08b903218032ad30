"""What the rules and services need of the machine: time, chance and a name for it; a demo day brings its own."""

from typing import Protocol


class Clock(Protocol):
    """The two clocks of a computer."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC, as the operating system has them: may jump."""
        ...

    def monotonic(self) -> int:
        """Milliseconds since some moment of this run: never jumps, says nothing across runs."""
        ...


class Entropy(Protocol):
    """Chance: ids, salts and keys."""

    def take(self, count: int) -> bytes:
        """`count` random bytes."""
        ...


class Machine(Protocol):
    """The computer under the program."""

    def fingerprint(self) -> str:
        """A name of this computer that a copied disk does not carry along (DESIGN 2, home PC)."""
        ...

    def parts(self) -> dict[str, str]:
        """Numbers of what does not change, by `system`, `card 1`, `disk 1` …; empty where the fingerprint is enough."""
        ...

    def offset_minutes(self, at: int) -> int:
        """Minutes by which the system's own zone is ahead of UTC at a moment."""
        ...


def new_id(at: int, entropy: Entropy) -> str:
    """A UUIDv7 as 32 hex digits (RFC 9562): the first 48 bits are `at`, so ids sort by the time they were made."""
    random = int.from_bytes(entropy.take(10), "big")
    value = (
        (at & 0xFFFF_FFFF_FFFF) << 80
        | 7 << 76
        | (random >> 68 & 0xFFF) << 64
        | 2 << 62
        | random & (2**62 - 1)
    )
    return f"{value:032x}"
