"""What people read is said in the words of the branch office: docs/words.md is the list, this is its guard."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import APP, ROOT, place, tree, windows

UNSPOKEN = re.compile(
    r"\b(hub|jurnal\w*|p90|pertentangan|benturan|berbenturan|terdengar|kunci di berkas|komputer rumah)\b",
    re.IGNORECASE,
)
PRINTED = [APP / "domain" / "summary.py", *sorted((APP / "reports").rglob("*.py"))]
MANUALS = (ROOT / "README.md", ROOT / "docs" / "petugas-ti.md")
GAP = re.compile(r"\{\w*\}")
"""A fact that is filled in: its name is no word on the screen."""
TOLD_BY = ("tr", "_tr", "translate")
COMMAND = re.compile(r"`[^`]*`|^(python3?|loket) .*?( {2,}|$)|\(\*.*?\*\)|\*For the IT officer.*")
"""In the manuals: what is typed, and what is said in English."""


def shown(path: Path) -> Iterator[str]:
    """The texts of windows: what is given to the translator."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in TOLD_BY:
                text = node.args[-1 if name == "translate" else 0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value


def printed(path: Path) -> Iterator[str]:
    """The texts of papers: every literal that is no docstring, no key of a table and no part of a file's name."""
    docstrings = {
        id(node.value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


@pytest.mark.parametrize("path", windows(), ids=place)
def test_no_window_says_a_word_of_the_inside(path: Path) -> None:
    assert [text for text in shown(path) if UNSPOKEN.search(GAP.sub("", text))] == []


@pytest.mark.parametrize("path", PRINTED, ids=place)
def test_no_paper_says_a_word_of_the_inside(path: Path) -> None:
    assert [text for text in printed(path) if UNSPOKEN.search(text)] == []


def test_no_refusal_and_no_notice_says_a_word_of_the_inside() -> None:
    messages = json.loads((ROOT / "resources/i18n/messages.json").read_text("utf-8"))
    assert {code: text["id"] for code, text in messages.items() if UNSPOKEN.search(text["id"])} == {}
    assert {
        code: text["en"]
        for code, text in messages.items()
        if re.search(r"\b([Hh]ub|[Jj]ournals?)\b", text["en"])
    } == {}


@pytest.mark.parametrize("path", MANUALS, ids=place)
def test_no_manual_says_a_word_of_the_inside(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert [line for line in lines if UNSPOKEN.search(COMMAND.sub("", line))] == []


def test_the_list_names_every_word_and_what_is_said_instead() -> None:
    table = (ROOT / "docs" / "words.md").read_text("utf-8")
    for word in (
        "hub",
        "jurnal",
        "p90",
        "pertentangan",
        "benturan",
        "terdengar",
        "kunci di berkas",
        "komputer rumah",
    ):
        assert UNSPOKEN.search(word)
        assert re.search(rf"^\| [^|]*\b{word}\b[^|]* \| .*\*\*", table, re.MULTILINE), word
