"""The printed daily summary: one or two A4 pages, nothing over another, and the same figures give the same bytes."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import days, tickets
from app.domain.figures import Adjustment, Count, DayFigures, DocumentFigures, Remark
from app.domain.summary import summarise
from app.reports import style
from app.reports.summary import LEFT, RIGHT, summary_pdf
from app.reports.summary_words import exclusions, notes
from tests.unit.domain.story import DAY, RULES, Story, busy_day, closed
from tests.unit.reports.pdf import Line, Page, embedded_fonts, pages

SIGNATURES = ("Disusun", "Diperiksa", "Mengetahui")
LONG = "Petugas dengan nama yang amat sangat panjang sekali sampai tidak muat di mana pun"


def no_line_over_another(page: Page) -> None:
    """Base lines in one row do not meet, and rows keep their distance."""
    lines = sorted(page.lines, key=lambda line: (line.y, line.x))
    for place, line in enumerate(lines):
        for other in lines[place + 1 :]:
            if other.y - line.y > 0.62 * line.size:
                break
            apart = line.end <= other.x + 0.1 or other.end <= line.x + 0.1
            assert apart, (line, other)


def all_within_the_margins(page: Page) -> None:
    for line in page.lines:
        assert line.x >= LEFT - 0.1, line
        assert line.end <= RIGHT + 0.1, line
        assert 20 < line.y < page.height - 36, line


def checked(figures: DayFigures) -> list[Page]:
    """The pages of the figures, after looking that each is as it must be."""
    found = pages(summary_pdf(figures))
    assert 1 <= len(found) <= 2
    for number, page in enumerate(found, 1):
        assert (round(page.width), round(page.height)) == (595, 842)
        no_line_over_another(page)
        all_within_the_margins(page)
        assert f"halaman {number} dari {len(found)}" in page.text
        assert "Rekap harian" in page.text
    assert all(word in found[-1].text for word in SIGNATURES)
    assert not any(word in page.text for page in found[:-1] for word in SIGNATURES)
    return found


def text_of(figures: DayFigures) -> str:
    return " ".join(page.text for page in checked(figures))


def with_remarks(count: int, who: str = "Petugas 1", reason: str = "Keadaan darurat") -> tuple[Remark, ...]:
    return tuple(
        Remark(label=f"A-{number:03}", at=1_795_140_000_000, who=who, reason=reason, counter=3)
        for number in range(1, count + 1)
    )


# ------------------------------------------------------------------------------------------------ size


def test_a_day_with_nothing_is_one_page_that_says_so() -> None:
    found = checked(summarise(closed(Story())))
    assert len(found) == 1
    assert "0 karcis" in found[0].text
    assert "Tidak ada yang perlu dicatat." in found[0].text
    assert "Tidak ada karcis." in found[0].text


def test_a_day_with_one_ticket_is_one_page() -> None:
    story = Story()
    story.serve(story.issue(1))
    found = checked(summarise(closed(story)))
    assert len(found) == 1
    assert "1 karcis" in found[0].text


def test_a_holiday_without_tickets_draws_no_hours() -> None:
    figures = msgspec.structs.replace(summarise(closed(Story())), hours=())
    assert "Hari libur, tidak ada karcis." in text_of(figures)


@pytest.mark.parametrize(
    ("tickets_", "officers", "overrides"), [(20, 2, 0), (86, 5, 6), (300, 10, 40), (300, 5, 0)]
)
def test_a_busy_day_has_two_pages_at_most(tickets_: int, officers: int, overrides: int) -> None:
    figures = summarise(closed(busy_day(3, tickets_, officers, overrides)))
    text = text_of(figures)
    for each in figures.officers:
        assert each.name in text
    for service in RULES.services:
        assert service.name.id in text
    assert "Perlu dicatat" in text
    assert f"{len(figures.overrides)}" in text


def test_a_quiet_day_is_one_page() -> None:
    assert len(checked(summarise(closed(busy_day(count=20, officers=2, overrides=0))))) == 1


def test_long_lists_are_cut_with_what_is_left_out_counted() -> None:
    figures = summarise(closed(busy_day(count=40)))
    many = msgspec.structs.replace(
        figures, overrides=with_remarks(400), gaps=tuple(f"A-{n}" for n in range(1500))
    )
    text = text_of(many)
    assert "Di luar urutan (400)" in text
    assert "Nomor tidak terpakai (1.500)" in text
    assert text.count("lainnya, lihat catatan cabang") >= 2


def test_forty_overrides_stand_there_all_of_them() -> None:
    figures = msgspec.structs.replace(summarise(closed(busy_day(count=60))), overrides=with_remarks(40))
    text = text_of(figures)
    assert all(each.label in text for each in figures.overrides)


@pytest.mark.parametrize("count", range(20, 60, 3))
def test_an_entry_is_never_torn_between_two_columns(count: int) -> None:
    figures = summarise(closed(busy_day(count=60)))
    reason = "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas penghabisan"
    many = msgspec.structs.replace(figures, overrides=with_remarks(count, reason=reason))
    found = checked(many)
    columns = {(page, line.x) for page in found for line in page.lines if line.text.startswith("A-0")}
    assert len(columns) > 1
    for page, x in columns:
        column = [line for line in page.lines if x - 1 <= line.x < x + 20 and line.y > 150]
        starts = sum(1 for line in column if line.text.startswith("A-0"))
        assert starts == sum(1 for line in column if line.text.endswith("penghabisan"))


def test_a_known_refusal_is_put_in_words() -> None:
    story = Story()
    story.write("desk", f"day:{DAY}", days.Turned(service="jht", reason="quota_exhausted"))
    assert notes(summarise(closed(story)))[0].entries == ("Klaim JHT 1: kuota habis",)


def test_everything_at_once_in_great_numbers_stays_on_two_pages() -> None:
    figures = summarise(closed(busy_day(count=60, officers=30)))
    remarks = with_remarks(60, LONG, LONG)
    late = Adjustment(day="2026-11-19", label="A-001", kind="ticket.finished", who=LONG, at=1)
    paper = DocumentFigures(document="x", name=LONG, result="missing", result_name="Tidak ada", count=3)
    crowd = msgspec.structs.replace(
        figures,
        overrides=remarks,
        cancelled=remarks,
        reinstated=remarks,
        reprinted=remarks,
        explained=remarks,
        voided=remarks,
        adjustments=(late,) * 60,
        documents=(paper,) * 80,
        missing_at_desk=tuple(Count(code=str(n), name=f"Kertas {n}", count=n) for n in range(60)),
        note=LONG * 6,
    )
    assert len(checked(crowd)) == 2


def test_long_names_are_cut_and_never_run_into_their_neighbours() -> None:
    story = busy_day(count=60, officers=4)
    people = {
        code: msgspec.structs.replace(each, name=f"{LONG} {code}")
        for code, each in story.branch.people.items()
    }
    story.branch = msgspec.structs.replace(story.branch, name=LONG * 2, people=people)
    checked(summarise(closed(story)))


def test_signs_that_no_font_has_do_not_break_the_page() -> None:
    story = Story(name="Medan 🦊 Utara\u200b\n")
    id_ = story.issue(1)
    story.write("desk", f"ticket:{id_}", tickets.Cancelled(reason="日本 \x00 'kutip' <b>"))
    text = text_of(summarise(closed(story)))
    assert "'kutip' <b>" in text


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(0, 60), st.integers(1, 12), st.integers(0, 12))
def test_any_day_fits(seed: int, count: int, officers: int, overrides: int) -> None:
    checked(summarise(closed(busy_day(seed, count, officers, overrides))))


# ------------------------------------------------------------------------------------------------ contents


def line_with(page: Page, text: str) -> list[Line]:
    """Every line of the row in which `text` stands, left to right."""
    y = next(line.y for line in page.lines if line.text == text)
    return sorted((line for line in page.lines if line.y == y), key=lambda line: line.x)


def test_an_open_day_says_that_its_figures_may_change() -> None:
    story = busy_day(count=10)
    assert "belum ditutup · angka sementara" in text_of(summarise(story.material()))
    assert "belum ditutup" not in text_of(summarise(closed(story)))
    assert "hari ditutup" in text_of(summarise(closed(story)))


def test_the_figures_of_a_service_stand_in_its_row() -> None:
    story = Story()
    for number in (1, 2):
        id_ = story.issue(number)
        story.wait(40 * number)
        story.serve(id_, minutes=10)
    found = checked(summarise(closed(story)))[0]
    assert [line.text for line in line_with(found, "Klaim JHT")] == [
        *("Klaim JHT", "2", "–", "2", "–", "–", "–", "–"),
        *("60", "40", "80", "100%", "10", "10", "2/40"),
    ]


def test_the_whole_hash_of_the_journal_stands_at_the_foot_of_each_page() -> None:
    figures = summarise(closed(busy_day(count=80)))
    journal = msgspec.structs.replace(figures.journal, first=8_888_888, last=88_888_888, head="b8" * 32)
    figures = msgspec.structs.replace(figures, journal=journal)
    for page in checked(figures):
        assert figures.journal.head in page.text.replace(" ", "")


def test_definitions_and_what_is_left_out_are_printed() -> None:
    story = busy_day(count=40)
    story.states[f"day:{DAY}"] = msgspec.structs.replace(
        story.states[f"day:{DAY}"], jumps=(story.position // 2,)
    )
    figures = summarise(closed(story))
    assert figures.excluded.waiting
    text = text_of(figures).replace(" ", "")
    for sentence in (*figures.definitions, exclusions(figures)):
        assert sentence.replace(" ", "") in text
    assert "Jam komputer digeser 1 kali." in exclusions(figures)


def test_overdue_files_are_red_and_bold() -> None:
    figures = summarise(closed(busy_day(count=10)))
    stages = tuple(
        msgspec.structs.replace(each, count=9, overdue=2) if each.stage == "submitted" else each
        for each in figures.stages
    )
    page = checked(msgspec.structs.replace(figures, stages=stages))[0]
    overdue = next(line for line in line_with(page, "Verifikator") if line.text == "2")
    assert overdue.font == style.BOLD


def test_matters_of_which_there_is_nothing_are_left_out() -> None:
    story = Story()
    story.serve(story.issue(1))
    assert notes(summarise(closed(story))) == ()
    story.write("desk", f"day:{DAY}", days.Turned(service="jht", reason="kuota habis"))
    assert [each.heading for each in notes(summarise(closed(story)))] == ["Dipulangkan tanpa karcis (1)"]


# ------------------------------------------------------------------------------------------------ bytes


def test_the_same_figures_give_the_same_bytes() -> None:
    figures = summarise(closed(busy_day()))
    assert summary_pdf(figures) == summary_pdf(figures)


SCRIPT = """
import hashlib
from tests.unit.domain.story import busy_day, closed
from app.domain.summary import canonical_json, summarise
from app.reports.summary import summary_pdf
figures = summarise(closed(busy_day(count=60)))
print(hashlib.sha256(canonical_json(figures) + summary_pdf(figures)).hexdigest())
"""


def test_another_run_of_the_program_gives_the_same_bytes() -> None:
    """Python orders its sets anew in each run: none of that may be seen."""
    root = Path(__file__).parents[3]
    made = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(made) == 1


def test_its_fonts_are_embedded() -> None:
    found = embedded_fonts(summary_pdf(summarise(closed(busy_day(count=10)))))
    assert "not embedded" not in found
    assert {name.split("+")[-1] for name in found} <= set(style.FONTS)
