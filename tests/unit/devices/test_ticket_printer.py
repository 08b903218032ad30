"""The bytes that a ticket printer gets."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.devices.printer_profiles import PROFILES, PrinterProfile, printer_profile
from app.devices.qr import qr_matrix
from app.devices.ticket_printer import plain, render, wrapped
from app.errors import Refused
from tests.unit.devices.paper import Code, Cut, Feed, Line, Paper, Raster, read
from tests.unit.devices.slips import FULL_TICKET, TICKET

GOLDEN = Path(__file__).parents[2] / "golden" / "tickets"

every_profile = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.code)


def number_line(paper: Paper) -> Line:
    return max(paper.lines, key=lambda line: line.width * line.height)


def joined(paper: Paper) -> str:
    return " ".join(paper.text.split())


def modules(raster: Raster, size: int) -> tuple[tuple[bool, ...], ...]:
    """The QR code's modules, read back from the middle of each module's dots."""
    dark = [(row, column) for row, dots in enumerate(raster.rows) for column, dot in enumerate(dots) if dot]
    top, left = min(row for row, _ in dark), min(column for _, column in dark)
    side = (max(row for row, _ in dark) - top + 1) // size
    middle = size // 2
    return tuple(
        tuple(raster.rows[top + row * size + middle][left + column * size + middle] for column in range(side))
        for row in range(side)
    )


@every_profile
@pytest.mark.parametrize(("name", "slip"), [("plain", TICKET), ("full", FULL_TICKET)])
def test_bytes_are_those_of_the_golden_file(profile: PrinterProfile, name: str, slip: object) -> None:
    path = GOLDEN / f"{profile.code}-{name}.bin"
    data = render(slip, profile)  # type: ignore[arg-type]
    if not path.exists():
        path.write_bytes(data)
        pytest.fail(f"{path.name} was missing and is written now: look at it, keep it, run again")
    assert data == path.read_bytes()


@every_profile
def test_everything_of_the_ticket_stands_on_the_paper(profile: PrinterProfile) -> None:
    paper = read(render(FULL_TICKET, profile))
    for words in (
        "BPJS KETENAGAKERJAAN",
        "Kantor Cabang Medan Utara",
        "CETAK ULANG 2",
        "Klaim JHT - Lapak Asik",
        "A-2KXM-001",
        "PRIORITAS: Lansia",
        "Perkiraan dilayani: 10.40-11.10",
        "Menunggu di depan Anda: 6",
        "Siapkan: KTP, kartu peserta, surat berhenti kerja, buku rekening",
        "tidak dapat dipindahtangankan.",
        "Layanan ini GRATIS. Lapor: 175",
    ):
        assert words in joined(paper), words
    assert "Jumat, 20-11-2026  09.12" in paper.text
    assert paper.code_page == 0


@every_profile
def test_what_is_missing_is_a_list_that_hangs(profile: PrinterProfile) -> None:
    paper = read(render(FULL_TICKET, profile))
    lines = [line for line in paper.lines if line.align == "left"]
    assert [line.text for line in lines][:2] == ["BELUM LENGKAP, mohon disiapkan:", "- Kartu Keluarga"]
    assert lines[2].text.startswith("- Surat keterangan")
    assert lines[3].text.startswith("  ")


@every_profile
def test_a_first_print_bears_no_mark_and_no_empty_list(profile: PrinterProfile) -> None:
    words = read(render(TICKET, profile)).text
    assert "CETAK ULANG" not in words
    assert "PRIORITAS" not in words
    assert "BELUM LENGKAP" not in words


@every_profile
@pytest.mark.parametrize("slip", [TICKET, FULL_TICKET])
def test_no_line_is_wider_than_the_paper(profile: PrinterProfile, slip: object) -> None:
    for line in read(render(slip, profile)).lines:  # type: ignore[arg-type]
        assert len(line.text) * line.width <= profile.columns, line


@pytest.mark.parametrize(
    ("profile", "label", "size"),
    [
        ("generic80", "A-014", (8, 8)),
        ("generic80", "A-1000", (8, 8)),
        ("generic80", "A-2KXM-001", (4, 4)),
        ("epson_t88", "A-014", (8, 8)),
        ("epson_t88", "A-1000", (7, 7)),
        ("epson_t88", "A-2KXM-001", (4, 4)),
        ("generic58", "A-014", (6, 6)),
        ("generic58", "A-1000", (5, 5)),
        ("generic58", "A-2KXM-001", (3, 4)),
    ],
)
def test_the_number_is_in_the_largest_letters_that_fit(
    profile: str, label: str, size: tuple[int, int]
) -> None:
    paper = read(render(msgspec.structs.replace(TICKET, label=label), printer_profile(profile)))
    number = number_line(paper)
    assert (number.text, number.align, number.bold) == (label, "center", True)
    assert (number.width, number.height) == size


@pytest.mark.parametrize(
    "profile", [each for each in PROFILES if each.qr == "native"], ids=lambda each: each.code
)
def test_a_printer_with_its_own_qr_gets_the_ticket_id(profile: PrinterProfile) -> None:
    assert read(render(TICKET, profile)).only(Code) == Code(TICKET.code, dots=6, level="M", align="center")


@pytest.mark.parametrize(
    "profile", [each for each in PROFILES if each.qr == "raster"], ids=lambda each: each.code
)
def test_any_other_printer_gets_the_qr_as_dots_in_the_middle(profile: PrinterProfile) -> None:
    raster = read(render(TICKET, profile)).only(Raster)
    assert isinstance(raster, Raster)
    assert modules(raster, 6) == qr_matrix(TICKET.code)
    columns = [column for row in raster.rows for column, dot in enumerate(row) if dot]
    left, right = min(columns), profile.dots_width - 1 - max(columns)
    assert abs(left - right) <= 1
    assert left >= 4 * 6  # the quiet zone
    assert len(raster.rows[0]) <= profile.dots_width


@every_profile
def test_the_paper_is_cut_or_fed_as_the_printer_can(profile: PrinterProfile) -> None:
    *_, before_last, last = read(render(TICKET, profile)).things
    if profile.cut == "none":
        assert isinstance(last, Feed)
    else:
        assert isinstance(before_last, Feed)
        assert last == Cut(profile.cut)


def test_a_long_code_shrinks_until_it_fits_the_head() -> None:
    slip = msgspec.structs.replace(TICKET, code="x" * 200)
    raster = read(render(slip, printer_profile("generic58"))).only(Raster)
    assert isinstance(raster, Raster)
    assert len(raster.rows[0]) <= 384
    assert modules(raster, 384 // (len(qr_matrix(slip.code)) + 8)) == qr_matrix(slip.code)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("10.40–11.10 · ± 6", "10.40-11.10 - +/- 6"),
        ("Café “Ñandú” …", 'Cafe "Nandu" ...'),
        ("👨‍👩‍👧 keluarga", "? keluarga"),
        ("漢字", "?"),
        ("tab\tbaris\nnol\x00", "tab baris nol "),
        ("\x1b@ \x1dV\x00", " @  V "),
    ],
)
def test_text_is_plain_ascii(text: str, printed: str) -> None:
    assert plain(text) == printed


@given(st.text(max_size=300), st.sampled_from([32, 42, 48]))
def test_wrapping_keeps_within_the_columns_and_loses_nothing(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    assert all(0 < len(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(plain(text).split())


@given(st.text(max_size=120), st.text(max_size=40), st.sampled_from(PROFILES))
def test_no_text_can_smuggle_a_command_or_run_off_the_paper(
    text: str, label: str, profile: PrinterProfile
) -> None:
    slip = msgspec.structs.replace(
        TICKET, service=text, priority=text, label=label, missing=(text, text), bring=(text,), footer=(text,)
    )
    paper = read(render(slip, profile))
    assert all(len(line.text) * line.width <= profile.columns for line in paper.lines)


def test_an_unknown_profile_is_refused_by_name() -> None:
    with pytest.raises(Refused) as caught:
        printer_profile("laser")
    assert (caught.value.code, caught.value.facts) == ("printer_profile_unknown", {"profile": "laser"})


def test_profiles_have_codes_of_their_own() -> None:
    assert len({profile.code for profile in PROFILES}) == len(PROFILES)
