"""The papers that people take away, as PDF."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.slips import MissingLine, MissingSlip, Receipt, RecoveryKeyPage, TicketSlip
from app.reports.recovery_key import recovery_key_pdf
from app.reports.slips import missing_slip_pdf, receipt_pdf
from app.reports.style import MM
from app.reports.ticket import ticket_pdf
from tests.unit.devices.slips import FULL_TICKET, TICKET
from tests.unit.reports.pdf import Page, embedded_fonts, pages

replace = msgspec.structs.replace

MISSING = MissingSlip(
    branch="Medan Utara",
    member="Bapak P.C.",
    matter="klaim JHT, mengundurkan diri",
    label="A-014",
    issued_line="Jumat, 20 Nov 2026 · 10.42",
    lines=(
        MissingLine("Kartu Keluarga", "Belum dibawa", "Bawa asli dan satu fotokopi"),
        MissingLine(
            "Buku rekening", "Nama di rekening berbeda dengan KTP", "Rekening atas nama peserta sendiri"
        ),
    ),
    return_by="Jumat, 27 Nov 2026",
    hours=("Senin-Kamis 08.45-17.00, istirahat 12.00-13.00", "Jumat 08.45-17.00, istirahat 12.00-13.30"),
    channels=("Call center 175 (06.00-22.00)", "lapor.go.id"),
)

RECEIPT = Receipt(
    branch="Medan Utara",
    receipt_no="TT-2026-11-000123",
    member_name="Peserta Contoh",
    nik="************0123",
    member_no="*******4567",
    programme="Jaminan Hari Tua (JHT)",
    reason="Mengundurkan diri",
    issued_line="Jumat, 20 Nov 2026 · 10.42",
    documents=("KTP - asli ditunjukkan, fotokopi disimpan", "Kartu Peserta - asli ditunjukkan"),
    promised_line="Dibayarkan paling lambat Jumat, 27 Nov 2026",
    officer="Petugas 3",
    channels=("Call center 175",),
    label="A-014",
)

KEY = RecoveryKeyPage(
    branch="Medan Utara",
    created_line="Jumat, 20 Nov 2026 · 10.42",
    groups=("KXMT", "RWWP", "QGHN", "VDZE", "JBLY", "CAFS", "UK"),
    instructions=("Ketik kembali kunci ini di layar.", "Simpan di brankas."),
    signers=("Kepala Kantor Cabang", "Kepala Bidang Pelayanan"),
)

EVERY: tuple[Callable[[], bytes], ...] = (
    lambda: ticket_pdf(FULL_TICKET),
    lambda: missing_slip_pdf(MISSING),
    lambda: receipt_pdf(RECEIPT),
    lambda: recovery_key_pdf(KEY),
)


def text_of(made: list[Page]) -> str:
    return " ".join(page.text for page in made)


def nothing_runs_off(made: list[Page], side: float, lowest: float) -> None:
    for page in made:
        for line in page.lines:
            assert line.x >= side - 0.5, line
            assert line.end <= page.width - side + 1.5, line
            assert lowest <= line.y <= page.height, line


@pytest.mark.parametrize("make", EVERY, ids=["ticket", "missing", "receipt", "key"])
def test_the_same_slip_gives_the_same_bytes(make: Callable[[], bytes]) -> None:
    assert make() == make()


@pytest.mark.parametrize("make", EVERY, ids=["ticket", "missing", "receipt", "key"])
def test_every_font_is_embedded(make: Callable[[], bytes]) -> None:
    fonts = embedded_fonts(make())
    assert fonts
    assert all(font.startswith("AAAAAA+PlusJakartaSans-") for font in fonts)


# ---------------------------------------------------------------- ticket


def test_a_ticket_is_as_wide_as_the_roll_and_as_long_as_it_has_to_be() -> None:
    (short,), (long,) = pages(ticket_pdf(TICKET)), pages(ticket_pdf(FULL_TICKET))
    assert short.width == pytest.approx(80 * MM, abs=0.01)
    assert short.height < long.height < 250 * MM
    assert min(line.y for line in short.lines) < 30  # no empty paper below


def test_the_number_is_the_largest_thing_on_the_ticket() -> None:
    for label in ("A-014", "A-1000", "A-2KXM-001"):
        made = pages(ticket_pdf(replace(TICKET, label=label)))
        largest = max(made[0].lines, key=lambda line: line.size)
        assert largest.text == label
        assert largest.size > 29
        nothing_runs_off(made, 5 * MM, 0)


def test_the_ticket_says_everything_and_no_name() -> None:
    words = text_of(pages(ticket_pdf(FULL_TICKET)))
    for part in (
        "BPJS KETENAGAKERJAAN",
        "Kantor Cabang Medan Utara",
        "CETAK ULANG 2",
        "Prioritas: Lansia",
        "Menunggu di depan Anda: 6",
        "Belum lengkap, mohon disiapkan: Kartu Keluarga",
        "Siapkan: KTP, kartu peserta,",
        "Layanan ini GRATIS. Lapor: 175",
    ):
        assert part in words, part
    assert "CETAK ULANG" not in text_of(pages(ticket_pdf(TICKET)))


def test_a_list_longer_than_the_roll_goes_on_on_a_second_page() -> None:
    made = pages(
        ticket_pdf(replace(TICKET, missing=tuple(f"Dokumen nomor {number}" for number in range(150))))
    )
    assert len(made) == 2
    assert "Dokumen nomor 149" in made[1].text
    nothing_runs_off(made, 5 * MM, 0)


# ---------------------------------------------------------------- missing documents and receipt


def test_the_missing_slip_fits_one_page_and_says_what_to_bring_until_when() -> None:
    (page,) = pages(missing_slip_pdf(MISSING))
    assert (page.width, page.height) == (pytest.approx(148 * MM, abs=0.01), pytest.approx(210 * MM, abs=0.01))
    for part in (
        "A-014",
        "Yth. Bapak P.C.",
        "1. Kartu Keluarga Bawa asli dan satu fotokopi Belum dibawa",
        "2. Buku rekening",
        "Kembali paling lambat Jumat, 27 Nov 2026",
        "Senin-Kamis 08.45-17.00",
        "Call center 175",
        "Layanan ini gratis.",
        "halaman 1 dari 1",
    ):
        assert part in page.text, part


def test_twenty_missing_documents_flow_on_and_none_is_torn_apart() -> None:
    lines = tuple(
        MissingLine(f"Dokumen ke-{number}: " + "panjang " * 20, f"Alasan {number}", "Bawa asli " * 12)
        for number in range(20)
    )
    made = pages(missing_slip_pdf(replace(MISSING, lines=lines)))
    assert len(made) > 1
    nothing_runs_off(made, 12 * MM, 8 * MM)
    for number in range(20):
        (where,) = [page for page in made if f"Dokumen ke-{number}:" in page.text]
        assert f"Alasan {number}" in where.text
    for number, page in enumerate(made, start=1):
        assert f"halaman {number} dari {len(made)}" in page.text
        assert ("(lanjutan)" in page.text) == (number > 1)


def test_the_receipt_names_the_member_and_masks_the_numbers() -> None:
    (page,) = pages(receipt_pdf(RECEIPT))
    for part in (
        "TT-2026-11-000123",
        "Peserta Contoh",
        "************0123",
        "*******4567",
        "Jaminan Hari Tua (JHT)",
        "1. KTP - asli ditunjukkan, fotokopi disimpan",
        "Dibayarkan paling lambat Jumat, 27 Nov 2026",
        "Petugas 3",
    ):
        assert part in page.text, part


@pytest.mark.parametrize(
    "number",
    ["MDU-261120-0014-7", "MDU-261120-12KXM-0001-4", "CABANGPANJANG-261120-12KXM-0001-4", "W" * 25],
    ids=["plain", "marked", "long code", "too wide to stand beside"],
)
def test_the_number_of_a_receipt_is_never_cut(number: str) -> None:
    made = pages(receipt_pdf(replace(RECEIPT, receipt_no=number)))
    assert number in made[0].text
    nothing_runs_off(made, 12 * MM, 8 * MM)


@pytest.mark.parametrize("label", ["A-014", "A-12KXM-014", "A-014-12KXM"])
def test_the_label_on_the_list_of_missing_papers_is_never_cut(label: str) -> None:
    assert label in pages(missing_slip_pdf(replace(MISSING, label=label)))[0].text


@pytest.mark.parametrize(
    "name",
    ["Peserta Contoh " * 30, "x" * 500, "👍" * 50, "", 'd\'Contoh "Peserta" (Jr.)\\'],
    ids=["many words", "one word", "emoji", "none", "quotes"],
)
def test_a_name_of_any_kind_stays_on_the_receipt(name: str) -> None:
    made = pages(receipt_pdf(replace(RECEIPT, member_name=name)))
    nothing_runs_off(made, 12 * MM, 8 * MM)
    assert "Dibayarkan paling lambat" in text_of(made)


def test_sixty_documents_on_a_receipt_flow_on() -> None:
    made = pages(receipt_pdf(replace(RECEIPT, documents=tuple(f"Dokumen {number}" for number in range(60)))))
    assert len(made) > 1
    assert "60. Dokumen 59" in text_of(made)
    nothing_runs_off(made, 12 * MM, 8 * MM)


# ---------------------------------------------------------------- recovery key


def test_the_key_stands_in_its_groups_all_of_one_size() -> None:
    (page,) = pages(recovery_key_pdf(KEY))
    groups = [line for line in page.lines if line.size > 22]
    assert [line.text.replace(" ", "") for line in groups] == list(KEY.groups)
    assert len({line.size for line in groups}) == 1
    for part in (
        "RAHASIA",
        "1. Ketik kembali kunci ini di layar.",
        "Kepala Kantor Cabang",
        "Kepala Bidang Pelayanan",
    ):
        assert part in page.text, part
    nothing_runs_off([page], 22 * MM, 14 * MM)


# ---------------------------------------------------------------- anything typed


@settings(max_examples=25)
@given(st.text(max_size=200))
def test_no_text_breaks_a_page_or_runs_off_it(text: str) -> None:
    ticket: TicketSlip = replace(
        FULL_TICKET, service=text, label=text, priority=text, missing=(text,), bring=(text,)
    )
    nothing_runs_off(pages(ticket_pdf(ticket)), 5 * MM, 0)
    slip = replace(MISSING, member=text, matter=text, label=text, lines=(MissingLine(text, text, text),))
    nothing_runs_off(pages(missing_slip_pdf(slip)), 12 * MM, 8 * MM)
    receipt = replace(
        RECEIPT, member_name=text, programme=text, documents=(text,), promised_line=text, officer=text
    )
    nothing_runs_off(pages(receipt_pdf(receipt)), 12 * MM, 8 * MM)
    nothing_runs_off(
        pages(recovery_key_pdf(replace(KEY, instructions=(text,), signers=(text,)))), 22 * MM, 14 * MM
    )
