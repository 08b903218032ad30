"""A key that does harm somewhere is harmless nowhere: hands remember keys, not pages."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app.ui.qt_words import WORDS
from tests.architecture.source import place, tree, windows

HARM = frozenset(
    {
        "Batalkan",
        "Batalkan karcis",
        "Buka lagi",
        "Cabut",
        "Cabut…",
        "Catat pembayaran",
        "Ganti kunci pemulihan…",
        "Jadikan komputer ini komputer utama",
        "Jadikan pemberi nomor",
        "Nonaktifkan",
        "Peserta pergi",
        "Pulihkan dari cadangan…",
        "Selesai",
        "Setujui",
        "Tidak hadir",
        "Tolak",
        "Tutup hari dan bekukan angka",
        "Tutup loket",
    }
)
"""The words of buttons that end, cancel, reject, pay, remove, replace or close something.

Finishing a visit with the next call (F3) is not among them: it is the ordinary end of every visit, its key alone only
asks for the outcome, and in that question nothing is chosen yet."""
UNDO = ("desk_ticket.py", "Del")
"""The bar that takes a number back: its button has no words of its own in the source."""
ELSEWHERE = [*(f"F{number}" for number in range(1, 10)), *(f"Alt+{number}" for number in range(1, 10))]
"""Keys that are made while the program runs, all harmless: the services at the desk, the pages."""
KEY_AT = {"set_key": 0, "_listed": 2, "QKeySequence": 0}
"""Which argument without a name is a key."""


def keyed() -> Iterator[tuple[str, str, Path, ast.Call]]:
    """(key, words, file, where) of everything that listens to a key of its own."""
    for path in windows():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                key = next((each.value for each in node.keywords if each.arg == "key"), None)
                place_of_key = KEY_AT.get(getattr(node.func, "attr", getattr(node.func, "id", "")))
                if key is None and place_of_key is not None and len(node.args) > place_of_key:
                    key = node.args[place_of_key]
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value:
                    yield key.value, _words(node), path, node


def _words(call: ast.Call) -> str:
    """What the button says: the first text that is translated in it."""
    for node in ast.walk(call):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "tr":
            text = node.args[0]
            assert isinstance(text, ast.Constant)
            return str(text.value)
    return ""


def _does_harm(key: str, words: str, path: Path) -> bool:
    return words in HARM or (path.name, key) == UNDO


def test_every_button_that_does_harm_is_still_there() -> None:
    assert HARM - {words for _, words, _, _ in keyed()} == set()


def test_a_key_that_does_harm_is_harmless_nowhere() -> None:
    harmful = {key for key, words, path, _ in keyed() if _does_harm(key, words, path)}
    slips = [
        f"{place(path, node)} {key} {words}"
        for key, words, path, node in keyed()
        if key in harmful and not _does_harm(key, words, path)
    ]
    assert slips == []
    assert harmful & set(ELSEWHERE) == set()


def test_batal_is_never_the_word_for_keeping_it() -> None:
    said = [
        place(path, node)
        for path in windows()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("tr", "_tr")
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == "Batal"
    ]
    assert said == []
    assert [
        source for source, words in WORDS.items() if words.replace("&", "") == "Batal"
    ] == []  # the boxes of Qt itself
