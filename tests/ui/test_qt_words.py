"""Qt's own dialogs speak Indonesian, and no paper of the program needs another program."""

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QTextEdit,
    QWidget,
)

from app.ui.qt_words import LEFT_ALONE, WORDS, IndonesianQt
from tests.architecture.source import APP

KEYS_AND_NAMES = {"Alt+Left", "Alt+Right", "Alt+Up", "A4", "...", "Form", "Ctrl"}
"""What Qt asks for and nobody reads: keys, and the names of forms that are never shown."""


class Listening(IndonesianQt):
    """Keeps what Qt asked for and got no Indonesian of."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def translate(self, context, source, disambiguation=None, n=-1):  # type: ignore[no-untyped-def]
        told = super().translate(context, source, disambiguation, n)
        if context.startswith("Q") and context not in LEFT_ALONE:
            self.asked.add(source)
        return told


@pytest.fixture
def heard(qapp):
    translator = Listening()
    qapp.installTranslator(translator)
    yield translator.asked
    qapp.removeTranslator(translator)


def words_of(widget: QWidget) -> set[str]:
    shown = [each for each in widget.findChildren(QAbstractButton) if each.isVisible()]
    labels = [each for each in widget.findChildren(QLabel) if each.isVisible()]
    return {each.text().replace("&", "") for each in (*shown, *labels)} - {""}


@pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)
def test_choosing_a_file_speaks_indonesian(qtbot, heard: set[str], tmp_path: Path) -> None:
    for accept in (QFileDialog.AcceptMode.AcceptOpen, QFileDialog.AcceptMode.AcceptSave):
        dialog = QFileDialog(None, "", str(tmp_path))
        qtbot.addWidget(dialog)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAcceptMode(accept)
        with qtbot.waitExposed(dialog):
            dialog.show()
        verb = "Buka" if accept == QFileDialog.AcceptMode.AcceptOpen else "Simpan"
        assert {verb, "Tidak jadi", "Nama berkas:", "Jenis berkas:"} <= words_of(dialog)
    assert heard
    assert heard - set(WORDS) - KEYS_AND_NAMES == set()


@pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)
def test_choosing_a_printer_and_the_buttons_of_qt_speak_indonesian(qtbot, heard: set[str]) -> None:
    printer = QPrinter()
    dialog = QPrintDialog(printer)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton(0x0FFFFC00))
    qtbot.addWidget(buttons)
    line, many = QLineEdit(), QTextEdit()
    for edit in (line, many):
        qtbot.addWidget(edit)
        edit.createStandardContextMenu().deleteLater()
    assert {"Tidak jadi", "Cetak"} <= words_of(dialog)
    assert heard - set(WORDS) - KEYS_AND_NAMES == set()


def test_what_is_not_qts_own_stays_as_it_is_written(heard: set[str]) -> None:
    assert QCoreApplication.translate("PaperWindow", "Cetak") == "Cetak"
    assert QCoreApplication.translate("QFileDialog", "Nobody asked for this") == "Nobody asked for this"


def test_no_paper_is_handed_to_another_program() -> None:
    """A link to WhatsApp is for the browser; nothing else leaves the program."""
    openers = [
        path.relative_to(APP).as_posix()
        for path in sorted(APP.rglob("*.py"))
        if any(word in path.read_text(encoding="utf-8") for word in ("openUrl", "xdg-open", "startfile"))
    ]
    assert openers == ["ui/pages/case_link.py"]
