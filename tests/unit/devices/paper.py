"""A small ESC/POS printer for tests: reads the bytes of a ticket back and refuses what it does not know."""

from dataclasses import dataclass, field

QR_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}


@dataclass(frozen=True)
class Line:
    text: str
    align: str
    width: int
    height: int
    bold: bool


@dataclass(frozen=True)
class Raster:
    rows: tuple[tuple[bool, ...], ...]
    align: str


@dataclass(frozen=True)
class Code:
    text: str
    dots: int
    level: str
    align: str


@dataclass(frozen=True)
class Feed:
    lines: int


@dataclass(frozen=True)
class Cut:
    kind: str


@dataclass
class Paper:
    """What came out of the printer, from the top."""

    things: list[object] = field(default_factory=list)
    code_page: int | None = None

    @property
    def lines(self) -> list[Line]:
        return [thing for thing in self.things if isinstance(thing, Line)]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def only(self, kind: type) -> object:
        found = [thing for thing in self.things if isinstance(thing, kind)]
        assert len(found) == 1, found
        return found[0]


class Printer:
    """Reads commands as the Epson reference defines them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.paper = Paper()
        self.row = bytearray()
        self.qr: dict[int, bytes] = {}
        self.reset()

    def reset(self) -> None:
        self.align, self.width, self.height, self.bold = "left", 1, 1, False

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        assert len(piece) == count, "a command is cut off"
        self.at += count
        return piece

    def number(self, count: int = 2) -> int:
        return int.from_bytes(self.take(count), "little")

    def read(self) -> Paper:
        assert self.data.startswith(b"\x1b@"), "the printer is not initialised first"
        while self.at < len(self.data):
            byte = self.take(1)
            if byte == b"\x1b":
                self.escape(self.take(1))
            elif byte == b"\x1d":
                self.group(self.take(1))
            elif byte == b"\n":
                self.newline()
            else:
                assert 0x20 <= byte[0] <= 0x7E, f"not ASCII: {byte!r} at {self.at - 1}"
                self.row += byte
        assert not self.row, "the last line was never printed"
        return self.paper

    def newline(self) -> None:
        self.paper.things.append(
            Line(self.row.decode("ascii"), self.align, self.width, self.height, self.bold)
        )
        self.row.clear()

    def escape(self, command: bytes) -> None:
        if command == b"@":
            self.reset()
            return
        value = self.take(1)[0]
        if command == b"a":
            assert not self.row, "alignment counts only at the beginning of a line"
            self.align = ("left", "center", "right")[value]
        elif command == b"E":
            self.bold = bool(value & 1)
        elif command == b"t":
            self.paper.code_page = value
        elif command == b"d":
            self.paper.things.append(Feed(value))
        else:
            raise AssertionError(f"unknown command ESC {command!r}")

    def group(self, command: bytes) -> None:
        if command == b"!":
            size = self.take(1)[0]
            self.width, self.height = (size >> 4) + 1, (size & 0x0F) + 1
        elif command == b"V":
            self.paper.things.append(Cut({0: "full", 1: "partial"}[self.take(1)[0]]))
        elif command == b"v":
            self.raster()
        elif command == b"(":
            self.two_dimensional()
        else:
            raise AssertionError(f"unknown command GS {command!r}")

    def raster(self) -> None:
        assert self.take(2) == b"0\x00"
        width, height = self.number(), self.number()
        rows = []
        for _ in range(height):
            bits = "".join(f"{byte:08b}" for byte in self.take(width))
            rows.append(tuple(bit == "1" for bit in bits))
        self.paper.things.append(Raster(tuple(rows), self.align))

    def two_dimensional(self) -> None:
        assert self.take(1) == b"k"
        piece = self.take(self.number())
        assert piece[:1] == b"1"
        self.qr[piece[1]] = piece[2:]
        if piece[1] == 81:
            stored = self.qr[80]
            assert stored[:1] == b"0"
            code = Code(stored[1:].decode(), self.qr[67][0], QR_LEVELS[self.qr[69][0]], self.align)
            self.paper.things.append(code)


def read(data: bytes) -> Paper:
    """The paper that `data` prints. Fails on any command or byte that a plain ESC/POS printer may not know."""
    return Printer(data).read()
