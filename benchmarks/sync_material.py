"""What the speed of the exchange is measured with: form text of 300 bytes as a CSO types it, from a seed."""

import re
from random import Random

BYTES = 300

# A word in braces is drawn from this table, a hash sign is a digit; both again and again until none is left.
SLOTS = {
    "peserta": ("peserta", "ybs", "pst", "bpk ybs", "ibu ybs"),
    "sudah": ("sudah", "sdh", "telah"),
    "tidak": ("tidak", "tdk", "belum"),
    "tanggal": ("tanggal", "tgl"),
    "date": ("{day}-{month}-20{year}", "{day}/{month}/{year}", "{day} {word_month} 20{year}"),
    "letter": tuple("AHKLMR"),
    "hour": ("08", "09", "10", "11", "13", "14"),
    "minute": tuple(f"{minute:02d}" for minute in range(60)),
    "day": tuple(f"{day:02d}" for day in range(1, 29)),
    "month": tuple(f"{month:02d}" for month in range(1, 13)),
    "word_month": ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September"),
    "year": ("19", "20", "21", "22", "23", "24", "25", "26"),
    "born": tuple(str(year) for year in range(65, 100)),
    "town": ("Contoh Utara", "Contoh Selatan", "Contoh Timur", "Contoh Barat", "Contoh Baru", "Contoh Lama"),
    "company": ("PT Contoh {trade} {town}", "CV Contoh {trade}", "PT Contoh {trade}", "UD Contoh {trade}"),
    "trade": (
        "Garmen",
        "Logistik",
        "Pangan",
        "Plastik",
        "Baja",
        "Retail",
        "Kimia",
        "Jasa",
        "Tekstil",
        "Tani",
    ),
    "post": ("operator", "admin gudang", "supir", "kasir", "staf", "mekanik", "satpam", "juru las", "sales"),
    "kin": ("istri", "suami", "anak", "kakak", "adik", "orang tua"),
    "claim": (
        "JHT usia 56",
        "JHT mengundurkan diri",
        "JHT PHK",
        "JHT sebagian 10%",
        "JHT sebagian 30%",
        "JP berkala",
        "JP sekaligus",
        "JKM",
        "JKK STMB",
        "JKP bulan ke-#",
    ),
    "paper": (
        "KTP",
        "KK",
        "kartu peserta",
        "paklaring {date}",
        "buku tabungan",
        "NPWP",
        "surat PHK {date}",
        "akta kematian",
        "surat ahli waris",
        "formulir F5",
        "pas foto",
        "surat kuasa",
    ),
    "person": (
        "Peserta Contoh #### NIK 99010#{day}{month}{born}00## KPJ 1#0########, {company}.",
        "Peserta Contoh ####, NIK 99010#{day}{month}{born}00##, bekerja di {company} sebagai {post}.",
        "NIK 99010#{day}{month}{born}00## KPJ 1#0######## an. Peserta Contoh #### ({post} {company}).",
    ),
    "papers": (
        "Berkas: {paper} asli, {paper} asli, {paper}.",
        "Berkas lengkap ({paper}, {paper}, {paper}, {paper}).",
        "Bawa {paper} dan {paper}, kurang {paper}.",
        "{paper} asli dan fc, {paper} hanya fotokopi, {paper} menyusul {tanggal} {date}.",
    ),
    "talk": (
        "{sudah} dijelaskan syarat dan lama proses # hari kerja.",
        "{peserta} minta dihubungi lewat WA 08##########.",
        "Wawancara {sudah} dilakukan, jawaban {peserta} sesuai.",
        "{peserta} {tidak} sedang bekerja di perusahaan lain.",
        "Datang dgn {kin}, tanda tangan sendiri.",
        "Berhenti {tanggal} {date}, masa kerja # th # bln.",
        "Upah terakhir Rp#.###.000, iuran terakhir {word_month} 20{year}.",
        "Saldo {sudah} dicek Rp##.###.###, {peserta} setuju.",
        "Rek bank ############ {sudah} aktif, nama sesuai.",
        "Nama di {paper} beda satu huruf dgn {paper}, {sudah} dibuat surat pernyataan.",
        "{tanggal} lahir di {paper} {date}, di sistem {date}, perlu koreksi perusahaan.",
        "{paper} {tidak} terbaca jelas, diminta ulang paling lambat {date}.",
        "Alamat baru Jl Contoh # no ## RT 0#/0# {town}.",
        "Perusahaan {tidak} lapor nonaktif, {sudah} telp HRD {company}.",
        "{kin} {peserta} yang urus, surat kuasa {date} ada.",
        "Email peserta.contoh####@contoh.invalid {sudah} diperbarui.",
        "Ditelp balik jam {hour}.{minute}, {kin} {peserta} yang angkat, minta dijadwal {date} jam {hour}.{minute}.",
        "Nama ibu kandung {tidak} sama: di sistem ibu Contoh ###, di {paper} ibu Contoh ###.",
        "Pernah punya KPJ 1#0######## di {company}, saldo Rp#.###.### {sudah} digabung.",
        "Pajak # persen Rp###.###, diterima bersih Rp##.###.###.",
        "Dulu klaim di cabang {town} {tanggal} {date}, ditolak krn {paper} kurang.",
    ),
}
OPENING = "{letter}-0## jam {hour}.{minute}: {person} {claim}. {papers}"
SLOT = re.compile(r"\{(\w+)\}")


def _filled(words: str, draw: Random) -> str:
    """The words with every slot and digit drawn."""
    while "{" in words:
        words = SLOT.sub(lambda found: draw.choice(SLOTS[found[1]]), words)
    return "".join(draw.choice("0123456789") if sign == "#" else sign for sign in words)


def text(draw: Random) -> str:
    """One note, exactly 300 bytes; cut off where the form's field would be full."""
    words = _filled(OPENING, draw)
    while len(words) < BYTES:
        words += " " + _filled("{talk}", draw)
    return words[:BYTES]


def texts(count: int, seed: int) -> list[str]:
    """`count` notes of 300 ASCII bytes each; the same seed gives the same notes on every machine."""
    draw = Random(seed)
    return [text(draw) for _ in range(count)]
