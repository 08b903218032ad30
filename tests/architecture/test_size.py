"""Files and functions stay small enough to read, and each module says what it is for."""

import ast

from tests.architecture.source import place, program, tree

FUNCTION_LINES = 50
FILE_LINES = 400


def test_every_module_begins_with_what_it_is_for() -> None:
    assert [place(path) for path in program() if not ast.get_docstring(tree(path))] == []


def test_no_function_is_longer_than_fifty_lines() -> None:
    assert [
        f"{place(path, node)} {node.name}: {length}"
        for path in program()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ] == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in program()}
    assert {where: length for where, length in lengths.items() if length > FILE_LINES} == {}


def test_nothing_is_left_for_later() -> None:
    unfinished = ("TO" + "DO", "FIX" + "ME", "XX" + "X:", "NotImplemented" + "Error")
    assert [
        f"{place(path)} {word}"
        for path in program()
        for word in unfinished
        if word in path.read_text("utf-8")
    ] == []
