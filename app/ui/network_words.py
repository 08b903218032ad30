"""How this computer stands with hub and head office, in words: what is cut, since when, what works, what waits."""

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QCoreApplication

from app.domain.calendar import day_of, format_day, format_number, format_time
from app.ui.theme import Tone

if TYPE_CHECKING:
    from app.services.network_views import Computer, LinkState

HERE, HUB, HEAD_OFFICE = "here", "hub", "head_office"
CLOCK_OFF_SECONDS = 30
"""From here on a computer says that its clock is off (DESIGN 2, clocks)."""
MINUTE = 60
MOST_NAMES = 6
_NEAREST_FIRST = ("lan", "hub", "internet", "refused", "head_office")
CODE_EXAMPLE = "7KXM-2QRT-9B"
"""What a code of enrolment looks like, in an empty field."""


class StatusLine(msgspec.Struct, frozen=True, kw_only=True):
    """The chip: the same state in several lengths, the longest first."""

    tone: Tone
    icon: str
    texts: tuple[str, ...]


class PlaceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One of the three places on the panel: its name, its state as a chip, and what there is to say of it."""

    code: str
    title: str
    tone: Tone
    icon: str
    state: str
    lines: tuple[str, ...]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the words are made of: `now` in ms UTC, `mark` of this run or ""."""

    link: "LinkState"
    computers: "tuple[Computer, ...]" = ()
    now: int
    zone: str
    mark: str = ""
    key_in_file: bool = False


def _tr(text: str) -> str:
    return QCoreApplication.translate("Network", text)


def worst_cut(link: "LinkState") -> str:
    """The cut that takes most away, or ""."""
    return next((each for each in _NEAREST_FIRST if each in link.cut), "")


def hub_is_gone(link: "LinkState") -> bool:
    """Whether this computer would have to do without its hub."""
    return link.role == "station" and worst_cut(link) in ("lan", "hub")


def moment(at: int, told: Told) -> str:
    """A time of today, with its day when it is another one."""
    day, time = day_of(at, told.zone), format_time(at, told.zone)
    return time if day == day_of(told.now, told.zone) else f"{format_day(day)} {time}"


