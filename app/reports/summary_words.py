"""The words of the printed daily summary: from figures to short Indonesian lines, ready to be set."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from app.domain.calendar import format_day, format_minutes, format_money, format_number, format_time
from app.domain.figures import Count, DayFigures, Delegated, LabelTwice, Remark, Reopened, TurnedAway
from app.domain.measures import whole_minutes

NOTHING = "–"

STAGES = {
    "draft": "CSO, belum diajukan",
    "returned": "CSO, dikembalikan",
    "submitted": "Verifikator",
    "verified": "Keuangan: voucher",
    "ordered": "Keuangan: persetujuan",
    "approved": "Keuangan: pembayaran",
    "payment_returned": "Retur dari bank",
}

FLOW = {
    "opened": "Dibuka",
    "submitted": "Diajukan ke verifikator",
    "returned": "Dikembalikan ke CSO",
    "rejected": "Ditolak",
    "verified": "Ditetapkan verifikator",
    "finance_returned": "Dikembalikan keuangan",
    "ordered": "Voucher dibuat",
    "approved": "Disetujui",
    "paid": "Dibayar",
    "payment_returned": "Retur dari bank",
    "closed": "Ditutup tanpa klaim",
}

ROLES = {
    "security_desk": "Petugas keamanan",
    "cso": "CSO",
    "verifier": "Verifikator",
    "finance_officer": "Petugas keuangan",
    "finance_supervisor": "Kabid Keuangan",
    "service_supervisor": "Kabid Pelayanan",
    "branch_head": "Kepala Kantor Cabang",
    "it_officer": "Petugas TI",
    "auditor": "Pengawas internal",
}

LATE = {
    "ticket.issued": "terbit",
    "ticket.put_back": "dikembalikan",
    "ticket.printed": "cetak",
    "ticket.called": "panggilan",
    "ticket.withdrawn": "panggilan ditarik",
    "ticket.recalled": "panggilan ulang",
    "ticket.confirmed": "hadir",
    "ticket.missed": "tidak hadir",
    "ticket.reinstated": "dipulihkan",
    "ticket.parked": "ditunda",
    "ticket.resumed": "dilanjutkan",
    "ticket.transferred": "dialihkan",
    "ticket.wrap_up_started": "penyelesaian",
    "ticket.finished": "selesai",
    "ticket.taken_back": "ditarik kembali",
    "ticket.cancelled": "batal",
    "ticket.voided": "nomor batal",
    "ticket.explained": "penjelasan",
    "ticket.redated": "hari dibetulkan",
    "ticket.settled": "diputuskan",
}
"""What came to a ticket after its day was closed: every kind of a ticket's, for a computer may have been apart all day."""


TAKEN_BACK = {"finished": "selesai", "wrap_up": "peserta pergi", "no_show": "tidak hadir"}
"""What an officer did in haste and took back."""

TURNED_AWAY = {"quota_exhausted": "kuota habis", "day_not_open": "hari belum dibuka"}
"""Refusals that the security desk records as the reason; anything else was typed and stands as it is."""


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """One matter of "Perlu dicatat". `run_on`: the entries are single words, set one after the other."""

    title: str
    entries: tuple[str, ...]
    run_on: bool = False
    count: int | None = None
    """Shown after the title where it is not the number of the entries."""

    @property
    def heading(self) -> str:
        """`Di luar urutan (40)`."""
        count = len(self.entries) if self.count is None else self.count
        return f"{self.title} ({format_number(count)})" if count else self.title


def minutes(milliseconds: int | None) -> str:
    """Whole minutes without a unit, for a table."""
    return NOTHING if milliseconds is None else format_number(whole_minutes(milliseconds))


def duration(milliseconds: int | None) -> str:
    """`17 mnt`, from an hour on `1 j 05 mnt`."""
    return NOTHING if milliseconds is None else format_minutes(whole_minutes(milliseconds))


def share(part: int, whole: int) -> str:
    """Per cent, rounded half up; nothing of nothing is a dash."""
    return f"{(200 * part + whole) // (2 * whole)}%" if whole else NOTHING


def number_or_dash(count: int) -> str:
    """A table is read for what is in it: nought is a dash."""
    return format_number(count) if count else NOTHING


def period(figures: DayFigures) -> str:
    """When the day was opened and closed."""
    opened = f"dibuka {format_time(figures.opened_at, figures.zone)}"
    for former in figures.reopened:
        closed, again = (format_time(at, figures.zone) for at in (former.closed_at, former.at))
        opened += f" · ditutup {closed} · dibuka lagi {again}"
    if figures.closed_at is None:
        return opened
    return f"{opened} · ditutup {format_time(figures.closed_at, figures.zone)} · hari ditutup"


