"""What the program says to a person: the sentence for a refusal, in Indonesian or English."""

import json
from functools import cache
from pathlib import Path
from string import Formatter

from app.domain.calendar import format_number
from app.errors import Refused

LANGUAGES = ("id", "en")
_FILE = Path(__file__).resolve().parents[1] / "resources" / "i18n" / "messages.json"
_UNKNOWN = {
    "id": "Tidak dapat dilakukan ({code}). Coba lagi atau hubungi petugas TI.",
    "en": "This cannot be done ({code}). Try again or call the IT officer.",
}


@cache
def messages() -> dict[str, dict[str, str]]:
    """Every sentence by code and language."""
    loaded: dict[str, dict[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return loaded


def sentence(code: str, facts: dict[str, object], language: str = "id") -> str:
    """The sentence for a code with its gaps filled; a gap without a fact shows a dash, never a crash."""
    texts = messages().get(code, _UNKNOWN)
    known: dict[str, object] = {"code": code, **facts}
    template = texts.get(language) or texts["id"]
    return _Filled().vformat(template, (), {name: _shown(value) for name, value in known.items()})


def refusal(refused: Refused, language: str = "id") -> str:
    """The sentence for what was refused."""
    return sentence(refused.code, refused.facts, language)


def _shown(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return format_number(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(part) for part in value)
    return value


class _Filled(Formatter):
    """`str.format` that forgives a fact that is not there."""

    def get_value(self, key: int | str, args: object, kwargs: object) -> object:
        """The fact, or a dash."""
        return kwargs.get(key, "–") if isinstance(kwargs, dict) else "–"