def clock_words(link: "LinkState") -> str:
    """How far this computer's clock is off, "" while it does not matter."""
    off = abs(link.clock_off_seconds)
    if off <= CLOCK_OFF_SECONDS:
        return ""
    long = off >= 2 * MINUTE
    count = format_number(off // MINUTE if long else off)
    length = _tr("{count} menit") if long else _tr("{count} detik")
    way = _tr("jam komputer ini {length} terlalu cepat")
    if link.clock_off_seconds < 0:
        way = _tr("jam komputer ini {length} terlambat")
    return way.format(length=length.format(count=count))


# ---------------------------------------------------------------------------------------------------- the chip


def status_line(told: Told) -> StatusLine | None:
    """What the top bar says; None while this computer is the whole branch and sends nothing to anybody."""
    link = told.link
    if link.role == "alone" and not link.has_head_office:
        return None
    broken = _broken(link)
    if broken:
        return StatusLine(tone=Tone.BAD, icon="octagon-alert", texts=broken)
    if link.starting:
        texts = (
            _tr("Komputer utama menanyai komputer lain sebelum mengurutkan catatan"),
            _tr("Komputer utama sedang mulai"),
        )
        return StatusLine(tone=Tone.INFO, icon="hourglass", texts=texts)
    if link.cut:
        near = worst_cut(link) in ("lan", "hub")
        return StatusLine(tone=Tone.WARN, icon="unplug" if near else "cloud-off", texts=_cut_texts(told))
    return _connected(told)


def _broken(link: "LinkState") -> tuple[str, ...]:
    if link.revoked:
        return _tr("Komputer ini dicabut dari cabang · hubungi penyelia"), _tr("Komputer ini dicabut")
    if link.defect:
        return (
            _tr("Dua catatan cabang berbeda · keduanya disimpan · hubungi penyelia"),
            _tr("Catatan cabang berbeda"),
        )
    return ()


def _cut_texts(told: Told) -> tuple[str, ...]:
    link, worst = told.link, worst_cut(told.link)
    since = moment(link.since, told) if link.since is not None else ""
    what = {
        "lan": (_tr("Jaringan komputer ini putus"), _tr("Jaringan putus")),
        "hub": (_tr("Komputer utama tidak terjangkau"), _tr("Komputer utama putus")),
        "internet": (_tr("Internet putus"), _tr("Internet putus")),
        "refused": (_tr("Kantor pusat menolak catatan cabang"), _tr("Pusat menolak")),
        "head_office": (_tr("Kantor pusat tidak terjangkau"), _tr("Pusat putus")),
    }[worst]
    long, short = what
    if since:
        long = _tr("{what} sejak {time}").format(what=long, time=since)
        short = _tr("{what} {time}").format(what=short, time=since)
    goes_on, near = _goes_on_short(told, worst), worst in ("lan", "hub")
    count = link.waiting if near else link.waiting + link.waiting_at_hub
    waits = _tr("{count} perubahan aman menunggu").format(count=format_number(count))
    few = _tr("{count} menunggu").format(count=format_number(count))
    return (
        _joined(long, goes_on, waits),
        _joined(long, waits),
        _joined(long, few),
        _joined(short, few),
    )


def _goes_on_short(told: Told, worst: str) -> str:
    if worst == "refused":
        return _tr("hubungi petugas TI")
    if worst in ("internet", "head_office"):
        return _tr("pencocokan NIK menunggu")
    return _tr("nomor bertanda {mark}").format(mark=told.mark) if told.mark else _tr("karcis tetap jalan")


def _connected(told: Told) -> StatusLine:
    link = told.link
    clock = clock_words(link)
    few = _tr("{count} menunggu").format(count=format_number(link.waiting))
    begun = _joined(_tr("Tersambung"), few)
    same = _identical(told)
    key = _tr("jaga berkas kuncinya") if told.key_in_file else ""
    texts: tuple[str, ...] = (
        _joined(begun, same, clock, key),
        _joined(begun, clock or same),
        _joined(begun, clock),
        begun,
    )
    if same and not link.waiting and not clock:
        texts = (texts[0], same[0].upper() + same[1:], begun)
    tone = Tone.WARN if clock else Tone.GOOD
    return StatusLine(tone=tone, icon="clock" if clock else "cloud", texts=_distinct(texts))


def _identical(told: Told) -> str:
    link = told.link
    if link.identical_until is None:
        return ""
    words = _tr("sama dengan kantor pusat sampai {time}")
    if not link.has_head_office:
        words = _tr("sama dengan komputer utama sampai {time}")
    return words.format(time=moment(link.identical_until, told))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _distinct(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


# --------------------------------------------------------------------------------------------------- the panel


def place_lines(told: Told) -> tuple[PlaceLine, ...]:
    """The way of everything that is recorded: this computer, the hub where that is another one, head office."""
    hub = (_hub_line(told),) if told.link.role == "station" else ()
    return _here_line(told), *hub, _head_office_line(told)


def _here_line(told: Told) -> PlaceLine:
    link = told.link
    titles = {"hub": _tr("Komputer ini, komputer utama"), "station": _tr("Komputer ini")}
    title = titles.get(link.role, _tr("Komputer ini, satu-satunya di cabang"))
    lines = [_waiting(link)]
    if hub_is_gone(link):
        lines.append(_works_without_hub(told))
    if told.key_in_file:
        lines.append(_tr("Kunci data di berkas."))
    clock = clock_words(link)
    if clock:
        lines.append(clock[0].upper() + clock[1:] + ".")
    if link.role == "hub":
        lines.append(_heard(told))
    broken = _broken(link)
    if broken:
        return _line(HERE, title, (Tone.BAD, "octagon-alert", broken[-1]), lines)
    if link.starting:
        return _line(HERE, title, (Tone.INFO, "hourglass", _tr("sedang mulai")), lines)
    state = (Tone.WARN, "clock", _tr("tersimpan")) if clock else (Tone.GOOD, "hard-drive", _tr("tersimpan"))
    return _line(HERE, title, state, lines)


def _waiting(link: "LinkState") -> str:
    if link.role == "alone" and not link.has_head_office:
        return _tr("Semua tersimpan di sini; buat cadangan di luar komputer ini.")
    if not link.waiting and not link.waiting_blobs:
        return _tr("Tidak ada yang menunggu dikirim.")
    parts = []
    if link.waiting:
        parts.append(_tr("{count} perubahan").format(count=format_number(link.waiting)))
    if link.waiting_blobs:
        parts.append(_tr("{count} lampiran").format(count=format_number(link.waiting_blobs)))
    where = _tr("komputer utama") if link.role == "station" else _tr("kantor pusat")
    return _tr("{what} menunggu dikirim ke {where}; aman tersimpan di sini.").format(
        what=_tr(" dan ").join(parts), where=where
    )


def _works_without_hub(told: Told) -> str:
    numbers = (
        _tr("Karcis bertanda {mark}").format(mark=told.mark) if told.mark else _tr("Karcis bertanda sendiri")
    )
    return _tr(
        "Tetap jalan: {numbers}, panggilan dari karcis yang sudah dikenal, dan semua pada berkas yang terbuka."
    ).format(numbers=numbers[0].lower() + numbers[1:])


def _heard(told: Told) -> str:
    others = [each for each in told.computers if not each.here and not each.revoked]
    if not others:
        return _tr("Belum ada komputer lain.")
    words = [
        _tr("{name} {time}").format(
            name=each.name or each.number, time=moment(each.last_heard, told) if each.last_heard else "–"
        )
        for each in sorted(others, key=lambda each: -(each.last_heard or 0))[:MOST_NAMES]
    ]
    more = len(others) - MOST_NAMES
    if more > 0:
        words.append(_tr("dan {count} lagi").format(count=more))
    return _tr("Terakhir tersambung: {names}").format(names=" · ".join(words))


def _hub_line(told: Told) -> PlaceLine:
    link = told.link
    name = next((each.name for each in told.computers if each.is_hub), "") or link.hub_name
    title = _tr("Komputer utama: {name}").format(name=name) if name else _tr("Komputer utama")
    heard = next((each.last_heard for each in told.computers if each.is_hub), None)
    lines = [_tr("Terakhir tersambung {time}.").format(time=moment(heard, told))] if heard else []
    if hub_is_gone(link):
        lines.append(
            _tr(
                "Nomor biasa, panggilan bersama dan pengambilan berkas menunggu komputer utama; penyelia dapat menggantinya."
            )
        )
        return _line(HUB, title, _cut_state(told, worst_cut(link)), lines)
    lines.append(_tr("Nomor dan panggilan diurutkan di sini."))
    return _line(HUB, title, (Tone.GOOD, "network", _tr("tersambung")), lines)


def _head_office_line(told: Told) -> PlaceLine:
    link, title = told.link, _tr("Kantor pusat")
    if not link.has_head_office:
        lines = [_tr("Cabang ini bekerja sendiri; data peserta tidak dicocokkan.")]
        return _line(HEAD_OFFICE, title, (Tone.NEUTRAL, "landmark", _tr("belum dihubungkan")), lines)
    same = _identical(told)
    lines = [same[0].upper() + same[1:] + "."] if same else []
    gone = next((each for each in ("internet", "refused", "head_office") if each in link.cut), "")
    if gone:
        if link.role == "station" and link.waiting_at_hub:
            count = format_number(link.waiting_at_hub)
            lines.append(
                _tr("{count} perubahan menunggu di komputer utama; aman tersimpan di sana.").format(
                    count=count
                )
            )
        lines.append(
            _tr(
                "Menunggu: pencocokan NIK, janji layanan daring dan konfirmasi pembayaran. Yang lain tetap jalan."
            )
        )
        return _line(HEAD_OFFICE, title, _cut_state(told, gone), lines)
    if hub_is_gone(link) or not link.above_known:
        return _line(
            HEAD_OFFICE, title, (Tone.NEUTRAL, "landmark", _tr("dihubungi lewat komputer utama")), lines
        )
    return _line(HEAD_OFFICE, title, (Tone.GOOD, "landmark", _tr("tersambung")), lines)


def _cut_state(told: Told, cut: str) -> tuple[Tone, str, str]:
    icon = "unplug" if cut in ("lan", "hub") else "cloud-off"
    since = told.link.since
    refused = cut == "refused"
    if cut != worst_cut(told.link) or since is None:
        return Tone.WARN, icon, _tr("menolak") if refused else _tr("putus")
    words = _tr("menolak sejak {time}") if refused else _tr("putus sejak {time}")
    return Tone.WARN, icon, words.format(time=moment(since, told))


def _line(code: str, title: str, state: tuple[Tone, str, str], lines: list[str]) -> PlaceLine:
    tone, icon, words = state
    return PlaceLine(code=code, title=title, tone=tone, icon=icon, state=words, lines=tuple(lines))
