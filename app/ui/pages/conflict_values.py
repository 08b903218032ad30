"""What each side of a conflict says: the fields of its event in the words of the trade, and none of the program's own."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from PySide6.QtCore import QCoreApplication

from app.domain import case_answers
from app.domain.bundle import RuleBundle
from app.domain.calendar import format_day, format_money
from app.domain.rights import ROLES
from app.domain.taken_back import FINISHED, GONE, MISSED
from app.ui.pages.case_words import field_name, register_word
from app.ui.role_names import role_name


def _tr(text: str) -> str:
    return QCoreApplication.translate("Conflicts", text)


HIDDEN = frozenset(
    # what names the thing itself, who and where it was, and what only computers read
    [
        "id",
        "person",
        "delegation",
        "interview",
        "ticket",
        "conflict",
        "choice",
        "granted_by",
        "station",
        "number",
        "run",
        "key",
        "fingerprint",
        "home",
        "full",
        "demo",
        "code",
        "zone",
        "prefix",
        "bundle_version",
        "version",
        "digest",
        "position",
        "figures",
        "content",
        "sha256",
        "size",
        "started_at",
        "entered_at",
        "entered_position",
        "copy",
        "how",
        "places",
        "place",
        "revoked",
        "locked",
        "member_nos",
    ]
)
"""Fields that say nothing to a person. A NIK or KPJ is shown masked where the conflict is about it."""


def labels() -> dict[str, str]:
    """Field of an event to what it is called."""
    return {**_of_files(), **_of_the_branch()}


def _of_files() -> dict[str, str]:
    return {
        "amount": _tr("Besar manfaat"),
        "tax": _tr("Pajak"),
        "note": _tr("Catatan"),
        "text": _tr("Catatan"),
        "reason": _tr("Alasan"),
        "reasons": _tr("Alasan"),
        "result": _tr("Hasil"),
        "verdict": _tr("Penilaian"),
        "outcome": _tr("Hasil"),
        "voucher": _tr("Voucher"),
        "reference": _tr("Referensi"),
        "promised": _tr("Dijanjikan"),
        "due": _tr("Batas bayar"),
        "box": _tr("Tempat"),
        "document": _tr("Dokumen"),
        "documents": _tr("Dokumen"),
        "missing": _tr("Belum ada"),
        "incomplete": _tr("Belum lengkap"),
        "original_shown": _tr("Asli ditunjukkan"),
        "copy_kept": _tr("Salinan"),
        "question": _tr("Pertanyaan"),
        "type": _tr("Jenis"),
        "receipt": _tr("Tanda terima"),
        "former": _tr("Nomor semula"),
        "paid": _tr("Dibayar"),
        "field": _tr("Isian"),
        "fields": _tr("Isian"),
        "facts": _tr("Jawaban"),
        "purpose": _tr("Keperluan"),
    }


def _of_the_branch() -> dict[str, str]:
    """Tickets, days, counters and people."""
    return {
        "counter": _tr("Loket"),
        "counters": _tr("Loket"),
        "day": _tr("Tanggal"),
        "right": _tr("Hari yang benar"),
        "first_day": _tr("Mulai"),
        "last_day": _tr("Sampai"),
        "time": _tr("Jam"),
        "by": _tr("Tambahan"),
        "name": _tr("Nama"),
        "title": _tr("Jabatan"),
        "role": _tr("Peran"),
        "roles": _tr("Peran"),
        "active": _tr("Masih bertugas"),
        "label": _tr("Karcis"),
        "act": _tr("Yang ditarik"),
        "service": _tr("Layanan"),
        "services": _tr("Layanan"),
        "priority": _tr("Prioritas"),
        "to": _tr("Dialihkan ke"),
        "target": _tr("Tujuan"),
        "closed": _tr("Tutup"),
        "booked": _tr("Berlaku"),
        "first": _tr("Nomor berikutnya"),
        "mark": _tr("Tanda"),
        "seconds": _tr("Detik"),
        "last4": _tr("Akhir NIK"),
        "initials": _tr("Inisial"),
    }


def _acts() -> dict[str, str]:
    return {FINISHED: _tr("selesai"), GONE: _tr("peserta pergi"), MISSED: _tr("tidak hadir")}


_DAYS = ("day", "first_day", "last_day", "promised", "due")
_REGISTER = (case_answers.FOUND, case_answers.NOT_FOUND, case_answers.NAME_DIFFERS)
_TARGETS = {"counter": "Loket", "service": "Layanan", "officer": "Petugas"}


def value_words(told: Mapping[str, Any], rules: RuleBundle, officer: Callable[[str], str]) -> str:
    """What a side says, line by line; `told` as the service gives it, a plain value under "". `officer`: id to name."""
    return "\n".join(_lines(told, labels(), Words(rules, officer)))


def _lines(told: Mapping[str, Any], names: Mapping[str, str], words: "Words") -> Iterator[str]:
    for field, value in told.items():
        if value in ("", None, (), {}) or (field == "by" and not isinstance(value, int)):
            continue
        if field == "":
            yield words.plain(str(value))
        elif field == "delegation" and isinstance(value, dict):
            yield words.officer(str(value.get("person", "")))
            yield from _lines(value, names, words)
        elif field in names:
            yield f"{names[field]}: {words.of(field, value)}"


class Words:
    """The values of fields: codes by the names that the rules give them."""

    def __init__(self, rules: RuleBundle, officer: Callable[[str], str]) -> None:
        self._rules = rules
        self.officer = officer
        self._names: dict[str, str] = {}
        for group in (rules, rules.interview):
            for field in msgspec.structs.fields(type(group)):
                for each in () if field.name == "provinces" else _coded(getattr(group, field.name)):
                    self._names.setdefault(each.code, getattr(each.name, "id", each.name))
        self._names |= {each.code: each.text.id for each in rules.interview.questions}

    def plain(self, value: str) -> str:
        """A code by its name; anything else as it was written."""
        return {"yes": _tr("ya"), "no": _tr("tidak")}.get(value) or self._names.get(value, value)

    def of(self, field: str, value: Any) -> str:
        """One value of a field."""
        if isinstance(value, bool):
            return _tr("ya") if value else _tr("tidak")
        if field in ("amount", "tax"):
            return format_money(value)
        if field in _DAYS:
            return format_day(value)
        if isinstance(value, list | tuple):
            return ", ".join(self.of(field, each) for each in value)
        if isinstance(value, dict):
            return self._pairs(field, value)
        return self._word(field, str(value))

    def _pairs(self, field: str, value: dict[str, Any]) -> str:
        if field == "counters":
            served = ", ".join(self.plain(each) for each in value.get("services", ()))
            return f"{value['number']} · {served}" if served else str(value["number"])
        named = {
            field_name(name): self.plain(each) if isinstance(each, str) else each
            for name, each in value.items()
        }
        return ", ".join(f"{name} {each}" for name, each in named.items())

    def _word(self, field: str, value: str) -> str:
        if field in ("role", "roles") and value in ROLES:
            return role_name(value)
        if field == "act":
            return _acts().get(value, value)
        if field == "to":
            return _tr(_TARGETS[value]) if value in _TARGETS else value
        if field == "target":
            return self.officer(value) or self.plain(value)
        if field == "field":
            return field_name(value)
        if field in ("reason", "reasons"):
            return self._reason(value)
        if field == "result" and value in _REGISTER:
            return register_word(value)[0]
        return self.plain(value)

    def _reason(self, code: str) -> str:
        """A reason of the claim, or of whatever else has reasons; what is no code stands as it was written."""
        rules = self._rules
        groups = (rules.return_reasons, rules.reject_reasons, rules.cancel_reasons)
        return next(
            (each.name.id for group in groups for each in group if each.code == code), self.plain(code)
        )


def _coded(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        yield from (each for each in value if hasattr(each, "code") and hasattr(each, "name"))
