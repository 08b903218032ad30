"""The lines of a work list: what a file is, how far it has come, and until when it has to go on."""

from PySide6.QtCore import QCoreApplication

from app.domain.bank import came_back
from app.domain.calendar import format_day, format_money
from app.services.claims import GREEN, RED, WorkItem
from app.ui.stage_names import stage_name
from app.ui.theme import Tone
from app.ui.widgets import Column


def _tr(text: str) -> str:
    return QCoreApplication.translate("Files", text)


def work_columns() -> tuple[Column[WorkItem], ...]:
    """Who and what; the stage, and why it came back or how much it is; the limit and the age."""
    return (
        Column[WorkItem](title=_tr("Berkas"), text=_title, detail=_what, tip=_tip, strong=True),
        Column[WorkItem](title=_tr("Tahap"), text=_stage, detail=_below_stage, tip=_tip, tone=_tone, width=9),
        Column[WorkItem](title=_tr("Batas"), text=_due, detail=_age, width=8.2),
    )


def _title(item: WorkItem) -> str:
    name = item.case.fields.get("name") or _tr("Nama belum diisi")
    return " · ".join(part for part in (name, item.holder) if part)


def _label(item: WorkItem) -> str:
    return item.case.tickets[-1][1] if item.case.tickets else ""


def _what(item: WorkItem) -> str:
    """Programme, and the number that the member holds."""
    number = "-".join(item.case.receipt.split("-")[2:]) or _label(item)  # branch and day say nothing here
    return " · ".join(part for part in (item.programme, number) if part)


def _age(item: WorkItem) -> str:
    return _tr("{count} hari").format(count=item.age_days) if item.age_days else _tr("hari ini")


def _amount(item: WorkItem) -> str:
    return format_money(item.case.amount) if item.case.amount is not None else ""


def _below_stage(item: WorkItem) -> str:
    return ", ".join(item.why) or _amount(item)


def _tip(item: WorkItem) -> str:
    first = " · ".join(part for part in (_title(item), item.case.receipt, _label(item)) if part)
    return "\n".join(part for part in (first, _amount(item), *item.why) if part)


def _due(item: WorkItem) -> str:
    return format_day(item.case.due) if item.case.due else "–"


def _stage(item: WorkItem) -> str:
    return _tr("Catat retur") if came_back(item.case) else stage_name(item.case.stage)


def _tone(item: WorkItem) -> Tone:
    if item.light == RED or came_back(item.case):
        return Tone.BAD
    return Tone.GOOD if item.light == GREEN else Tone.WARN
