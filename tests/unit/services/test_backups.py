"""A backup outlives the PC: made while work goes on, brought back elsewhere with the paper alone."""

import io
import tarfile
import threading
from pathlib import Path

import msgspec
import pytest

from app.config import DataFolder, KeyNote
from app.credentials import show_recovery_key
from app.errors import Refused
from app.models.audit import rebuild, verify
from app.services.backups import RecoveryRenewal, backup, restore
from app.services.office import Ports
from app.services.services import Services
from app.services.setup import NewBranch, NewPerson, Setup
from app.sync.messages import Act
from tests.houses import (
    CountingEntropy,
    FakeClock,
    FakeMachine,
    House,
    dump,
    events,
    make_branch,
    recovery_key,
    refused,
)

ELSEWHERE = FakeMachine("b" * 32)


@pytest.fixture
def saved(open_house: House, tmp_path: Path) -> Path:
    open_house.paid_case()
    return backup(open_house.office, tmp_path / "cadangan.loket", open_house["branch_head"]).path


def bring_back(source: Path, folder: Path, paper: str = "") -> House:
    ports = Ports(FakeClock(), CountingEntropy(f"restore {folder.name}"), ELSEWHERE)
    restore(source, DataFolder(folder), paper or recovery_key(), ports)
    return House(DataFolder(folder), FakeClock(), ELSEWHERE, f"restored {folder.name}")


def test_a_backup_comes_back_on_another_pc_with_the_paper_alone(
    open_house: House, saved: Path, tmp_path: Path
) -> None:
    before = dump(open_house.office)
    again = bring_back(saved, tmp_path / "lain", show_recovery_key(recovery_key()).lower())
    after = dump(again.office)
    assert {name: rows for name, rows in after.items() if name != "branch"} == {
        name: rows for name, rows in before.items() if name != "branch"
    }
    assert events(again.office) == events(open_house.office)[:-1]  # the last one tells of the backup itself
    assert verify(again.office.store).bad_position is None
    assert again.sign_in.sign_in(again["cso"], "284917").id == again["cso"]
    again.close()


def test_another_pc_gives_marks_until_it_is_made_the_home(saved: Path, tmp_path: Path) -> None:
    """It must not give a plain number that the lost PC may have printed already (DESIGN 2)."""
    again = bring_back(saved, tmp_path / "lain")
    again.clock.pass_ms(86_400_000)
    assert not again.staff.is_home()
    opened = again.desk.open_day(again["security_desk"], {"A": 1})
    assert len(opened.mark) == 4
    ticket = again.desk.issue(again["security_desk"], "jht")
    assert ticket.label == f"A-{opened.mark}-001"
    with refused("no_right"):
        again.staff.make_home(again["cso"])
    again.staff.make_home(again["service_supervisor"])
    assert again.staff.is_home()
    again.clock.pass_ms(86_400_000)
    assert again.desk.open_day(again["security_desk"], {}).mark == ""
    assert again.desk.issue(again["security_desk"], "jht").label == "A-001"
    again.reopen()
    assert verify(again.office.store).bad_position is None
    assert rebuild(again.office.store) == 0
    again.close()


def test_a_hub_that_is_not_the_home_opens_the_day_with_plain_numbers_for_the_home(
    saved: Path, tmp_path: Path
) -> None:
    """The home asks, the hub decides: the numbers are the home's, which gives them itself."""
    hub = bring_back(saved, tmp_path / "lain")
    hub.clock.pass_ms(86_400_000)
    assert not hub.staff.is_home()
    guard = hub["security_desk"]
    asked = Act("0" * 32, "open_day", guard, b'{"first":{"A":31},"home":true}')
    done = Services(hub.office).network.node.decide(asked)
    assert done.code == ""
    opened = hub.office.state(f"day:{hub.desk.board().day}")
    assert (opened.mark, opened.first) == ("", {"A": 31})
    label = hub.desk.issue(guard, "jht").label
    assert label.count("-") == 2, "it is still not the home, and gives numbers under its mark"
    hub.close()


