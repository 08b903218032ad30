"""Tickets that the tests of printers and pages print."""

import msgspec

from app.domain.slips import TicketSlip

TICKET = TicketSlip(
    branch="Medan Utara",
    service="Klaim JHT · Lapak Asik",
    label="A-014",
    issued_line="Jumat, 20-11-2026  09.12",
    ahead_line="Menunggu di depan Anda: 6",
    estimate_line="Perkiraan dilayani: 10.40–11.10",
    priority=None,
    missing=(),
    bring=("KTP", "kartu peserta", "surat berhenti kerja", "buku rekening"),
    footer=(
        "Berlaku untuk pemilik identitas yang didaftarkan, tidak dapat dipindahtangankan.",
        "Layanan ini GRATIS. Lapor: 175",
    ),
    code="0192f0c1d2e37abc8def0123456789ab",
)

FULL_TICKET = msgspec.structs.replace(
    TICKET,
    label="A-2KXM-001",
    priority="Lansia",
    missing=(
        "Kartu Keluarga",
        "Surat keterangan berhenti bekerja dari perusahaan terakhir, asli dan fotokopi",
    ),
    copy=2,
)
