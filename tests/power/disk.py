"""A disk whose power fails: what was synced is there; the rest is there, or not, or in part, sector by sector.

What is taken for granted is what SQLite takes for granted: a sync that returned is kept, and a sector that is written in
part does not harm the bytes beside it (its "powersafe overwrite", the default on every system Loket runs on).
"""

import random
from collections.abc import Iterator
from typing import Any

import msgspec

from tests.power.trace import Created, Cut, FolderSynced, Removed, Step, Synced, Written

SECTORS = (512, 4096)


class Weather(msgspec.Struct, frozen=True):
    """How much of what was not synced arrives, drawn anew for each power cut."""

    sector: int
    """bytes that arrive together"""
    arrives: float
    """likelihood that the newest version of a sector is on the disk"""
    torn: float
    """likelihood that an older version of a sector was being overwritten by the next at that instant"""
    filth: bool
    """whether new blocks that were never written hold what was there before, not zeros"""

    @classmethod
    def draw(cls, chance: random.Random) -> "Weather":
        """Any."""
        return cls(
            sector=chance.choice(SECTORS),
            arrives=chance.choice((0.0, 0.05, 0.3, 0.5, 0.7, 0.95, 1.0)),
            torn=chance.choice((0.0, 0.1, 0.5)),
            filth=chance.random() < 0.5,
        )


def _one_of(versions: list[Any], weather: Weather, chance: random.Random) -> Any:
    """The newest, or one before it, where there is any."""
    newest = len(versions) == 1 or chance.random() < weather.arrives
    return versions[-1] if newest else chance.choice(versions[:-1])


class _File:
    """What one file surely holds, and what was done to it since."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = bytearray(content)
        self.since: list[Written | Cut] = []

    def sync(self) -> None:
        for step in self.since:
            _do(self.content, step)
        self.since = []

    def image(self, weather: Weather, chance: random.Random) -> bytes:
        """The file as it may be found."""
        if not self.since:
            return bytes(self.content)
        found, lengths = self._blocks(weather, chance)
        by_sector: dict[int, list[tuple[int, bytes]]] = {}
        for offset, data in _pieces(self.since, lengths, weather.sector):
            by_sector.setdefault(offset // weather.sector, []).append((offset, data))
        for pieces in by_sector.values():
            _settle(found, pieces, weather, chance)
        return bytes(found[: _one_of(lengths, weather, chance)])

    def _blocks(self, weather: Weather, chance: random.Random) -> tuple[bytearray, list[int]]:
        """What was certain, with room for all that came since, and each length the file has had."""
        lengths = [len(self.content)]
        for step in self.since:
            lengths.append(
                step.size if isinstance(step, Cut) else max(lengths[-1], step.offset + len(step.data))
            )
        room = max(lengths) - len(self.content)
        return self.content + (chance.randbytes(room) if weather.filth else bytes(room)), lengths


def _do(content: bytearray, step: Written | Cut) -> None:
    if isinstance(step, Cut):
        content[step.size :] = bytes(max(0, step.size - len(content)))
        return
    content.extend(bytes(max(0, step.offset - len(content))))
    content[step.offset : step.offset + len(step.data)] = step.data


def _pieces(since: list[Written | Cut], lengths: list[int], sector: int) -> Iterator[tuple[int, bytes]]:
    """Each write taken apart at the borders of sectors; what is cut off, and gaps that are skipped, become zeros."""
    for step, before in zip(since, lengths, strict=False):
        if isinstance(step, Cut):
            first, last = min(step.size, before), max(step.size, before)
            data = bytes(last - first)
        else:
            first = min(step.offset, before)
            data = bytes(step.offset - first) + step.data
        at = 0
        while at < len(data):
            count = min(sector - (first + at) % sector, len(data) - at)
            yield first + at, data[at : at + count]
            at += count


def _settle(
    found: bytearray, pieces: list[tuple[int, bytes]], weather: Weather, chance: random.Random
) -> None:
    """One sector: some version of it, whole, or one version half over another."""
    reached = len(pieces) if chance.random() < weather.arrives else chance.randrange(len(pieces))
    for offset, data in pieces[:reached]:
        found[offset : offset + len(data)] = data
    if reached < len(pieces) and chance.random() < weather.torn:
        offset, data = pieces[reached]
        cut = chance.randrange(len(data) + 1)
        rest = bytes(found[offset + cut : offset + len(data)])
        if chance.random() < 0.3:  # interrupted within: neither the old nor the new
            rest = chance.randbytes(len(rest))
        found[offset : offset + len(data)] = data[:cut] + rest


class Disk:
    """The files of one folder. `do` follows the program; `image` is what is found when the power fails now."""

    def __init__(self, start: dict[str, bytes]) -> None:
        self._files = {number: _File(content) for number, content in enumerate(start.values())}
        self._names: dict[str, int | None] = {name: number for number, name in enumerate(start)}
        self._renamed: list[tuple[str, int | None]] = []
        """names that came or went since the folder was synced, in order"""

    def do(self, step: Step) -> None:
        """One call of the program has begun; a sync has returned."""
        match step:
            case Created(name, number):
                self._files[number] = _File()
                self._renamed.append((name, number))
            case Removed(name):
                self._renamed.append((name, None))
            case FolderSynced():
                self._names |= dict(self._renamed)
                self._renamed = []
            case Written() | Cut():
                self._files[step.file].since.append(step)
            case Synced(number):
                self._files[number].sync()

    def image(self, chance: random.Random, weather: Weather | None = None) -> dict[str, bytes]:
        """The files by name, as they may be found; the disk itself goes on as if nothing had been."""
        weather = weather or Weather.draw(chance)
        found = {}
        for name, versions in self._versions().items():
            number = _one_of(versions, weather, chance)
            if number is not None:
                found[name] = self._files[number].image(weather, chance)
        return found

    def _versions(self) -> dict[str, list[Any]]:
        """What each name may stand for: first what is certain."""
        versions: dict[str, list[Any]] = {name: [number] for name, number in self._names.items()}
        for name, number in self._renamed:
            versions.setdefault(name, [None]).append(number)
        return versions
