"""The words of a case: what stands in the way, what happened, how long an attempt took."""

from PySide6.QtCore import QCoreApplication

from app.domain import case_answers
from app.domain.case_events import Attached
from app.domain.case_form import FIELDS
from app.services.attachments import READ_FIELD, Placed
from app.services.case_history import HistoryLine
from app.ui.theme import Tone


def _tr(text: str) -> str:
    return QCoreApplication.translate("Case", text)


def blocker(code: str, done: int = 0, total: int = 0) -> str:
    """What is still to be done before the file can go to the verifier, in a few words."""
    words = {
        "missing_name": _tr("isi nama peserta"),
        "missing_nik": _tr("isi NIK"),
        "missing_phone": _tr("isi nomor ponsel"),
        "missing_bank_account": _tr("isi nomor rekening"),
        "nik_not_confirmed": _tr("perbaiki atau pastikan NIK"),
        "claimant_nik_not_confirmed": _tr("perbaiki atau pastikan NIK pemohon"),
        "bank_account_not_confirmed": _tr("perbaiki atau pastikan nomor rekening"),
        "missing_claimant": _tr("pilih yang mengajukan"),
        "reason_not_chosen": _tr("pilih alasan klaim"),
        "documents_incomplete": _tr("lengkapi berkas ({done} dari {total})").format(done=done, total=total),
        "interview_missing": _tr("lakukan wawancara"),
        "interview_identity_missing": _tr("pilih hasil identitas"),
        "interview_identity_doubt": _tr("identitas masih ragu"),
        "interview_identity_no_match": _tr("identitas tidak cocok"),
        "interview_questions_open": _tr("lengkapi pertanyaan wawancara"),
        "interview_answer_mismatch": _tr("ada jawaban penting yang tidak cocok"),
    }
    return words.get(code, code)


TAB_OF_BLOCKER = {"reason_not_chosen": 1, "documents_incomplete": 1}
"""Blocker to the tab where it is mended; `missing_…` is the form, `interview_…` the interview."""


def tab_of(code: str) -> int:
    """The tab where a blocker is mended."""
    if code.startswith("interview_"):
        return 2
    return TAB_OF_BLOCKER.get(code, 0)


def field_name(field: str) -> str:
    """A field of the form as its label says it."""
    names = {
        "name": _tr("Nama sesuai KTP"),
        "nik": _tr("NIK"),
        "member_nos": _tr("KPJ"),
        "birth_date": _tr("Tanggal lahir"),
        "sex": _tr("Jenis kelamin"),
        "phone": _tr("Nomor ponsel"),
        "employer": _tr("Perusahaan terakhir"),
        "bank_name": _tr("Bank"),
        "bank_account": _tr("Nomor rekening"),
        "bank_holder": _tr("Nama pemilik rekening"),
        "claimant": _tr("Yang mengajukan"),
        "claimant_name": _tr("Nama pemohon"),
        "claimant_nik": _tr("NIK pemohon"),
        "claimant_phone": _tr("Ponsel pemohon"),
        "note": _tr("Catatan"),
        "nik_as_printed": _tr("NIK seperti di KTP"),
        "claimant_nik_as_printed": _tr("NIK pemohon seperti di KTP"),
        "bank_account_as_printed": _tr("Nomor rekening seperti di buku"),
    }
    return names.get(field, field)


def happening(line: HistoryLine) -> str:
    """One event of a case as a sentence."""
    if line.kind == "case.record_read":
        if line.detail == READ_FIELD:
            return _tr("Pindaian dibuka")
        if line.detail.startswith("fact:"):
            return _tr("Jumlah uang pada pertanyaan klaim dibuka penuh")
        if line.detail in FIELDS:
            return _tr("{field} dibuka penuh").format(field=field_name(line.detail))
        return _tr("Berkas dibuka penuh")
    if line.kind == "case.payment_confirmed":
        what, _, reference = line.detail.partition(" ")
        returned, paid = _tr("Bank mengembalikan pembayaran"), _tr("Bank mengonfirmasi pembayaran")
        return " · ".join(part for part in (returned if what == "returned" else paid, reference) if part)
    if line.kind == "case.membership_checked":
        result, *tails = line.detail.split(" ")
        words = _tr("Kepesertaan diperiksa: {result}").format(result=register_word(result)[0])
        return " · KPJ ".join((words, ", ".join(f"•••• {each}" for each in tails))) if tails else words
    if line.kind == "case.receipt_renewed" and line.detail:
        return _tr("Nomor tanda terima diganti, semula {number}").format(number=line.detail)
    return _sentences().get(line.kind, line.kind)


