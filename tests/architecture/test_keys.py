"""What a button says and what it does: hands and eyes remember words, not pages."""

import ast

from tests.architecture.source import place, tree, windows


def test_batal_is_never_the_word_for_keeping_it() -> None:
    said = [
        place(path, node)
        for path in windows()
        if path.name != "qt_words.py"  # the boxes of Qt itself ask for files and printers
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("tr", "_tr")
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == "Batal"
    ]
    assert said == []
