"""The layers of the program hold."""

import ast
import sys

from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

from tests.architecture.source import APP, ROOT, imported, place, program, tree, windows


def first_word(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def test_imports_point_down() -> None:
    configure()
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)


def test_only_ui_and_main_know_qt() -> None:
    others = set(program()) - set(windows())
    assert [
        place(path) for path in others if {"PySide6", "shiboken6"} & set(map(first_word, imported(path)))
    ] == []


def rules() -> list:
    return [*sorted((APP / "domain").rglob("*.py")), APP / "errors.py"]


def test_the_rules_know_no_library_but_msgspec() -> None:
    known = set(sys.stdlib_module_names) | {"app", "msgspec"}
    assert [
        (place(path), name) for path in rules() for name in imported(path) if first_word(name) not in known
    ] == []


def test_the_rules_know_neither_clock_nor_chance_nor_disk() -> None:
    outside = {"random", "secrets", "time", "os", "pathlib", "socket", "subprocess", "threading", "logging"}
    assert [
        (place(path), name) for path in rules() for name in imported(path) if first_word(name) in outside
    ] == []
    asked = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7"}
    assert [
        place(path, node)
        for path in rules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in asked
    ] == []


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "managers", "manager", "misc", "common"}
    assert [place(path) for path in program() if drawers & {path.stem, *path.relative_to(ROOT).parts}] == []