FROM_HEAD_OFFICE = ("case.payment_confirmed", "case.membership_checked")
"""Kinds that head office wrote."""


def register_word(result: str) -> tuple[str, Tone, str]:
    """(words, tone, icon) of what the member register said; of an empty result, that the answer is awaited."""
    words = {
        case_answers.FOUND: (_tr("cocok"), Tone.GOOD, "circle-check"),
        case_answers.NOT_FOUND: (_tr("tidak ditemukan"), Tone.WARN, "circle-alert"),
        case_answers.NAME_DIFFERS: (_tr("nama berbeda"), Tone.WARN, "circle-alert"),
    }
    return words.get(result, (_tr("menunggu"), Tone.NEUTRAL, ""))


def _sentences() -> dict[str, str]:
    return {
        "case.opened": _tr("Berkas dibuka"),
        "case.linked": _tr("Dilanjutkan pada kunjungan lain"),
        "case.noted": _tr("Data peserta diisi"),
        "case.reason_chosen": _tr("Alasan klaim dipilih"),
        "case.facts_noted": _tr("Pertanyaan klaim dijawab"),
        "case.document_marked": _tr("Dokumen diperiksa"),
        "case.attached": _tr("Pindaian dilampirkan"),
        "case.slip_given": _tr("Daftar kekurangan diberikan"),
        "case.interview_started": _tr("Wawancara dimulai"),
        "case.interview_attempted": _tr("Percobaan wawancara selesai"),
        "case.interview_answered": _tr("Pertanyaan wawancara dinilai"),
        "case.interview_noted": _tr("Catatan wawancara ditulis"),
        "case.identity_judged": _tr("Hasil identitas ditetapkan"),
        "case.interview_amended": _tr("Catatan ditambahkan pada wawancara"),
        "case.submitted": _tr("Dikirim ke verifikator"),
        "case.receipt_renewed": _tr("Nomor tanda terima diganti"),
        "case.taken": _tr("Diambil untuk dikerjakan"),
        "case.released": _tr("Dilepas kembali"),
        "case.returned": _tr("Dikembalikan ke CSO untuk dilengkapi"),
        "case.verified": _tr("Dinyatakan sesuai oleh verifikator"),
        "case.rejected": _tr("Klaim ditolak"),
        "case.payment_ordered": _tr("Voucher dibuat"),
        "case.payment_approved": _tr("Pembayaran disetujui"),
        "case.finance_returned": _tr("Dikembalikan ke verifikator oleh keuangan"),
        "case.payment_made": _tr("Klaim dibayar"),
        "case.payment_returned": _tr("Pembayaran diretur bank"),
        "case.closed": _tr("Berkas ditutup tanpa klaim"),
        "case.archived": _tr("Tempat arsip dicatat"),
        "case.settled": _tr("Perbedaan catatan diputuskan"),
    }


def scan_name(attached: Attached, place: int) -> str:
    """What a scan is called in the list, `place` counted from nought; a file without a name has its number."""
    return attached.name or _tr("Pindaian {number}").format(number=place + 1)


def scan_place(placed: Placed) -> str:
    """Where a scan is known to be."""
    if not placed.on_disk:
        return _tr("belum ada di komputer ini")
    places = {
        "here": _tr("baru di komputer ini"),
        "hub": _tr("di komputer utama"),
        "head_office": _tr("di kantor pusat"),
    }
    return places[placed.place]


def masked(value: str) -> str:
    """`•••• 0341`: the last four of a number, or a dash when there is none."""
    if not value:
        return "–"
    return f"•••• {value[-4:]}" if len(value) > 4 else "••••"


def span(milliseconds: int) -> str:
    """A running time as `06.12`, from an hour on `1.06.12`."""
    seconds = max(0, milliseconds) // 1000
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    start = f"{hours}." if hours else ""
    return f"{start}{minutes:02d}.{seconds:02d}"
