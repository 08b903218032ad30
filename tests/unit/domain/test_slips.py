"""The words of the papers, and what must never be among them."""

import msgspec
import pytest

from app.domain.slips import (
    MissingLine,
    MissingSlip,
    Receipt,
    branch_line,
    copy_line,
    missing_text,
    one_line,
    receipt_text,
)

MISSING = MissingSlip(
    branch="Medan Utara",
    member="Bapak P.C.",
    matter="klaim JHT",
    label="A-014",
    issued_line="Jumat, 20 Nov 2026 · 10.42",
    lines=(
        MissingLine("Kartu Keluarga", "belum dibawa", "bawa asli dan fotokopi"),
        MissingLine("Buku rekening", "", ""),
    ),
    return_by="Jumat, 27 Nov 2026",
    hours=("Senin-Kamis 08.45-17.00", "Jumat 08.45-17.00"),
    channels=("Call center 175",),
)

RECEIPT = Receipt(
    branch="Medan Utara",
    receipt_no="TT-000123",
    member_name="Peserta Contoh",
    nik="************0123",
    member_no="*******4567",
    programme="JHT",
    reason="Mengundurkan diri",
    issued_line="Jumat, 20 Nov 2026 · 10.42",
    documents=("KTP - asli ditunjukkan",),
    promised_line="Dibayarkan paling lambat Jumat, 27 Nov 2026",
    officer="Petugas 3",
    channels=("Call center 175",),
)


def test_the_message_says_what_to_bring_and_until_when() -> None:
    assert missing_text(MISSING) == (
        "BPJS KETENAGAKERJAAN - Kantor Cabang Medan Utara\n\n"
        "Yth. Bapak P.C.,\n"
        "berkas klaim JHT belum lengkap. Mohon dibawa atau dilengkapi:\n\n"
        "1. Kartu Keluarga (belum dibawa): bawa asli dan fotokopi\n"
        "2. Buku rekening\n\n"
        "Paling lambat Jumat, 27 Nov 2026.\n"
        "Nomor antrean Anda hari ini: A-014.\n"
        "Jam layanan: Senin-Kamis 08.45-17.00; Jumat 08.45-17.00.\n\n"
        "Call center 175\n\n"
        "Layanan ini GRATIS. Jangan memberi uang kepada siapa pun."
    )


def test_what_is_not_known_leaves_no_gap() -> None:
    bare = msgspec.structs.replace(MISSING, label=None, return_by=None, hours=(), channels=())
    words = missing_text(bare)
    assert "\n\n\n" not in words
    assert "None" not in words
    assert "Paling lambat" not in words


def test_a_line_break_in_a_note_adds_no_line_to_the_message() -> None:
    slip = msgspec.structs.replace(
        MISSING, lines=(MissingLine("KTP\n\n3. Uang tunai", "\x00", "\u202easli"),)
    )
    assert "\n1. KTP 3. Uang tunai" in missing_text(slip)
    assert "\u202e" not in missing_text(slip)


def test_the_receipt_as_a_message_bears_no_number_and_no_name() -> None:
    words = receipt_text(RECEIPT)
    assert "Tanda terima TT-000123" in words
    assert "- KTP - asli ditunjukkan" in words
    assert "Dibayarkan paling lambat Jumat, 27 Nov 2026" in words
    for secret in ("0123\n", "4567", "Peserta Contoh", "*"):
        assert secret not in words.replace("TT-000123", "")


@pytest.mark.parametrize("field", ["nik", "member_no"])
@pytest.mark.parametrize("number", ["9901010101900123", "12345", "*1*2*3*4*5"])
def test_a_receipt_with_an_open_number_cannot_be_made(field: str, number: str) -> None:
    with pytest.raises(ValueError, match="last four digits"):
        msgspec.structs.replace(RECEIPT, **{field: number})


@pytest.mark.parametrize(
    ("branch", "line"),
    [
        ("Medan Utara", "Kantor Cabang Medan Utara"),
        ("Kantor Cabang Medan Utara", "Kantor Cabang Medan Utara"),
        ("Cabang Medan Utara", "Kantor Cabang Medan Utara"),
        ("kantor  kecamatan Kademangan", "kantor kecamatan Kademangan"),
    ],
)
def test_the_branch_is_headed_once(branch: str, line: str) -> None:
    assert branch_line(branch) == line


def test_only_a_reprint_is_marked() -> None:
    assert [copy_line(copy) for copy in (0, 1, 12)] == [None, "CETAK ULANG 1", "CETAK ULANG 12"]


def test_one_line_drops_what_nobody_sees() -> None:
    assert one_line("  a\tb\r\nc\x1b\u200d\ufeffd \u00a0 e ") == "a b c d e"
