"""Qt's own dialogs and buttons in Indonesian: choosing a file, choosing a printer, the menu of a field.

Qt ships no Indonesian of its own. A text that is not here is shown as Qt wrote it; the test opens every dialog that the
program uses and finds such texts.
"""

import sys
from typing import cast

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTranslator

WORDS = {
    # QPlatformTheme and QDialogButtonBox: the standard buttons
    "&No": "&Tidak",
    "&Yes": "&Ya",
    "Abort": "Hentikan",
    "Apply": "Terapkan",
    "Cancel": "Tidak jadi",
    "Close": "Tutup",
    "Discard": "Buang",
    "Help": "Bantuan",
    "Ignore": "Abaikan",
    "N&o to All": "T&idak untuk semua",
    "OK": "OK",
    "Open": "Buka",
    "Reset": "Atur ulang",
    "Restore Defaults": "Kembalikan bawaan",
    "Retry": "Coba lagi",
    "Save": "Simpan",
    "Save All": "Simpan semua",
    "Yes to &All": "Y&a untuk semua",
    # choosing a file
    "&Choose": "&Pilih",
    "&Delete": "&Hapus",
    "&Look in:": "&Cari di:",
    "&New Folder": "Folder &baru",
    "&Open": "&Buka",
    "&Rename": "&Ganti nama",
    "&Save": "&Simpan",
    "All Files (*)": "Semua berkas (*)",
    "Back": "Kembali",
    "Change to detail view mode": "Tampilkan rincian",
    "Change to list view mode": "Tampilkan daftar",
    "Computer": "Komputer",
    "Create New Folder": "Buat folder baru",
    "Create a New Folder": "Buat folder baru",
    "Date Modified": "Diubah",
    "Delete": "Hapus",
    "Detail View": "Rincian",
    "Directories": "Folder",
    "Directory:": "Folder:",
    "Drive": "Drive",
    "File": "Berkas",
    "File &name:": "&Nama berkas:",
    "File Folder": "Folder berkas",
    "Files": "Berkas",
    "Files of &type:": "&Jenis berkas:",
    "Find Directory": "Cari folder",
    "Folder": "Folder",
    "Forward": "Maju",
    "Go back": "Kembali",
    "Go forward": "Maju",
    "Go to the parent directory": "Ke folder di atasnya",
    "Kind": "Jenis",
    "List View": "Daftar",
    "List of places and bookmarks": "Daftar tempat",
    "My Computer": "Komputer ini",
    "Name": "Nama",
    "New Folder": "Folder baru",
    "Parent Directory": "Folder di atasnya",
    "Recent Places": "Tempat terakhir",
    "Remove": "Keluarkan",
    "Save As": "Simpan sebagai",
    "Show ": "Tampilkan ",
    "Show &hidden files": "Tampilkan berkas &tersembunyi",
    "Sidebar": "Daftar tempat",
    "Size": "Ukuran",
    "Type": "Jenis",
    "Unknown": "Tidak dikenal",
    "%1 already exists.\nDo you want to replace it?": "%1 sudah ada.\nGanti berkas itu?",
    "%1\nFile not found.\nPlease verify the correct file name was given.": (
        "%1\nBerkas tidak ditemukan.\nPeriksa nama berkasnya."
    ),
    "%1\nDirectory not found.\nPlease verify the correct directory name was given.": (
        "%1\nFolder tidak ditemukan.\nPeriksa nama foldernya."
    ),
    "Are you sure you want to delete '%1'?": "Hapus '%1'?",
    "'%1' is write protected.\nDo you want to delete it anyway?": "'%1' terkunci.\nTetap hapus?",
    "Could not delete directory.": "Folder tidak dapat dihapus.",
    # choosing a printer
    "&Name:": "&Nama:",
    "&Options <<": "&Pilihan <<",
    "&Options >>": "&Pilihan >>",
    "&Print": "&Cetak",
    "All Pages": "Semua halaman",
    "Collate": "Urutkan per rangkap",
    "Color": "Warna",
    "Color Mode": "Warna",
    "Copies": "Rangkap",
    "Copies:": "Rangkap:",
    "Current Page": "Halaman ini",
    "Double Sided Printing": "Cetak bolak-balik",
    "Even Pages": "Halaman genap",
    "Grayscale": "Hitam putih",
    "Invalid Pages Definition": "Nomor halaman tidak benar",
    "Local file": "Berkas di komputer ini",
    "Location:": "Tempat:",
    "Long side binding": "Dibalik pada sisi panjang",
    "Odd Pages": "Halaman ganjil",
    "Off": "Tidak",
    "Options": "Pilihan",
    "Output &file:": "&Berkas:",
    "Output Settings": "Cara mencetak",
    "P&roperties": "&Sifat printer",
    "Page &Set:": "Kelompok &halaman:",
    "Pages": "Halaman",
    "Pages from": "Halaman dari",
    "Preview": "Pratinjau",
    "Print": "Cetak",
    "Print To File ...": "Cetak ke berkas…",
    "Print all": "Cetak semua",
    "Print range": "Yang dicetak",
    "Print to File (PDF)": "Cetak ke berkas (PDF)",
    "Printer": "Printer",
    "Reverse": "Urutan terbalik",
    "Selection": "Yang dipilih",
    "Short side binding": "Dibalik pada sisi pendek",
    "Specify pages or ranges separated by commas. Ranges are specified by two numbers separated by a hyphen. "
    "E.g: 3,5-7,9 prints pages 3, 5, 6, 7 and 9.": (
        "Tulis nomor halaman dipisahkan koma; dua nomor dengan tanda hubung berarti dari sampai. "
        "Contoh: 3,5-7,9 mencetak halaman 3, 5, 6, 7, dan 9."
    ),
    "Type:": "Jenis:",
    "Write PDF file": "Tulis berkas PDF",
    "to": "sampai",
    "%1 already exists.\nDo you want to overwrite it?": "%1 sudah ada.\nTimpa berkas itu?",
    "%1 is a directory.\nPlease choose a different file name.": "%1 adalah folder.\nPilih nama berkas lain.",
    "File %1 is not writable.\nPlease choose a different file name.": (
        "Berkas %1 tidak dapat ditulis.\nPilih nama berkas lain."
    ),
    # the menu of a field, and tabs
    "&Copy": "&Salin",
    "&Paste": "&Tempel",
    "&Redo": "&Ulangi",
    "&Undo": "&Urungkan",
    "Cu&t": "&Potong",
    "Scroll Left": "Geser ke kiri",
    "Scroll Right": "Geser ke kanan",
    "Select All": "Pilih semua",
}
"""What Qt wrote to what is shown."""

LEFT_ALONE = frozenset({"QShortcut", "QGuiApplication", "QPageSize"})
"""Contexts of names that are no words: keys, sizes of paper, the direction of writing."""


class IndonesianQt(QTranslator):
    """Answers for Qt's own contexts only: the program's texts are Indonesian as they stand."""

    def isEmpty(self) -> bool:
        """Never: the words come from the table."""
        return False

    def translate(
        self,
        context: str | bytes,
        source: str | bytes,
        disambiguation: str | bytes | None = None,
        n: int = -1,
    ) -> str:
        """The Indonesian of one of Qt's texts; None for anything else, for "" would be shown as no words at all."""
        if not str(context).startswith("Q") or context in LEFT_ALONE:
            return cast(str, None)
        return cast(str, WORDS.get(str(source)))


def speak_indonesian(app: QCoreApplication) -> QObject:
    """Put Qt's own dialogs into Indonesian. Where the system has none of its own in the user's language they are Qt's."""
    if sys.platform not in ("win32", "darwin"):
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    translator = IndonesianQt(app)
    app.installTranslator(translator)
    return translator
