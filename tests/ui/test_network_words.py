"""What the chip and its panel say of every state that a computer can be in."""

import pytest
from msgspec.structs import replace

from app.services.network_views import LinkState
from app.ui.network_words import Told, hub_is_gone, place_lines, status_line
from app.ui.theme import Tone
from tests.houses import DAY_MS, EIGHT_O_CLOCK
from tests.ui.network_stand import (
    COMPUTERS,
    CONNECTED,
    CUT_AT,
    HUB,
    MINUTE,
    WITHOUT_HUB,
    WITHOUT_INTERNET,
)


def told(link: LinkState, **more: object) -> Told:
    given = {"computers": COMPUTERS, "now": CUT_AT + 8 * MINUTE, "zone": "WIB", **more}
    return Told(link=link, **given)  # type: ignore[arg-type]


def longest(link: LinkState, **more: object) -> str:
    line = status_line(told(link, **more))
    assert line is not None
    return line.texts[0]


def panel(link: LinkState, **more: object) -> dict[str, tuple[Tone, str, str]]:
    return {
        line.code: (line.tone, line.state, " ".join(line.lines)) for line in place_lines(told(link, **more))
    }


def test_one_computer_without_head_office_says_nothing_of_a_network() -> None:
    assert status_line(told(LinkState(role="alone"))) is None
    lines = panel(LinkState(role="alone"))
    assert set(lines) == {"here", "head_office"}
    assert "cadangan" in lines["here"][2]
    assert lines["head_office"][1] == "belum dihubungkan"


def test_a_lost_hub_is_said_with_its_time_the_mark_and_what_waits() -> None:
    assert (
        longest(WITHOUT_HUB, mark="3KXM")
        == "Komputer utama tidak terjangkau sejak 14.32 · nomor bertanda 3KXM · 12 perubahan aman menunggu"
    )
    lines = panel(WITHOUT_HUB, mark="3KXM")
    assert lines["hub"][:2] == (Tone.WARN, "putus sejak 14.32")
    assert "14.31" in lines["hub"][2]
    assert "3KXM" in lines["here"][2]
    assert "12 perubahan dan 2 lampiran menunggu" in lines["here"][2]
    assert lines["here"][0] is Tone.GOOD  # what is here is safe all the same
    assert lines["head_office"][1] == "dihubungi lewat komputer utama"


def test_a_computer_without_a_mark_of_its_own_says_that_tickets_go_on() -> None:
    assert "karcis tetap jalan" in longest(WITHOUT_HUB)


def test_its_own_cable_is_told_apart_from_a_lost_hub() -> None:
    both = replace(WITHOUT_HUB, cut=("lan", "hub"))
    assert longest(both).startswith("Jaringan komputer ini putus sejak 14.32")
    assert hub_is_gone(both)


def test_a_cut_line_to_the_internet_says_what_waits_for_it() -> None:
    assert (
        longest(WITHOUT_INTERNET)
        == "Internet putus sejak 14.32 · pencocokan NIK menunggu · 7 perubahan aman menunggu"
    )
    lines = panel(WITHOUT_INTERNET)
    assert set(lines) == {"here", "head_office"}  # the hub is this computer
    assert "konfirmasi pembayaran" in lines["head_office"][2]
    assert not hub_is_gone(WITHOUT_INTERNET)


def test_a_silent_head_office_is_not_called_a_lost_internet() -> None:
    assert longest(replace(WITHOUT_INTERNET, cut=("head_office",))).startswith(
        "Kantor pusat tidak terjangkau"
    )


def test_a_head_office_that_refuses_is_not_called_silent() -> None:
    refusing = replace(WITHOUT_INTERNET, cut=("refused", "head_office"))
    assert (
        longest(refusing)
        == "Kantor pusat menolak catatan cabang sejak 14.32 · hubungi petugas TI · 7 perubahan aman menunggu"
    )
    assert panel(refusing)["head_office"][:2] == (Tone.WARN, "menolak sejak 14.32")


