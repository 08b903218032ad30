"""Fonts, fitting of text, QR codes and equal bytes."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.devices.qr import qr_matrix
from app.reports import style
from tests.unit.reports.pdf import embedded_fonts, pages


def one_page(text: str) -> bytes:
    return style.build(
        lambda canvas: style.draw_text(canvas, (50, 700), text, style.BOLD, 20), "Uji", style.A4
    )


def test_the_same_drawing_gives_the_same_bytes() -> None:
    assert one_page("Rp1.234.567") == one_page("Rp1.234.567")
    assert one_page("Rp1.234.567") != one_page("Rp1.234.568")


def test_only_our_own_font_is_used_and_it_is_embedded() -> None:
    assert embedded_fonts(one_page("Rekap harian")) == ["AAAAAA+PlusJakartaSans-Bold"]


def test_two_threads_may_make_pages_at_once() -> None:
    expected, made = one_page("Rekap harian"), []
    threads = [threading.Thread(target=lambda: made.append(one_page("Rekap harian"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [expected] * 8


@pytest.mark.parametrize("font", style.FONTS)
def test_figures_are_of_one_width(font: str) -> None:
    assert len({style.text_width(digit * 8, font, 10) for digit in "0123456789"}) == 1


def test_figures_are_drawn_with_the_glyphs_that_were_measured() -> None:
    from reportlab.pdfbase import pdfmetrics

    style.register_fonts()
    face = pdfmetrics.getFont(style.REGULAR).face
    assert [face.hmetrics[face.charToGlyph[ord(digit)]][0] for digit in "01"] == [600, 600]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Rp1.234 · 17 mnt – é", "Rp1.234 · 17 mnt – é"),
        ("a\nb\tc\x00d\x1b", "a b c d"),
        ("👨‍👩‍👧 keluarga 漢字", "? keluarga ?"),
        ("ＡＢ ﬁ", "AB fi"),
        ("satu\u00addua \u202eterbalik", "satudua terbalik"),
        ("e\u0301", "é"),
        ("", ""),
    ],
)
def test_text_is_cleaned_for_the_font(text: str, drawn: str) -> None:
    assert style.clean(text) == drawn


def test_long_text_is_cut_off_with_an_ellipsis() -> None:
    short = style.fitted("Surat keterangan berhenti bekerja", style.REGULAR, 9, 80)
    assert short.startswith("Surat ket")
    assert short.endswith("…")
    assert style.text_width(short, style.REGULAR, 9) <= 80
    assert style.fitted("KTP", style.REGULAR, 9, 80) == "KTP"


@given(st.text(max_size=400), st.floats(min_value=20, max_value=400))
def test_what_is_cut_off_is_as_long_as_there_is_room_for(text: str, width: float) -> None:
    whole, short = style.clean(text), style.fitted(text, style.MEDIUM, 9, width)
    assert style.text_width(short, style.MEDIUM, 9) <= width
    if short != whole:
        kept = short[:-1]
        longer = whole[: len(kept) + 1]
        assert whole.startswith(kept)
        assert longer.endswith(" ") or style.text_width(longer + "…", style.MEDIUM, 9) > width


def test_a_very_long_text_is_measured_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []
    inner = style.text_width
    monkeypatch.setattr(style, "text_width", lambda *given: measured.append(1) or inner(*given))
    style.fitted("Surat keterangan " * 1000, style.REGULAR, 9, 80)
    assert len(measured) < 20


@given(st.text(max_size=400), st.floats(min_value=40, max_value=400))
def test_broken_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    lines = style.broken(text, style.MEDIUM, 9, width)
    assert all(line and style.text_width(line, style.MEDIUM, 9) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(style.clean(text).split())


def test_a_qr_code_is_drawn_module_by_module() -> None:
    rectangles: list[tuple[float, ...]] = []

    class Path:
        def rect(self, *place: float) -> None:
            rectangles.append(place)

    class Canvas:
        def beginPath(self) -> Path:
            return Path()

        def setFillColor(self, _ink: object) -> None: ...

        def drawPath(self, _path: Path, *, fill: int, stroke: int) -> None:
            assert (fill, stroke) == (1, 0)

    matrix = qr_matrix("A-014")
    side = len(matrix)
    style.draw_qr(Canvas(), (0, 0), side, "A-014")  # type: ignore[arg-type]
    dark = {
        (side - 1 - round(y), column)
        for x, y, width, _ in rectangles
        for column in range(round(x), round(x + width))
    }
    assert dark == {(row, column) for row in range(side) for column in range(side) if matrix[row][column]}


def test_the_foot_never_runs_into_the_page_number() -> None:
    data = style.build(
        lambda canvas: style.draw_footer(canvas, "Kantor " * 60, "Loket · halaman 1 dari 1", (40, 400), 30),
        "Uji",
        style.A4,
    )
    left, right = pages(data)[0].lines
    assert left.end < right.x