def provisional(figures: DayFigures) -> str:
    """Why the figures may still change; empty for a closed day."""
    if figures.closed_at is not None:
        return ""
    return f"belum ditutup · angka sementara {format_time(figures.made_at, figures.zone)}"


def exclusions(figures: DayFigures) -> str:
    """What no average contains, counted."""
    left = figures.excluded
    parts = [
        (left.waiting, "waktu tunggu"),
        (left.walking, "waktu menuju loket"),
        (left.serving, "waktu layanan"),
        (left.wrap_up, "waktu penyelesaian"),
        (left.sessions, "sesi loket"),
    ]
    named = [f"{format_number(count)} {name}" for count, name in parts if count]
    what = ", ".join(named) if named else "tidak ada"
    jumps = f" Jam komputer digeser {left.clock_jumps} kali." if left.clock_jumps else ""
    return (
        f"Tidak dihitung dalam rata-rata (jam digeser, waktu negatif, ditutup oleh tutup hari): {what}.{jumps} "
        f"Bukan kedatangan: {format_number(left.voided)} karcis keliru terbit."
    )


def provenance(figures: DayFigures) -> str:
    """Who opened and closed the day, and the program and rules that made the figures."""
    program = f"Loket {figures.app_version}".rstrip()
    closed = f", ditutup oleh {figures.closed_by}" if figures.closed_at is not None else ""
    return (
        f"Dibuka oleh {figures.opened_by}{closed}. {program}, aturan {figures.bundle_version}: "
        f"{figures.bundle_name}. Kaki halaman: nomor catatan dan tandanya."
    )


def footer(figures: DayFigures) -> str:
    """The band at the foot: the range of the log and its hash in full."""
    journal = figures.journal
    head = " ".join(journal.head[at : at + 16] for at in range(0, len(journal.head), 16))
    return f"Catatan {format_number(journal.first)}–{format_number(journal.last)} · {head}"


# ---------------------------------------------------------------------------------------------- notes


def notes(figures: DayFigures) -> tuple[Notes, ...]:
    """Everything that somebody may have to answer for; matters of which there is nothing are left out."""
    return tuple(each for each in _all_notes(figures) if each.entries)


def _all_notes(figures: DayFigures) -> Iterator[Notes]:
    zone = figures.zone
    yield Notes(title="Prioritas", entries=tuple(_priority(figures)), count=_sum(figures.priority.groups))
    yield Notes(title="Di luar urutan", entries=_remarks(figures.overrides, zone))
    yield Notes(title="Dijelaskan saat tutup hari", entries=_remarks(figures.explained, zone))
    yield Notes(title="Dibatalkan", entries=_remarks(figures.cancelled, zone))
    yield Notes(title="Hari dibuka lagi", entries=tuple(_reopened(each, zone) for each in figures.reopened))
    yield Notes(
        title="Hari dibuka keliru", entries=tuple(_mistaken(each, zone) for each in figures.mistaken_days)
    )
    hasty = (replace(each, reason=TAKEN_BACK.get(each.reason, each.reason)) for each in figures.taken_back)
    yield Notes(title="Ditarik kembali di loket", entries=_remarks(tuple(hasty), zone))
    yield Notes(title="Dipulihkan setelah tidak hadir", entries=_remarks(figures.reinstated, zone))
    yield Notes(title="Dicetak ulang", entries=_remarks(figures.reprinted, zone))
    yield Notes(
        title="Dipulangkan tanpa karcis",
        entries=tuple(_turned(each) for each in figures.turned_away),
        count=sum(each.count for each in figures.turned_away),
    )
    yield Notes(
        title="Kuota ditambah",
        entries=tuple(
            f"{each.service} +{each.by} · {each.who}" + (f": {each.reason}" if each.reason else "")
            for each in figures.raised
        ),
    )
    over = ((each, each.used - each.quota) for each in figures.services if each.quota is not None)
    yield Notes(
        title="Kuota terlampaui",
        entries=tuple(
            f"{each.name} +{more}: {each.used} dari {each.quota}" for each, more in over if more > 0
        ),
    )
    yield Notes(title="Delegasi berlaku", entries=tuple(_delegated(each) for each in figures.delegations))
    yield Notes(
        title="Sudah kurang di meja keamanan",
        entries=tuple(f"{each.name} {each.count}" for each in figures.missing_at_desk),
        run_on=True,
        count=_sum(figures.missing_at_desk),
    )
    yield from _label_notes(figures)
    yield Notes(
        title="Penyesuaian hari yang sudah ditutup",
        entries=tuple(
            f"{format_day(each.day)} · {each.label} · {LATE.get(each.kind, each.kind)} "
            f"{format_time(each.at, zone)} · {each.who}"
            for each in figures.adjustments
        ),
    )
    yield Notes(title="Lain-lain", entries=tuple(_other(figures)), count=0)


