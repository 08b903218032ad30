"""The words of a conflict: what happened, and which value it is about."""

from PySide6.QtCore import QCoreApplication

from app.domain.bundle import RuleBundle
from app.errors import Refused
from app.services.case_history import HistoryLine
from app.ui.pages.case_words import field_name, happening

PRIVATE = ("nik", "member_nos", "phone", "bank_account", "claimant_nik", "claimant_phone", "fact:balance")
"""Fields whose value is masked until somebody holds it to see (and that is recorded)."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Conflicts", text)


def race_words(race: str) -> str:
    """What two concurrent events mean (DESIGN 2), as a chip."""
    words = {
        "claim": _tr("diambil dua kali"),
        "decision": _tr("dua keputusan"),
        "attribute": _tr("dua isian"),
        "fact": _tr("tercatat dua kali"),
    }
    return words.get(race, race)


def note_words(race: str) -> str:
    """What stands where nobody has to choose."""
    if race == "claim":
        return _tr("Yang tercatat lebih dahulu yang berlaku; pekerjaan lain dari keduanya tetap tersimpan.")
    return _tr("Keduanya tetap tercatat; tindak lanjutnya, misalnya bayar dua kali, diurus di luar program.")


def kind_words(kind: str) -> str:
    """One event as a sentence."""
    family = kind.partition(".")[0]
    if family == "case":
        return happening(HistoryLine(at=0, actor="", kind=kind))
    if kind.endswith(".settled"):
        return _tr("Perbedaan catatan diputuskan")
    words = {"branch": _branch, "ticket": _ticket}.get(family, _day)()
    return words.get(kind, kind)


def _branch() -> dict[str, str]:
    return {
        "branch.set_up": _tr("Cabang disiapkan"),
        "branch.term_opened": _tr("Komputer utama mulai menyusun catatan"),
        "branch.station_enrolled": _tr("Komputer didaftarkan"),
        "branch.station_revoked": _tr("Komputer dikeluarkan"),
        "branch.person_set": _tr("Data petugas diubah"),
        "branch.secret_reset": _tr("PIN petugas dibuat baru"),
        "branch.signed_in": _tr("Petugas masuk"),
        "branch.delegation_granted": _tr("Delegasi diberikan"),
        "branch.delegation_revoked": _tr("Delegasi dicabut"),
        "branch.counters_set": _tr("Loket diatur"),
        "branch.quota_raised": _tr("Kuota ditambah"),
        "branch.closed_day_set": _tr("Hari tutup diatur"),
        "branch.home_moved": _tr("Pemberi nomor dipindahkan"),
        "branch.home_released": _tr("Pemberi nomor lama berhenti"),
        "branch.bundle_installed": _tr("Aturan dipasang"),
        "branch.directives_obeyed": _tr("Perintah kantor pusat dijalankan"),
        "branch.backup_made": _tr("Cadangan dibuat"),
    }


def _day() -> dict[str, str]:
    """The day, its counters and bookings."""
    return {
        "day.opened": _tr("Hari layanan dibuka"),
        "day.numbers_confirmed": _tr("Nomor dicocokkan dengan karcis"),
        "day.clock_jumped": _tr("Jam komputer digeser"),
        "day.turned": _tr("Peserta dipulangkan tanpa karcis"),
        "day.closed": _tr("Hari layanan ditutup"),
        "day.reopened": _tr("Hari layanan dibuka lagi"),
        "day.taken_back": _tr("Pembukaan hari ditarik kembali"),
        "counter.opened": _tr("Loket dibuka"),
        "counter.break_started": _tr("Istirahat dimulai"),
        "counter.break_ended": _tr("Istirahat selesai"),
        "counter.closed": _tr("Loket ditutup"),
        "counter.closed_by_day": _tr("Loket ditutup bersama hari"),
        "booking.set": _tr("Janji dicatat"),
        "booking.arrived": _tr("Peserta dengan janji datang"),
    }


def _ticket() -> dict[str, str]:
    return {
        "ticket.issued": _tr("Karcis diberikan"),
        "ticket.put_back": _tr("Dikembalikan ke antrean"),
        "ticket.printed": _tr("Karcis dicetak"),
        "ticket.called": _tr("Karcis dipanggil"),
        "ticket.withdrawn": _tr("Panggilan ditarik kembali"),
        "ticket.recalled": _tr("Karcis dipanggil ulang"),
        "ticket.confirmed": _tr("Peserta hadir di loket"),
        "ticket.missed": _tr("Peserta tidak hadir"),
        "ticket.reinstated": _tr("Karcis dipulihkan"),
        "ticket.parked": _tr("Karcis ditunda"),
        "ticket.resumed": _tr("Karcis tertunda dilanjutkan"),
        "ticket.transferred": _tr("Karcis dialihkan"),
        "ticket.wrap_up_started": _tr("Penyelesaian dimulai"),
        "ticket.finished": _tr("Pelayanan selesai"),
        "ticket.taken_back": _tr("Langkah di loket ditarik kembali"),
        "ticket.cancelled": _tr("Karcis dibatalkan"),
        "ticket.voided": _tr("Nomor dibatalkan"),
        "ticket.redated": _tr("Hari karcis dibetulkan"),
        "ticket.explained": _tr("Karcis dijelaskan saat tutup hari"),
    }


def field_of(key: str) -> str:
    """The field of the form, or the answer `fact:…`, that a key is about, or ""."""
    name, _, field = key.partition(":")
    if "," in field:
        return ""
    return field if name == "field" else key if name == "fact" else ""


def key_words(key: str, rules: RuleBundle) -> str:
    """Which value it is, "" where it is about the whole."""
    return ", ".join(filter(None, (_one_key(each, rules) for each in key.split(", "))))


def _one_key(key: str, rules: RuleBundle) -> str:
    name, _, what = key.partition(":")
    if name == "field":
        return field_name(what)
    if name == "document":
        try:
            return rules.document(what).name.id
        except Refused:
            return what
    names = {
        "reason": _tr("alasan klaim"),
        "fact": _tr("jawaban pertanyaan klaim"),
        "question": _tr("jawaban wawancara"),
        "interview": _tr("catatan wawancara"),
        "identity": _tr("hasil identitas"),
        "box": _tr("tempat arsip"),
        "person": _tr("data petugas"),
        "counters": _tr("loket"),
        "closed_day": _tr("hari tutup"),
        "quota": _tr("kuota"),
        "delegation": _tr("delegasi"),
        "home": _tr("pemberi nomor"),
    }
    return names.get(name, "")