def test_numbers_given_after_the_backup_are_not_given_twice(
    open_house: House, saved: Path, tmp_path: Path
) -> None:
    """The backup knows A-001; on paper A-002 and A-003 went out before the disk died, and the same PC goes on."""
    ports = Ports(FakeClock(), CountingEntropy("same pc"), FakeMachine(open_house.office.fingerprint))
    restore(saved, DataFolder(tmp_path / "sama"), recovery_key(), ports)
    again = House(DataFolder(tmp_path / "sama"), FakeClock(), ports.machine, "same pc again")
    guard = again["security_desk"]
    assert again.desk.board().day == "", "the desk asks for the numbers first"
    with refused("numbers_unconfirmed"):
        again.desk.issue(guard, "jht")
    assert again.desk.next_numbers()[0].number == 2
    again.desk.open_day(guard, {"A": 4})
    assert again.desk.board().day
    assert again.desk.issue(guard, "jht").label == "A-004"
    with refused("day_already_open", day=again.desk.board().day):
        again.desk.open_day(guard, {})
    assert verify(again.office.store).bad_position is None
    assert rebuild(again.office.store) == 0
    again.close()


def test_a_day_that_was_open_goes_on_under_a_mark_on_another_pc(saved: Path, tmp_path: Path) -> None:
    again = bring_back(saved, tmp_path / "lain")
    label = again.desk.issue(again["security_desk"], "jht").label
    assert label.startswith("A-1")
    assert label.endswith("-001")  # a series of its own: nothing has to be held against the paper
    assert len(label) == len("A-1KXM-001")
    again.close()


def test_the_other_pc_signs_with_a_key_of_its_own(saved: Path, tmp_path: Path, open_house: House) -> None:
    again = bring_back(saved, tmp_path / "lain")
    assert again.office.journal.signer.public() != open_house.office.journal.signer.public()
    again.close()


def test_work_goes_on_while_a_backup_is_made(open_house: House, tmp_path: Path) -> None:
    for number in range(40):
        open_house.drafts.keep(open_house["cso"], "interview", str(number), {"text": "x" * 9_000})
    stop = threading.Event()
    issued: list[str] = []

    def work() -> None:
        while not stop.is_set():
            issued.append(open_house.desk.issue(open_house["security_desk"], "info").label)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(3):
            backup(open_house.office, tmp_path / f"{number}.loket", open_house["it_officer"])
    finally:
        stop.set()
        worker.join()
    assert issued
    again = bring_back(tmp_path / "2.loket", tmp_path / "lain")
    assert verify(again.office.store).bad_position is None
    known = [ticket.label for ticket in again.desk.all_of_day()]
    assert known == issued[: len(known)]
    again.close()
    assert not [path for path in tmp_path.iterdir() if path.name.endswith((".baru", ".db", "-wal", "-shm"))]


def test_who_makes_a_backup_is_recorded_and_must_be_allowed(open_house: House, tmp_path: Path) -> None:
    with refused("no_right"):
        backup(open_house.office, tmp_path / "x.loket", open_house["cso"])
    assert not (tmp_path / "x.loket").exists()
    position = open_house.office.journal.head()[0]
    backup(open_house.office, tmp_path / "x.loket", open_house["it_officer"])
    assert events(open_house.office)[-1].payload == b'{"position":%d}' % position


@pytest.mark.parametrize("code", ["recovery_key_typo", "recovery_key_wrong"])
def test_without_the_paper_nothing_comes_back(saved: Path, tmp_path: Path, code: str) -> None:
    from app.credentials import new_recovery_key

    paper = {"recovery_key_typo": "ABCD", "recovery_key_wrong": new_recovery_key(CountingEntropy("other"))}[
        code
    ]
    with refused(code):
        bring_back(saved, tmp_path / "lain", paper)
    folder = DataFolder(tmp_path / "lain")
    assert not folder.is_set_up()
    assert not list(folder.path.glob("*.db*"))


def test_nothing_is_restored_over_a_branch(open_house: House, saved: Path) -> None:
    before = events(open_house.office)
    ports = Ports(FakeClock(), CountingEntropy("r"), ELSEWHERE)
    with refused("restore_not_empty"):
        restore(saved, open_house.folder, recovery_key(), ports)
    open_house.folder.key_note.unlink()
    with refused("recovery_key_typo"):
        restore(saved, open_house.folder, "salah", ports)
    assert events(open_house.office) == before


