"""The project's own source files, read and parsed once for the tests of its shape."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
MADE_BY_TOOLS = {"build", "dist", "__pycache__"}


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def program() -> list[Path]:
    """Every Python file of the program, and dev.py."""
    return [*sorted(APP.rglob("*.py")), ROOT / "dev.py"]


def windows() -> list[Path]:
    """The files that may know Qt."""
    return [*sorted((APP / "ui").rglob("*.py")), APP / "main.py"]


def every_file() -> Iterator[Path]:
    """Every file that a person wrote, in any language; hidden folders but .ci are made by tools."""
    for path in sorted(ROOT.rglob("*")):
        folders = path.relative_to(ROOT).parts
        hidden = any(folder.startswith(".") and folder != ".ci" for folder in folders[:-1])
        made = any(folder in MADE_BY_TOOLS or folder.endswith(".egg-info") for folder in folders)
        linked = path == ROOT / ".git"  # a file in a second checkout, written by git
        if path.is_file() and not hidden and not made and not linked:
            yield path


def imported(path: Path) -> Iterator[str]:
    """The modules that a file names in its imports, at any depth."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def place(path: Path, node: ast.AST | None = None) -> str:
    """Where something stands, as an editor understands it."""
    line = getattr(node, "lineno", 1)
    return f"{path.relative_to(ROOT).as_posix()}:{line}"
