"""Lists as Excel leaves them: what can be read is read, what has lost digits is refused with its row."""

from datetime import date, time
from pathlib import Path

import msgspec
import pytest
import xlsxwriter

from app.errors import Refused
from app.server.headoffice.database import Database
from app.server.headoffice.lists import open_rows
from tests.houses import FakeClock
from tests.server.office_house import BRANCH, OfficeHouse

NIK = "9901011507900001"
HEAD = ["nik", "member_no", "name"]
ROW = [NIK, "01234567890", "Peserta Contoh"]


@pytest.fixture
def house(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'kantor-pusat.db'}")
    database.prepare(FakeClock().now())
    yield OfficeHouse(database)
    database.close()


def sheet(path: Path, *rows: list[object]) -> Path:
    """A real Excel file; a date or time is written as Excel keeps one."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    shown = {
        date: book.add_format({"num_format": "dd/mm/yyyy"}),
        time: book.add_format({"num_format": "hh:mm"}),
    }
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if type(value) in shown:
                page.write_datetime(number, column, value, shown[type(value)])
            else:
                page.write(number, column, value)
    book.close()
    return path


def read(path: Path, columns: list[str] = HEAD) -> list[list[str]]:
    with open_rows(path, columns) as rows:
        return list(rows)


def why(path: Path, house: OfficeHouse) -> str:
    with pytest.raises(Refused) as caught:
        house.office.imports.members(path)
    assert caught.value.code == "csv_wrong"
    return str(caught.value.facts["lines"])


@pytest.mark.parametrize(
    "data",
    [
        f"nik,member_no,name\n{','.join(ROW)}\n".encode(),
        f"\ufeffnik;member_no;name\r\n{';'.join(ROW)}\r\n".encode(),
        f"sep=;\r\nnik;member_no;name\r\n{';'.join(ROW)}\r\n".encode(),
        f'"sep=|"\nnik|member_no|name\n{"|".join(ROW)}\n'.encode(),
        f"nik\tmember_no\tname\r\n{chr(9).join(ROW)}\r\n".encode(),
        f"nik\tmember_no\tname\r\n{chr(9).join(ROW)}\r\n".encode("utf-16"),
        "\ufeff".encode("utf-16-be") + f"nik;member_no;name\n{';'.join(ROW)}\n".encode("utf-16-be"),
        f"nik;member_no;name;;\n{';'.join(ROW)};;\n;;;;\n;;;;\n\n".encode(),
        f'"nik","member_no","name"\n"{NIK}","01234567890","Peserta Contoh"\n,,\n'.encode(),
    ],
)
def test_every_text_that_excel_writes_is_read(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "peserta.csv"
    path.write_bytes(data)
    assert read(path) == [ROW]


def test_an_excel_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    for name in ("peserta.xlsx", "peserta.csv"):
        path = sheet(tmp_path / name, HEAD, ROW, ["", "", ""], [NIK, 12345678901, "Peserta Dua"])
        assert read(path) == [ROW, [NIK, "12345678901", "Peserta Dua"]]


def test_days_times_and_numbers_of_a_sheet_are_what_a_csv_would_have(
    house: OfficeHouse, tmp_path: Path
) -> None:
    columns = ["branch", "code", "day", "time", "service", "name"]
    path = sheet(tmp_path / "janji.xlsx", columns, [BRANCH, 17, date(2026, 11, 23), time(8, 0), "jht", "Ada"])
    assert read(path, columns) == [[BRANCH, "17", "2026-11-23", "08:00", "jht", "Ada"]]
    assert house.office.imports.bookings(path).rows == 1
    paid = ["branch", "voucher", "reference", "day", "amount"]
    money = sheet(tmp_path / "bayar.xlsx", paid, [BRANCH, "V-1", "R-1", date(2026, 11, 23), 20_000_000])
    assert read(money, paid) == [[BRANCH, "V-1", "R-1", "2026-11-23", "20000000"]]
    assert house.office.imports.payments(money).rows == 1


@pytest.mark.parametrize("written", ["9.90101E+15", "9,90101E+15", "1.23457E+10", "1E+15"])
def test_a_number_with_an_exponent_has_lost_its_digits(
    house: OfficeHouse, tmp_path: Path, written: str
) -> None:
    path = tmp_path / "peserta.csv"
    path.write_text(f"nik;member_no;name\n{';'.join(ROW)}\n{NIK};{written};Peserta Dua\n")
    assert why(path, house) == "3 (member_no: angka hilang di Excel)"
    assert (
        house.office.imports.members(sheet(tmp_path / "baik.xlsx", HEAD, ROW)).changed == 1
    )  # nothing was taken


def test_a_nik_that_excel_kept_as_a_number_is_refused(house: OfficeHouse, tmp_path: Path) -> None:
    path = sheet(tmp_path / "peserta.xlsx", HEAD, ROW, [int(NIK), 12345678901, "Peserta Dua"])
    assert why(path, house) == "3 (nik: angka hilang di Excel)"


def test_a_nik_without_its_last_digits_is_refused(house: OfficeHouse, tmp_path: Path) -> None:
    path = tmp_path / "peserta.csv"
    path.write_text("nik,member_no,name\n9901011507900000,12345678901,Peserta Contoh\n")
    assert why(path, house) == "2 (nik: angka hilang di Excel)"
    rows = [f"99010115079{number:04}0,1234567890{number},Peserta Contoh" for number in range(1, 6)]
    path.write_text("\n".join(["nik,member_no,name", *rows]) + "\n")
    assert why(path, house) == "6 (nik: semua berakhir 0, angka hilang di Excel)"
    path.write_text("\n".join(["nik,member_no,name", *rows[:4], f"{NIK},12345678901,Lain"]) + "\n")
    assert house.office.imports.members(path).rows == 5


def test_a_member_number_that_lost_its_zero_is_asked_again_and_never_filled_up(
    house: OfficeHouse, tmp_path: Path
) -> None:
    path = sheet(tmp_path / "peserta.xlsx", HEAD, [NIK, 1234567890, "Peserta Contoh"])
    assert why(path, house) == "2 (member_no: nol di depan hilang)"
    path = tmp_path / "peserta.csv"
    path.write_text(
        f"nik,member_no,name\n'{NIK},'1234567890,Peserta Contoh\n"
    )  # as text on purpose: an old card
    assert msgspec.structs.astuple(house.office.imports.members(path))[:2] == (1, 1)


def test_what_only_begins_like_an_excel_file_is_refused(house: OfficeHouse, tmp_path: Path) -> None:
    for begins in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        path = tmp_path / "peserta.xlsx"
        path.write_bytes(begins + bytes(range(256)) * 10)
        assert why(path, house) == "1 (Excel)"