def test_a_branch_whose_note_was_lost_is_put_aside_and_never_deleted(
    open_house: House, saved: Path, tmp_path: Path
) -> None:
    """Without key.json the folder looks empty; the branch in it may still be the only one."""
    open_house.desk.issue(open_house["security_desk"], "jp")
    count = len(events(open_house.office))
    open_house.close()
    content = open_house.folder.database.read_bytes()
    note = open_house.folder.key_note.read_bytes()
    open_house.folder.key_note.unlink()
    setup = Setup(open_house.folder, Ports(FakeClock(), CountingEntropy("new"), FakeMachine()))
    boss = NewPerson(name="Petugas 1", title="", roles=("branch_head",), secret="284917")
    setup.create(NewBranch(code="X", name="Y", zone="WIT", counters=1, demo=True), (boss,)).close()
    aside = list(open_house.folder.backups.glob("disisihkan-*.db"))
    assert [path.read_bytes() for path in aside] == [content]
    rescued = DataFolder(tmp_path / "selamat")
    rescued.make()
    rescued.key_note.write_bytes(note)
    rescued.database.write_bytes(content)
    (rescued.path / "demo.key").write_bytes(bytes(32))
    archive = tmp_path / "tangan.loket"
    with tarfile.open(archive, "w") as tar:
        tar.add(rescued.key_note, "key.json")
        tar.add(rescued.database, "loket.db")
    again = bring_back(archive, tmp_path / "lain")
    assert len(events(again.office)) == count
    again.close()


def test_a_strangers_write_ahead_log_is_not_played_into_a_restored_file(
    open_house: House, saved: Path, tmp_path: Path
) -> None:
    """The PC died with a log beside its file; only the file was thrown away before the restore."""
    count = len(events(open_house.office)) - 1
    for _ in range(5):
        open_house.desk.issue(open_house["security_desk"], "info")
    target = tmp_path / "lain"
    target.mkdir()
    for path in open_house.folder.path.glob("loket.db-*"):
        (target / path.name).write_bytes(path.read_bytes())
    assert (target / "loket.db-wal").stat().st_size > 0
    again = bring_back(saved, target)
    assert len(events(again.office)) == count
    assert again.office.store.check_pages() == ()
    again.close()


# ------------------------------------------------------------------------------------------ damaged archives