def test_a_station_says_what_its_hub_is_cut_off_from() -> None:
    link = replace(CONNECTED, above_known=True, cut=("internet",), since=CUT_AT, waiting_at_hub=31)
    assert (
        longest(link) == "Internet putus sejak 14.32 · pencocokan NIK menunggu · 31 perubahan aman menunggu"
    )
    lines = panel(link)
    assert lines["hub"][1] == "tersambung"
    assert lines["head_office"][:2] == (Tone.WARN, "putus sejak 14.32")
    assert "31 perubahan menunggu di komputer utama" in lines["head_office"][2]


def test_a_station_that_was_not_told_of_head_office_claims_nothing() -> None:
    assert panel(CONNECTED)["head_office"][1] == "dihubungi lewat komputer utama"
    assert panel(replace(CONNECTED, above_known=True))["head_office"][1] == "tersambung"


def test_a_cut_of_yesterday_bears_its_day() -> None:
    assert "sejak 19 Nov 2026 14.32" in longest(replace(WITHOUT_HUB, since=CUT_AT - DAY_MS))


def test_all_well_is_said_shortly() -> None:
    assert longest(CONNECTED) == "Tersambung · 0 menunggu"
    line = status_line(told(HUB))
    assert line is not None
    assert line.tone is Tone.GOOD


def test_identical_is_said_only_when_it_was_proven() -> None:
    proven = replace(CONNECTED, identical_until=CUT_AT)
    line = status_line(told(proven))
    assert line is not None
    assert line.texts[0] == "Tersambung · 0 menunggu · sama dengan kantor pusat sampai 14.32"
    assert line.texts[1] == "Sama dengan kantor pusat sampai 14.32"
    assert "Sama dengan kantor pusat sampai 14.32." in panel(proven)["head_office"][2]
    assert "sama" not in longest(CONNECTED)
    assert "sama dengan komputer utama" in longest(replace(proven, has_head_office=False))


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (45, "jam komputer ini 45 detik terlalu cepat"),
        (-45, "jam komputer ini 45 detik terlambat"),
        (200, "jam komputer ini 3 menit terlalu cepat"),
    ],
)
def test_a_clock_that_is_off_is_said(off: int, words: str) -> None:
    link = replace(CONNECTED, clock_off_seconds=off)
    assert words in longest(link)
    line = status_line(told(link))
    assert line is not None
    assert line.tone is Tone.WARN


def test_a_clock_that_is_nearly_right_is_not_worth_a_word() -> None:
    assert longest(replace(CONNECTED, clock_off_seconds=30)) == longest(CONNECTED)


@pytest.mark.parametrize("trouble", ["revoked", "defect"])
def test_what_only_a_supervisor_can_mend_is_red(trouble: str) -> None:
    line = status_line(told(replace(WITHOUT_HUB, **{trouble: True})))
    assert line is not None
    assert line.tone is Tone.BAD
    assert "penyelia" in line.texts[0]


def test_a_hub_that_asks_round_says_so() -> None:
    assert longest(replace(HUB, starting=True)).startswith("Komputer utama menanyai komputer lain")


def test_the_hub_says_when_it_heard_the_others() -> None:
    words = panel(HUB)["here"][2]
    assert "Loket 1 08.00" in words
    assert "Loket lama" not in words  # revoked
    assert "Belum ada komputer lain" in panel(HUB, computers=())["here"][2]


def test_a_key_in_a_file_is_named() -> None:
    assert "jaga berkas kuncinya" in longest(CONNECTED, key_in_file=True)
    assert "Kunci data di berkas" in panel(WITHOUT_HUB, key_in_file=True)["here"][2]


@pytest.mark.parametrize(
    "link",
    [
        CONNECTED,
        WITHOUT_HUB,
        WITHOUT_INTERNET,
        replace(WITHOUT_INTERNET, cut=("refused", "head_office")),
        replace(HUB, starting=True),
        replace(CONNECTED, revoked=True),
        replace(CONNECTED, identical_until=EIGHT_O_CLOCK, clock_off_seconds=99),
    ],
)
def test_each_state_has_shorter_words_for_less_room(link: LinkState) -> None:
    line = status_line(told(link, mark="3KXM"))
    assert line is not None
    lengths = [len(text) for text in line.texts]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] <= 40