def _label_notes(figures: DayFigures) -> Iterator[Notes]:
    """Numbers that nobody was called by."""
    yield Notes(
        title="Keliru terbit",
        entries=tuple(each.label for each in figures.voided),
        run_on=True,
    )
    yield Notes(
        title="Nomor tercetak dua kali", entries=tuple(_twice(each, figures) for each in figures.doubles)
    )
    yield Notes(title="Nomor tidak terpakai", entries=figures.gaps, run_on=True)


def _sum(counts: Iterable[Count]) -> int:
    return sum(each.count for each in counts)


def _priority(figures: DayFigures) -> Iterator[str]:
    groups, issuers = figures.priority.groups, figures.priority.issued_by
    if not groups:
        return
    yield ", ".join(f"{each.name} {each.count}" for each in groups)
    yield "diterbitkan oleh " + ", ".join(f"{each.name} ({each.count})" for each in issuers)
    called = [each for each in figures.officers if each.priority_called]
    if called:
        yield "dipanggil oleh " + ", ".join(f"{each.name} ({each.priority_called})" for each in called)


def _remarks(remarks: Iterable[Remark], zone: str) -> tuple[str, ...]:
    return tuple(_remark(each, zone) for each in remarks)


def _remark(remark: Remark, zone: str) -> str:
    place = f" · Loket {remark.counter}" if remark.counter is not None else ""
    why = f": {remark.reason}" if remark.reason else ""
    return f"{remark.label} · {format_time(remark.at, zone)}{place} · {remark.who}{why}"


def _reopened(former: Reopened, zone: str) -> str:
    closed, again = format_time(former.closed_at, zone), format_time(former.at, zone)
    return f"ditutup {closed} oleh {former.closed_by}, dibuka lagi {again} oleh {former.by}: {former.reason}"


def _mistaken(day: Remark, zone: str) -> str:
    return (
        f"{format_day(day.label)} ditarik kembali {format_time(day.at, zone)} oleh {day.who}, "
        f"{day.reason} karcis menjadi karcis hari ini"
    )


def _turned(turned: TurnedAway) -> str:
    why = TURNED_AWAY.get(turned.reason, turned.reason)
    return f"{turned.service} {turned.count}" + (f": {why}" if why else "")


def _twice(double: LabelTwice, figures: DayFigures) -> str:
    day = "" if double.day == figures.day else f"{format_day(double.day)} · "
    place = f"komputer {double.computer}" if double.computer.isdigit() else double.computer
    printed = " · ".join(part for part in (format_time(double.at, figures.zone), place) if part)
    came = (
        f"menunggu lagi sebagai {double.back}" if double.back else "keluar dari antrean, tidak dikembalikan"
    )
    return f"{day}{double.label} · {printed}: satu orang {came}"


def _delegated(lent: Delegated) -> str:
    end = " (dicabut)" if lent.revoked else ""
    return (
        f"{ROLES.get(lent.role, lent.role)} kepada {lent.to}, {format_day(lent.first_day)} – "
        f"{format_day(lent.last_day)}, oleh {lent.by}{end}" + (f": {lent.reason}" if lent.reason else "")
    )


def _other(figures: DayFigures) -> Iterator[str]:
    if figures.mark:
        yield f"Nomor hari ini bertanda {figures.mark}: nomor kertas sebelumnya tidak dipastikan."
    if figures.transfers or figures.parked:
        yield f"Dialihkan {format_number(figures.transfers)} kali, ditunda {format_number(figures.parked)} kali."
    if figures.after_last_closing:
        count = format_number(figures.after_last_closing)
        yield f"{count} catatan berkas dari sebelum hari dibuka ikut dihitung."
    if figures.note:
        yield f"Catatan penutup: {figures.note}"


def paid_line(figures: DayFigures) -> str:
    """Under the amount paid: how many files, and the tax within."""
    tax = f" · pajak {format_money(figures.paid.tax)}" if figures.paid.tax else ""
    return f"{format_number(figures.paid.count)} berkas{tax}"