def test_a_truncated_backup_is_refused_wherever_it_was_cut(saved: Path, tmp_path: Path) -> None:
    data = saved.read_bytes()
    for number, length in enumerate((0, 100, 600, 1_500, 5_000, len(data) // 2, len(data) - 20_000)):
        cut = tmp_path / f"potong-{number}"
        cut.write_bytes(data[:length])
        with refused("backup_damaged"):
            bring_back(cut, tmp_path / f"lain-{number}")
        assert not DataFolder(tmp_path / f"lain-{number}").is_set_up()


def test_a_flipped_byte_in_a_backup_is_found(saved: Path, tmp_path: Path) -> None:
    data = bytearray(saved.read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "rusak").write_bytes(data)
    with refused("backup_damaged"):
        bring_back(tmp_path / "rusak", tmp_path / "lain")


def archive_of(path: Path, *members: tuple[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return path


def parts(saved: Path) -> tuple[bytes, bytes]:
    with tarfile.open(saved) as tar:
        note, data = tar.extractfile("key.json"), tar.extractfile("loket.db")
        assert note is not None
        assert data is not None
        return note.read(), data.read()


def test_whatever_else_an_archive_holds_is_left_alone(saved: Path, tmp_path: Path) -> None:
    note, data = parts(saved)
    target = tmp_path / "lain"
    wicked = archive_of(
        tmp_path / "jahat.loket",
        ("../../jahat.txt", b"x"),
        (str(tmp_path / "mutlak.txt"), b"x"),
        ("key.json", note),
        ("loket.db", data),
        ("trust.json", b"[]"),
        ("../loket.db", b"x"),
    )
    again = bring_back(wicked, target)
    assert verify(again.office.store).bad_position is None
    again.close()
    assert not (tmp_path / "mutlak.txt").exists()
    assert not list(tmp_path.rglob("jahat.txt"))
    assert not (target / "trust.json").exists()


def test_archives_that_are_none_are_refused(saved: Path, tmp_path: Path) -> None:
    note, data = parts(saved)
    no_key = msgspec.json.encode(KeyNote(folder="f", station="s", kept="file"))
    wrong = {
        "kosong": archive_of(tmp_path / "a"),
        "tanpa catatan": archive_of(tmp_path / "b", ("loket.db", data)),
        "tanpa data": archive_of(tmp_path / "c", ("key.json", note)),
        "catatan rusak": archive_of(tmp_path / "d", ("key.json", b"{"), ("loket.db", data)),
        "data bukan data": archive_of(tmp_path / "e", ("key.json", note), ("loket.db", b"x" * 9_000)),
        "data kosong": archive_of(tmp_path / "f", ("key.json", note), ("loket.db", b"")),
    }
    gz = tmp_path / "g"
    gz.write_bytes(b"\x1f\x8b\x08\x00" + b"x" * 100)
    wrong["bukan tar"] = gz
    wrong["folder"] = tmp_path
    for number, (why, path) in enumerate(wrong.items()):
        with pytest.raises(Refused) as caught:
            bring_back(path, tmp_path / f"lain-{number}")
        assert caught.value.code == "backup_damaged", why
    with refused("file_missing"):
        bring_back(tmp_path / "tidak ada", tmp_path / "lain-t")
    with refused("key_note_damaged"):
        bring_back(archive_of(tmp_path / "h", ("key.json", no_key), ("loket.db", data)), tmp_path / "lain-h")


def test_a_backup_to_a_place_that_is_not_there_is_refused(open_house: House, tmp_path: Path) -> None:
    with refused("backup_failed"):
        backup(open_house.office, tmp_path / "tidak" / "ada.loket", open_house["branch_head"])


def test_a_second_backup_replaces_the_first_in_one_step(open_house: House, saved: Path) -> None:
    first = saved.read_bytes()
    open_house.desk.issue(open_house["security_desk"], "jp")
    backup(open_house.office, saved, open_house["branch_head"])
    assert saved.read_bytes() != first
    tarfile.open(saved).close()


# ------------------------------------------------------------------------------------------ a new paper


def test_a_new_paper_needs_two_officers_and_is_typed_back(open_house: House, tmp_path: Path) -> None:
    head, boss = open_house["branch_head"], open_house["service_supervisor"]
    with refused("two_people_needed"):
        RecoveryRenewal(open_house.office, head, head)
    with refused("no_right"):
        RecoveryRenewal(open_house.office, head, open_house["cso"])
    renewal = RecoveryRenewal(open_house.office, head, boss)
    before = open_house.folder.key_note.read_bytes()
    with refused("recovery_key_typo"):
        renewal.keep(recovery_key())
    assert open_house.folder.key_note.read_bytes() == before
    renewal.keep(show_recovery_key(renewal.recovery_key))
    saved = backup(open_house.office, tmp_path / "baru.loket", head).path
    with refused("recovery_key_wrong"):
        bring_back(saved, tmp_path / "lain")
    again = bring_back(saved, tmp_path / "lain", renewal.recovery_key)
    again.close()
    open_house.reopen()  # the key itself is the same


def test_a_branch_that_kept_its_key_in_the_keyring_keeps_it_there_again(tmp_path: Path) -> None:
    import keyring

    ports = Ports(FakeClock(), CountingEntropy("real"), FakeMachine())
    setup = Setup(DataFolder(tmp_path / "satu"), ports)
    boss = NewPerson(
        name="Petugas 1", title="service_supervisor", roles=("service_supervisor",), secret="284917"
    )
    office = setup.create(NewBranch(code="MDU", name="Medan", zone="WITA", counters=2), (boss,))
    assert office.key_place == "keyring"
    assert not list(office.folder.path.glob("*.key"))
    saved = backup(office, tmp_path / "cadangan.loket").path
    office.close()
    again = bring_back(saved, tmp_path / "dua", setup.recovery_key)
    assert again.office.note.folder != office.note.folder
    assert keyring.get_password("Loket", again.office.note.folder) == office.key.hex()
    again.close()


def test_a_template_is_not_shared_by_two_tests(tmp_path: Path) -> None:
    first, second = make_branch(tmp_path / "a"), make_branch(tmp_path / "b")
    first.open_day()
    assert second.office.latest_day() is None
    first.close()
    second.close()
