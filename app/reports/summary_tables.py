"""What the tables of the printed daily summary hold."""

from app.domain.calendar import format_number
from app.domain.figures import DayFigures, ServiceFigures
from app.reports import summary_words as words
from app.reports.tables import Column, Row, Table


def services_table(figures: DayFigures) -> Table:
    """Tickets by service and how they ended, waiting and serving in minutes, what is left of the quota."""
    waiting, serving = "menunggu (mnt)", "dilayani (mnt)"
    columns = (
        Column("datang", 31),
        Column("pindah", 33),
        Column("selesai", 31),
        Column("tdk hadir", 36),
        Column("batal", 27),
        Column("pergi", 26),
        Column("sisa", 23),
        Column("rata", 30, waiting),
        Column("median", 32, waiting),
        Column("9/10", 24, waiting),
        Column("> target", 37, waiting),
        Column("rata", 30, serving),
        Column("9/10", 24, serving),
        Column("kuota", 40),
    )
    rows = tuple(_service_row(each) for each in figures.services)
    return Table(title="Layanan", columns=columns, rows=(*rows, _service_row(figures.total, strong=True)))


def _service_row(row: ServiceFigures, strong: bool = False) -> Row:
    moved = "/".join(f"{sign}{count}" for sign, count in (("+", row.moved_in), ("−", row.moved_out)) if count)
    if strong:
        moved = words.number_or_dash(row.moved_out)
    return Row(
        name=row.name,
        strong=strong,
        cells=(
            words.number_or_dash(row.arrived),
            moved or words.NOTHING,
            words.number_or_dash(row.served),
            words.number_or_dash(row.no_show),
            words.number_or_dash(row.cancelled),
            words.number_or_dash(row.unserved),
            words.number_or_dash(row.closed_by_day + row.open),
            words.minutes(row.waiting.mean),
            words.minutes(row.waiting.median),
            words.minutes(row.waiting.p90),
            words.share(row.above_target, row.with_wait),
            words.minutes(row.serving.mean),
            words.minutes(row.serving.p90),
            words.NOTHING if row.quota is None else f"{row.used}/{row.quota}",
        ),
    )


def officers_table(figures: DayFigures) -> Table:
    """What each officer did at the counters, and with what time."""
    columns = (
        Column("selesai", 31),
        Column("tdk hadir", 36),
        Column("dilayani, rata", 48),
        Column("penyelesaian", 47),
        Column("sesi", 46),
        Column("jeda", 56),
        Column("senggang", 46),
        Column("di luar urutan", 48),
        Column("prioritas", 34),
    )
    rows = tuple(
        Row(
            name=(f"Loket {', '.join(map(str, each.counters))} · " if each.counters else "") + each.name,
            cells=(
                words.number_or_dash(each.served),
                words.number_or_dash(each.no_show),
                words.duration(each.serving.mean),
                words.duration(each.wrap_up.mean),
                words.duration(each.session_time) if each.session_time else words.NOTHING,
                f"{each.breaks}× {words.duration(each.break_time)}" if each.breaks else words.NOTHING,
                words.duration(each.idle),
                words.number_or_dash(each.overrides),
                words.number_or_dash(each.priority_called),
            ),
        )
        for each in figures.officers
    )
    return Table(title="Petugas", columns=columns, rows=rows or (_empty_row(len(columns)),))


def stages_table(figures: DayFigures) -> Table:
    """Open files by stage; those past the limit of the law are red and bold."""
    columns = (Column("berkas", 26), Column(f"> {figures.green_hours} jam", 30), Column("lewat batas", 41))
    rows = tuple(
        Row(
            name=words.STAGES.get(each.stage, each.stage),
            cells=tuple(words.number_or_dash(count) for count in (each.count, each.old, each.overdue)),
            alarm=frozenset({2}) if each.overdue else frozenset(),
        )
        for each in figures.stages
    )
    return Table(title="Berkas terbuka", columns=columns, rows=rows)


def flow_table(figures: DayFigures) -> Table:
    """What was done to files today; the four steps of the way to payment always stand."""
    rows = tuple(
        Row(name=words.FLOW.get(each.code, each.code), cells=(words.number_or_dash(each.count),))
        for each in figures.flow
        if each.count or each.code in ("submitted", "verified", "approved", "paid")
    )
    return Table(title="Berkas hari ini", columns=(Column("kali", 20),), rows=rows)


def interviews_table(figures: DayFigures) -> Table:
    """Attempts by result, then verdicts on the identity."""
    talks = figures.interviews
    rows = [Row(name=each.name, cells=(format_number(each.count),)) for each in talks.attempts]
    rows += [
        Row(name=f"Identitas: {each.name.lower()}", cells=(format_number(each.count),))
        for each in talks.verdicts
    ]
    return Table(title="Wawancara", columns=(Column("jumlah", 26),), rows=tuple(rows) or (_empty_row(1),))


def papers_table(figures: DayFigures) -> Table:
    """Papers that did not fit, with how they did not."""
    rows = tuple(
        Row(name=f"{each.name}: {each.result_name.lower()}", cells=(format_number(each.count),))
        for each in figures.documents
    )
    return Table(
        title="Berkas kurang, menurut sebab", columns=(Column("kali", 30),), rows=rows or (_empty_row(1),)
    )


def _empty_row(cells: int) -> Row:
    return Row(name="Tidak ada", cells=("",) * cells)
