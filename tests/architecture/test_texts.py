"""What a person reads is complete in both languages."""

import ast
import json
import string
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, place, program, tree, windows

LANGUAGES = ("id", "en")


def called(node: ast.AST) -> str:
    """The last name of what is called; empty when the node is no call."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return getattr(function, "attr", "") or getattr(function, "id", "")


def gaps(sentence: str) -> set[str]:
    """The names of the facts that a sentence asks for."""
    names = (name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)
    return {name.split(".")[0].split("[")[0] for name in names}


def refusals() -> Iterator[tuple[Path, ast.Call, str]]:
    """Every `Refused("code", ...)` of the program whose code is written out."""
    for path in program():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and called(node) == "Refused" and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield path, node, code.value


def messages() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads((ROOT / "resources/i18n/messages.json").read_text("utf-8"))
    return words


def test_texts_to_translate_are_literals() -> None:
    """`self.tr(f"...")` is never translated, and no tool says so."""
    assert [
        place(path, node)
        for path in windows()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node) == "tr" and not all_literal(node)
    ] == []


def all_literal(call: ast.Call) -> bool:
    return bool(call.args) and all(
        isinstance(argument, ast.Constant) and isinstance(argument.value, str) for argument in call.args[:2]
    )


def test_tables_are_models_not_table_widgets() -> None:
    assert [
        place(path, node)
        for path in windows()
        for node in ast.walk(tree(path))
        if "QTableWidget" in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", ""))
    ] == []


def test_every_refusal_has_its_sentence() -> None:
    known = messages()
    assert [f"{place(path, node)} {code}" for path, node, code in refusals() if code not in known] == []


def test_every_sentence_stands_in_both_languages() -> None:
    assert {
        code: text for code, text in messages().items() if not all(text.get(each) for each in LANGUAGES)
    } == {}


def test_both_languages_ask_for_the_same_facts() -> None:
    assert {code: text for code, text in messages().items() if gaps(text["id"]) != gaps(text["en"])} == {}


def test_every_refusal_gives_the_facts_that_its_sentence_asks_for() -> None:
    known = messages()
    lacking = []
    for path, node, code in refusals():
        given = {keyword.arg for keyword in node.keywords}
        asked = gaps(known[code]["id"]) if code in known else set()
        if None not in given and asked - given:  # None stands for **facts, which are known only when it runs
            lacking.append(f"{place(path, node)} {code} lacks {sorted(asked - given)}")
    assert lacking == []


GUESSES_AT_HTML = {
    "QErrorMessage",
    "QLabel",
    "QMessageBox",
    "QStaticText",
    "QTextBrowser",
    "QTextDocument",
    "QTextEdit",
    "QToolTip",
    "ToolTipRole",
    "insertHtml",
    "setHtml",
    "setMarkdown",
    "setStatusTip",
    "setTextFormat",
    "setToolTip",
    "setWhatsThis",
}
DOORS = {"app/ui/widgets/text.py", "app/ui/widgets/tips.py"}


def test_no_text_reaches_what_guesses_at_html() -> None:
    """A member's name with a picture in it once opened a file on hover: labels and tips have one door each."""
    found = {
        f"{path.relative_to(ROOT).as_posix()} {name}"
        for path in windows()
        for node in ast.walk(tree(path))
        for name in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", ""))
        if name in GUESSES_AT_HTML and path.relative_to(ROOT).as_posix() not in DOORS
    }
    assert found == {"app/ui/widgets/table.py ToolTipRole"}  # its text is made by `as_shown`
