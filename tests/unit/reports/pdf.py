"""Reads a PDF of ours back: its pages, and the lines of text with the place where each stands."""

import base64
import re
import zlib
from dataclasses import dataclass

from app.reports import style

PAGE = re.compile(rb"/Contents (\d+) 0 R /MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]")
FONTS = re.compile(rb"/(F\d+\+\d+) (\d+) 0 R")
LINE = re.compile(rb"BT 1 0 0 1 ([-\d.]+) ([-\d.]+) Tm (.*?) T\* ET", re.DOTALL)
PIECE = re.compile(rb"/(F\d+\+\d+) ([\d.]+) Tf|\(((?:[^()\\]|\\.)*)\) Tj", re.DOTALL)
ESCAPE = re.compile(rb"\\(\d{3}|.)", re.DOTALL)
MEANING = re.compile(rb"<([0-9A-F]{2})> <([0-9A-F]{4,})>")


@dataclass(frozen=True)
class Font:
    """One subset of a font: its name, and what each byte stands for."""

    name: str
    meaning: dict[int, str]


@dataclass(frozen=True)
class Line:
    text: str
    x: float
    y: float
    font: str
    size: float

    @property
    def end(self) -> float:
        return self.x + style.text_width(self.text, self.font, self.size)


@dataclass(frozen=True)
class Page:
    width: float
    height: float
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


def pages(data: bytes) -> list[Page]:
    """The pages of `data`, as reportlab writes them."""
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    fonts = {name: _font(data, int(number)) for name, number in FONTS.findall(data)}
    return [
        Page(float(width), float(height), tuple(_lines(_stream(data, int(number)), fonts)))
        for number, width, height in PAGE.findall(data)
    ]


def embedded_fonts(data: bytes) -> list[str]:
    """Every font the document uses; those that are not embedded are marked."""
    names = re.findall(rb"/BaseFont /(\S+)", data)
    files = len(re.findall(rb"/FontFile2 ", data))
    return sorted(name.decode() for name in names) + ["not embedded"] * (len(names) - files)


def _lines(content: bytes, fonts: dict[bytes, Font]) -> list[Line]:
    lines = []
    for x, y, inside in LINE.findall(content):
        text, font, size = "", Font("", {}), 0.0
        for name, points, shown in PIECE.findall(inside):
            if name:
                font, size = fonts[name], float(points)
            else:
                text += "".join(font.meaning[byte] for byte in ESCAPE.sub(_unescaped, shown))
        lines.append(Line(text, float(x), float(y), font.name, size))
    return lines


def _unescaped(match: re.Match[bytes]) -> bytes:
    sign = match.group(1)
    return bytes([int(sign, 8)]) if len(sign) == 3 else sign


def _object(data: bytes, number: int) -> bytes:
    found = re.search(rb"\n%d 0 obj\n(.*?)\nendobj" % number, data, re.DOTALL)
    assert found
    return found.group(1)


def _stream(data: bytes, number: int) -> bytes:
    body = _object(data, number)
    packed = body[body.index(b"stream\n") + 7 : body.rindex(b"endstream")]
    if b"/ASCII85Decode" in body[: body.index(b"stream\n")]:
        packed = base64.a85decode(b"<~" + packed.strip(), adobe=True)
    return zlib.decompress(packed)


def _font(data: bytes, number: int) -> Font:
    body = _object(data, number)
    name = re.search(rb"/BaseFont /[A-Z]{6}\+(\S+)", body)
    table = re.search(rb"/ToUnicode (\d+) 0 R", body)
    assert name
    assert table
    meaning = MEANING.findall(_stream(data, int(table.group(1))))
    return Font(
        name.group(1).decode(),
        {int(byte, 16): bytes.fromhex(code.decode()).decode("utf-16-be") for byte, code in meaning},
    )
