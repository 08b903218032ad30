"""The widgets as a person drives them: keys, clicks, what is said aloud."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets import (
    Banner,
    Bar,
    BarChart,
    Button,
    Card,
    Chip,
    ElidedLabel,
    EmptyState,
    Field,
    Figure,
    HoldToReveal,
    IconButton,
    KeyHint,
    Label,
    NavButton,
    NoteEdit,
    Pair,
    PinEdit,
    PrimaryButton,
    SegmentedChoice,
    ServiceCard,
    Steps,
    TabStrip,
    Tone,
    Type,
)
from app.ui.widgets.fields import LineEdit, cleaned

CODES = [
    ("ok", "Sesuai", "check", Tone.GOOD),
    ("no", "Kurang", "x", Tone.BAD),
    ("late", "Kedaluwarsa", "", Tone.WARN),
]


_WINDOWS: list[QWidget] = []  # qtbot keeps only weak references


def shown(qtbot, *widgets: QWidget, width: int = 400) -> QWidget:
    """A window that holds them, in the order of the Tab key."""
    window = QWidget()
    _WINDOWS[:] = [window]
    column = QVBoxLayout(window)
    for widget in widgets:
        column.addWidget(widget)
    qtbot.addWidget(window)
    window.resize(width, 300)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


def shade_at(widget: QWidget, x: int, y: int) -> str:
    return widget.grab().toImage().pixelColor(x, y).name()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Button("Tunda", "pause"),
        lambda: PrimaryButton("Selesai & panggil", "check"),
        lambda: IconButton("eye", "Lihat"),
        lambda: NavButton("Antrean", "list-ordered"),
        lambda: ServiceCard("Klaim JHT", prefix="A"),
    ],
)
@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_every_button_is_reached_by_tab_and_pressed_by_space_and_enter(qtbot, make, key) -> None:
    first, button = Button("Sebelum"), make()
    shown(qtbot, first, button)
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is button
    assert button.accessibleName()
    with qtbot.waitSignal(button.clicked, timeout=20_000):
        QTest.keyClick(button, key)


def test_the_focus_is_seen_on_a_button(qtbot) -> None:
    first, button = Button("Satu"), Button("Dua")
    shown(qtbot, first, button)
    first.setFocus()
    without = button.grab().toImage()
    button.setFocus()
    middle = button.height() // 2
    assert shade_at(button, 1, middle) == theme.colour(theme.Colour.FOCUS).name()
    assert without.pixelColor(1, middle).name() != theme.colour(theme.Colour.FOCUS).name()


def test_a_key_presses_its_button_while_it_can_be_seen_and_is_on(qtbot) -> None:
    button, count = Button("Panggil", "megaphone", key="F2"), []
    button.clicked.connect(lambda: count.append(1))
    window = shown(qtbot, button, Button("Lain"))
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert count == [1]
    button.setEnabled(False)
    QTest.keyClick(window, Qt.Key.Key_F2)
    button.setEnabled(True)
    button.hide()
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert count == [1]
    assert "F2" in button.toolTip()


def test_an_ampersand_in_a_button_is_only_an_ampersand() -> None:
    button = PrimaryButton("Selesai & panggil")
    assert button.words() == "Selesai & panggil"
    assert button.shortcut().isEmpty()
    assert button.accessibleName() == "Selesai & panggil"


def test_a_button_has_room_for_its_words_and_its_key(qtbot) -> None:
    plain, keyed = Button("Panggil ulang"), Button("Panggil ulang", "megaphone", key="F4")
    assert keyed.sizeHint().width() > plain.sizeHint().width()
    assert plain.sizeHint().width() > plain.fontMetrics().horizontalAdvance("Panggil ulang")


def test_a_choice_is_made_by_click_and_by_digit_and_one_at_most_is_chosen(qtbot) -> None:
    choice, said = SegmentedChoice(CODES, name="KTP"), []
    choice.changed.connect(said.append)
    shown(qtbot, choice)
    qtbot.mouseClick(choice.button("ok"), Qt.MouseButton.LeftButton)
    assert choice.value() == "ok"
    QTest.keyClick(choice.button("ok"), Qt.Key.Key_2)
    assert choice.value() == "no"
    assert QApplication.focusWidget() is choice.button("no")
    assert said == ["ok", "no"]
    assert [choice.button(code).isChecked() for code, *_ in CODES] == [False, True, False]


def test_arrows_move_in_a_choice_and_space_chooses(qtbot) -> None:
    choice = SegmentedChoice(CODES)
    shown(qtbot, choice)
    choice.focus_first()
    QTest.keyClick(choice.button("ok"), Qt.Key.Key_Right)
    QTest.keyClick(choice.button("no"), Qt.Key.Key_Right)
    assert choice.value() == ""
    QTest.keyClick(choice.button("late"), Qt.Key.Key_Space)
    assert choice.value() == "late"
    QTest.keyClick(choice.button("late"), Qt.Key.Key_Right)
    assert QApplication.focusWidget() is choice.button("ok")


def test_what_is_chosen_stays_when_it_is_pressed_again_unless_it_may_be_cleared(qtbot) -> None:
    for clearable, left in ((False, "ok"), (True, "")):
        choice = SegmentedChoice(CODES, clearable=clearable)
        shown(qtbot, choice)
        for _ in range(2):
            qtbot.mouseClick(choice.button("ok"), Qt.MouseButton.LeftButton)
        assert choice.value() == left
        assert choice.button("ok").isChecked() is bool(left)


def test_setting_a_choice_tells_nobody(qtbot) -> None:
    choice, said = SegmentedChoice(CODES), []
    choice.changed.connect(said.append)
    choice.set_value("no")
    choice.set_value("unknown")
    assert choice.value() == ""
    assert said == []


def test_a_masked_value_shows_only_while_it_is_held(qtbot) -> None:
    nik, told = HoldToReveal("NIK", "•••• 0004", "9901014408650004"), []
    nik.revealed.connect(lambda: told.append("revealed"))
    nik.hidden.connect(lambda: told.append("hidden"))
    shown(qtbot, nik)
    assert "9901" not in nik.words()
    qtbot.mousePress(nik, Qt.MouseButton.LeftButton)
    assert nik.words() == "NIK 9901014408650004"
    qtbot.mouseRelease(nik, Qt.MouseButton.LeftButton)
    assert nik.words() == "NIK •••• 0004"
    assert told == ["revealed", "hidden"]


def test_space_held_shows_a_masked_value_and_leaving_hides_it(qtbot) -> None:
    nik, other = HoldToReveal("NIK", "•••• 0004", "9901014408650004"), Button("Lain")
    shown(qtbot, nik, other)
    nik.setFocus()
    QTest.keyPress(nik, Qt.Key.Key_Space)
    assert nik.is_shown()
    other.setFocus()
    assert not nik.is_shown()
    QTest.keyPress(nik, Qt.Key.Key_Space)
    nik.hide()
    assert not nik.is_shown()
    assert "9901" not in nik.words() + nik.accessibleDescription()


def test_a_value_may_be_fetched_when_it_is_asked_for(qtbot) -> None:
    phone = HoldToReveal("HP", "•••• 731")
    phone.revealed.connect(lambda: phone.set_value("0812 0000 731"))
    shown(qtbot, phone)
    qtbot.mousePress(phone, Qt.MouseButton.LeftButton)
    assert phone.words() == "HP 0812 0000 731"


def test_a_field_says_what_was_found_where_it_is_read(qtbot) -> None:
    field = Field("NIK", hint="16 angka")
    shown(qtbot, field)
    assert field.edit.accessibleName() == "NIK"
    assert field.note.text() == "16 angka"
    QTest.keyClicks(field.edit, " 123 ")
    assert field.text() == "123"
    field.set_finding("NIK terdiri atas 16 angka.")
    assert field.finding() == "NIK terdiri atas 16 angka."
    assert field.edit.accessibleDescription() == "NIK terdiri atas 16 angka."
    assert field.note.isVisible()
    field.set_finding("")
    assert (field.finding(), field.note.text()) == ("", "16 angka")


def test_a_field_tells_of_typing_and_of_leaving(qtbot) -> None:
    field, said = Field("Nama"), []
    field.changed.connect(said.append)
    shown(qtbot, field)
    with qtbot.waitSignal(field.finished):
        QTest.keyClicks(field.edit, "AB")
        QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert said == ["A", "AB"]


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("A\x00B\x1b[31m", "AB[31m"),
        ("satu\r\ndua\ttiga", "satu dua tiga"),
        ("\u202eabc\ufeff", "abc"),
        ("D'Arc 😀", "D'Arc 😀"),
    ],
)
def test_pasted_control_characters_are_dropped(qtbot, pasted: str, kept: str) -> None:
    assert cleaned(pasted) == kept
    field = Field("Nama")
    shown(qtbot, field)
    QApplication.clipboard().setText(pasted.replace("\x00", ""))
    field.edit.setFocus()
    QTest.keyClick(field.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == kept


def test_a_pin_takes_digits_only_shows_dots_and_is_handed_in_by_enter(qtbot) -> None:
    pin = PinEdit()
    shown(qtbot, pin)
    QTest.keyClicks(pin, "12ab34 56")
    assert pin.text() == "123456"
    assert pin.displayText() != "123456"
    with qtbot.waitSignal(pin.submitted) as told:
        QTest.keyClick(pin, Qt.Key.Key_Return)
    assert told.args == ["123456"]


def test_a_password_takes_every_letter(qtbot) -> None:
    secret = PinEdit(password=True)
    shown(qtbot, secret)
    QTest.keyClicks(secret, "Kata sandi 7!")
    assert secret.text() == "Kata sandi 7!"


def test_a_note_tells_only_what_a_person_changes_and_tab_leaves_it(qtbot) -> None:
    note, after, said = NoteEdit(), Button("Lanjut"), []
    note.edited.connect(lambda: said.append(note.text()))
    shown(qtbot, note, after)
    note.set_text("dari draf")
    assert said == []
    note.setFocus()
    QTest.keyClicks(note, "x")
    assert said == ["xdari draf"]
    QTest.keyClick(note, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is after


def test_a_note_that_is_set_again_keeps_the_cursor(qtbot) -> None:
    note = NoteEdit()
    shown(qtbot, note)
    QTest.keyClicks(note, "abc")
    note.set_text("abc")
    QTest.keyClicks(note, "d")
    assert note.text() == "abcd"


def test_a_long_label_is_shortened_and_told_in_full(qtbot) -> None:
    text = "Surat keterangan berhenti bekerja dari perusahaan tempat bekerja terakhir"
    label = ElidedLabel(text)
    window = shown(qtbot, label, width=150)
    label.grab()
    assert label.toolTip() == text
    assert window.width() == 150
    label.setText("KTP")
    label.grab()
    assert label.toolTip() == ""


def test_text_that_wraps_asks_for_the_height_it_needs(qtbot) -> None:
    label = Label("kata " * 60, wrap=True)
    assert label.heightForWidth(150) > 3 * label.heightForWidth(900)
    assert label.minimumSizeHint().width() < 200


def test_text_of_people_is_never_read_as_markup() -> None:
    assert Label("<b>x</b>").textFormat() == Qt.TextFormat.PlainText


def test_chips_bars_figures_and_steps_say_in_words_what_they_show() -> None:
    chip, bar, figure = (
        Chip("lewat target", Tone.BAD, "clock"),
        Bar(31, 40),
        Figure("Karcis", "86", "61 selesai"),
    )
    steps = Steps(["CSO", "Verifikator", "Keuangan", "Dibayar"], 1)
    assert chip.accessibleName() == "lewat target"
    assert bar.accessibleName() == "31/40"
    assert figure.accessibleName() == "Karcis: 86. 61 selesai"
    assert steps.accessibleDescription() == "Verifikator"
    chip.set("tepat waktu", Tone.GOOD)
    assert (chip.text(), chip.tone()) == ("tepat waktu", Tone.GOOD)


@pytest.mark.parametrize(
    ("value", "whole", "share"), [(0, 0, 0.0), (5, 10, 0.5), (12, 10, 1.0), (-1, 10, 0.0)]
)
def test_a_bar_stays_within_its_ends(value: int, whole: int, share: float) -> None:
    assert Bar(value, whole).share() == share


def test_a_bar_is_filled_as_far_as_its_share(qtbot) -> None:
    bar = Bar(1, 2)
    bar.resize(200, 8)
    qtbot.addWidget(bar)
    assert shade_at(bar, 50, 4) == theme.colour(theme.Colour.BRAND).name()
    assert shade_at(bar, 150, 4) == theme.colour(theme.Colour.TRACK).name()


def test_a_service_card_tells_its_queue_and_is_issued_by_its_key(qtbot) -> None:
    card = ServiceCard("Klaim JHT", "Jaminan Hari Tua", prefix="A", icon="piggy-bank", key="F1")
    card.set("9 menunggu · ± 24 mnt", "Kuota 31 dari 40", share=31 / 40)
    window = shown(qtbot, card)
    assert card.accessibleName() == "A Klaim JHT"
    assert "9 menunggu" in card.accessibleDescription()
    with qtbot.waitSignal(card.clicked):
        QTest.keyClick(window, Qt.Key.Key_F1)


def test_a_service_card_has_room_for_all_its_lines_at_its_least_size(qtbot) -> None:
    card = ServiceCard("Klaim JHT", "Jaminan Hari Tua", prefix="A")
    card.set("9 menunggu", "Kuota 31 dari 40", share=0.5)
    lines = 3 * card.fontMetrics().height()
    assert card.minimumSizeHint().height() > lines + theme.em(None, 2.2)


def test_a_banner_says_its_note_and_its_action_is_pressed(qtbot) -> None:
    banner = Banner(Tone.WARN, "2 berkas lewat batas", "Lihat", note="sejak 11 Nov")
    shown(qtbot, banner)
    assert banner.accessibleName() == "2 berkas lewat batas. sejak 11 Nov"
    with qtbot.waitSignal(banner.triggered):
        qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    banner.set(Tone.GOOD, "Semua selesai")
    assert not banner.button.isVisible()


def test_an_empty_state_says_what_is_so_and_what_to_do() -> None:
    empty = EmptyState("inbox", "Belum ada berkas", "Berkas dari CSO tampil di sini.")
    assert empty.accessibleName() == "Belum ada berkas. Berkas dari CSO tampil di sini."


def test_tabs_are_changed_by_keys_and_keep_their_title(qtbot) -> None:
    tabs, first, second = TabStrip(), Label("satu"), Label("dua")
    tabs.add("Berkas & lampiran", first)
    tabs.add("Catatan", second)
    shown(qtbot, tabs)
    tabs.set_title(second, "Catatan 2")
    assert tabs.tabText(1) == "Catatan 2"
    tabs.tabBar().setFocus()
    QTest.keyClick(tabs.tabBar(), Qt.Key.Key_Right)
    assert tabs.currentWidget() is second


def test_a_chart_tells_its_figures_in_words_and_draws_the_higher_bar_higher(qtbot) -> None:
    chart = BarChart("datang", "terlayani")
    chart.set([Pair("08", 10, 5)])
    chart.resize(400, 240)
    qtbot.addWidget(chart)
    assert "08: datang 10, terlayani 5" in chart.accessibleDescription()
    image = chart.grab().toImage()
    colours = {theme.colour(theme.Colour.CHART_PALE).name(): 0, theme.colour(theme.Colour.BRAND).name(): 0}
    for x in range(0, 400, 2):
        for y in range(60, 240, 2):
            shade = image.pixelColor(x, y).name()
            if shade in colours:
                colours[shade] += 1
    pale, strong = colours.values()
    assert pale > 1.7 * strong > 0


def test_a_key_hint_keeps_key_and_word_together() -> None:
    hint = KeyHint([("F2", "panggil"), ("Ctrl+K", "cari")])
    assert hint.text() == "F2\N{NO-BREAK SPACE}panggil · Ctrl+K\N{NO-BREAK SPACE}cari"


def test_a_card_is_titled(qtbot) -> None:
    card = Card("Antrean")
    card.body.addWidget(Label("A-014", Type.TICKET))
    card.set_title("Antrean menunggu")
    assert card.accessibleName() == "Antrean menunggu"
    assert card.title.text() == "Antrean menunggu"


def test_a_line_stops_at_its_room_and_says_so(qtbot) -> None:
    line = LineEdit(longest=5)
    shown(qtbot, line)
    qtbot.keyClicks(line, "abcde")
    assert line.count() == ""  # a date that fills its field is no fault
    qtbot.keyClicks(line, "fg")
    assert (line.text(), line.count()) == ("abcde", "5/5")
    line.setSelection(0, 2)
    qtbot.keyClicks(line, "x")
    assert (line.text(), line.count()) == ("xcde", "")


def test_a_paste_that_is_too_long_stands_whole_and_is_counted(qtbot) -> None:
    line, note = LineEdit(longest=5), NoteEdit(longest=5)
    shown(qtbot, line, note)
    QApplication.clipboard().setText("x" * 1_234)
    line.paste()
    note.paste()
    assert (line.text(), line.count()) == ("x" * 1_234, "1.234/5")
    assert (note.text(), note.count()) == ("x" * 1_234, "1.234 dari 5 huruf")
    qtbot.keyClicks(note, "y")
    assert note.text() == "x" * 1_234
    qtbot.keyClick(line, Qt.Key.Key_Backspace)  # it can be shortened
    assert len(line.text()) == 1_233
