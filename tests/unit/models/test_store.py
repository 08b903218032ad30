"""The branch file: settings that keep what was confirmed, one writer, and plain words when the world says no."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as driver
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from app.config import DataFolder
from app.domain.case_events import PaymentConfirmed
from app.domain.rights import HEAD_OFFICE
from app.errors import Refused
from app.models import driver as bare
from app.models import store as stores
from app.models import tables
from app.models.audit import rebuild, verify
from app.models.driver import assert_version, connect
from app.models.migrations import NEWEST, migrate, revision, upgrade
from app.models.store import Store, explain
from app.services.office import Office, Ports, open_office
from tests.houses import CountingEntropy, FakeClock, FakeMachine, House, dump, events, make_branch, refused
from tests.small_disk import NoMount, small_disk

KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty file with every table."""
    made = Store(tmp_path / "loket.db", KEY)
    upgrade(made)
    yield made
    made.close()


def put(store: Store, name: str, value: str) -> None:
    with store.writing() as connection:
        connection.execute(text("INSERT OR REPLACE INTO local VALUES (:n, :v)"), {"n": name, "v": value})


def kept(store: Store, name: str) -> str | None:
    with store.reading() as connection:
        value = connection.execute(text("SELECT value FROM local WHERE name = :n"), {"n": name}).scalar()
    return None if value is None else str(value)


# ------------------------------------------------------------------------------------------------ settings


def test_the_writer_is_durable(store: Store) -> None:
    with store.writing() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "temp_store", "busy_timeout")
        }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "temp_store": 2,  # MEMORY
        "busy_timeout": 10_000,
    }


def test_the_writer_is_durable_after_it_was_opened_anew(store: Store) -> None:
    store._reopen()
    with store.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_reader_cannot_write(store: Store) -> None:
    with refused("folder_read_only"), store.reading() as connection:
        connection.execute(text("INSERT INTO local VALUES ('a', 'b')"))
    assert kept(store, "a") is None


def test_a_transaction_takes_the_write_lock_at_its_beginning(store: Store) -> None:
    other = connect(store.path, KEY)
    other.execute("PRAGMA busy_timeout=0")
    with store.writing(), pytest.raises(driver.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    other.close()


def test_the_file_on_disk_tells_nothing(store: Store) -> None:
    put(store, "nama", "Peserta Contoh")
    store.close()
    data = store.path.read_bytes() + b"".join(path.read_bytes() for path in store.path.parent.glob("*-wal"))
    assert len(data) > 10_000
    for word in (b"SQLite format", b"Peserta", b"CREATE TABLE", KEY):
        assert word not in data


def test_a_library_that_could_harm_the_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bare, "FIRST_SAFE_SQLITE", (9, 0, 0))
    with refused("sqlite_too_old", version=driver.sqlite_version):
        assert_version()
    with refused("sqlite_too_old"):
        Store(tmp_path / "loket.db", KEY)
    assert not (tmp_path / "loket.db").exists()


def test_this_library_is_safe() -> None:
    assert_version()
    assert driver.sqlite_version_info >= (3, 51, 3)


# ------------------------------------------------------------------------------------------------ one writer


def at_once(*jobs: Callable[[], None]) -> None:
    failures: list[BaseException] = []
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], None]) -> None:
        barrier.wait()
        try:
            job()
        except BaseException as error:  # shown by the test that started the thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def count_up(store: Store, times: int) -> None:
    for _ in range(times):
        with store.writing() as connection:
            now = int(connection.execute(text("SELECT value FROM local WHERE name = 'n'")).scalar_one())
            connection.execute(text("UPDATE local SET value = :v WHERE name = 'n'"), {"v": str(now + 1)})


def test_two_programs_on_one_file_lose_no_update(store: Store) -> None:
    """SQLAlchemy's default on SQLite lost 200 of 300 of these (DESIGN 4)."""
    put(store, "n", "0")
    other = Store(store.path, KEY)
    at_once(lambda: count_up(store, 100), lambda: count_up(other, 100))
    other.close()
    assert kept(store, "n") == "200"


def test_two_threads_of_one_program_lose_no_update(store: Store) -> None:
    put(store, "n", "0")
    at_once(lambda: count_up(store, 100), lambda: count_up(store, 100))
    assert kept(store, "n") == "200"


def test_two_counters_that_press_call_next_at_once_never_hold_one_ticket(open_house: House) -> None:
    first, second = open_house["cso"], open_house.add_person("Petugas 99", "cso")
    open_house.counters.open(first, 1)
    open_house.counters.open(second, 2)
    for _ in range(200):
        open_house.desk.issue(open_house["security_desk"], "info")
    held: dict[str, list[str]] = {first: [], second: []}

    def work(who: str, counter: int) -> Callable[[], None]:
        def run() -> None:
            for _ in range(100):
                ticket = open_house.counters.call_next(who, counter)
                held[who].append(ticket.label)
                open_house.counters.confirm(who, ticket.id)
                open_house.counters.finish(who, ticket.id, "info_given")

        return run

    at_once(work(first, 1), work(second, 2))
    labels = held[first] + held[second]
    assert len(labels) == len(set(labels)) == 200
    for mine in held.values():  # each saw them in the order in which they came
        assert mine == sorted(mine)
    assert verify(open_house.office.store).bad_position is None
    before = dump(open_house.office)
    assert rebuild(open_house.office.store) == 0
    assert dump(open_house.office) == before


def test_reading_does_not_wait_for_the_writer(store: Store) -> None:
    put(store, "a", "before")
    with store.writing() as connection:
        connection.execute(text("UPDATE local SET value = 'after' WHERE name = 'a'"))
        assert kept(store, "a") == "before"
    assert kept(store, "a") == "after"


def test_what_raises_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as connection:
        connection.execute(text("INSERT INTO local VALUES ('a', 'b')"))
        _ = 1 // 0
    assert kept(store, "a") is None


def test_a_defect_of_ours_is_not_dressed_up(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as connection:
        connection.execute(text("INSERT INTO local VALUES ('a', 'b')"))
        connection.execute(text("INSERT INTO local VALUES ('a', 'c')"))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("database or disk is full", "disk_full"),
        ("attempt to write a readonly database", "folder_read_only"),
        ("unable to open database file", "folder_read_only"),
        ("disk I/O error", "disk_error"),
        ("database disk image is malformed", "file_damaged"),
        ("file is not a database", "file_damaged"),
        ("database is locked", "file_busy"),
    ],
)
def test_what_the_file_says_has_its_code(said: str, code: str) -> None:
    found = explain(driver.OperationalError(said))
    assert found is not None
    assert found.code == code
    assert explain(driver.OperationalError("no such table: x")) is None


def test_a_file_that_another_program_holds_is_busy(store: Store) -> None:
    other = connect(store.path, KEY)
    other.execute("BEGIN IMMEDIATE")
    store._writer.dispose()
    stores_settings = bare.SETTINGS
    with store.reading():
        pass
    quick = create_writer(store, (*stores_settings[:-1], "PRAGMA busy_timeout=50"))
    with refused("file_busy"), quick.writing():
        pass
    other.execute("ROLLBACK")
    other.close()
    with quick.writing():
        pass
    quick.close()


def create_writer(store: Store, settings: tuple[str, ...]) -> Store:
    """A second store that does not wait ten seconds."""

    class Impatient(Store):
        def _make_writer(self) -> Engine:
            engine = super()._make_writer()
            with engine.connect() as connection:
                connection.rollback()
                connection.connection.driver_connection.execute(settings[-1])  # type: ignore[union-attr]
            return engine

    return Impatient(store.path, KEY)


# ------------------------------------------------------------------------------------------------ the disk


@pytest.fixture
def little_room(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    try:
        with small_disk(tmp_path / "kecil", "3m") as place:
            yield place
    except NoMount:
        pytest.skip("needs the right to mount a small disk")


def fill(place: Path, leave: int) -> Path:
    ballast = place / "isi"
    free = shutil.disk_usage(place).free
    ballast.write_bytes(bytes(max(0, free - leave)))
    return ballast


def test_a_full_disk_confirms_nothing_and_work_goes_on_when_there_is_space(little_room: Path) -> None:
    house = make_branch(little_room)
    house.office.enough_disk = lambda: None  # type: ignore[method-assign]  # the limit of 200 MiB is tested elsewhere
    house.open_day()
    ticket = house.serve("info")
    case = house.cases.open_for(house["cso"], ticket.id).id
    ballast = fill(little_room, 400_000)
    confirmed = ""
    with refused("disk_full"):
        for number in range(200):
            typed = f"{number} " + "x" * 9_000
            house.cases.note(house["cso"], case, "note", typed)
            confirmed = typed
    assert confirmed
    assert house.cases.get(case).fields["note"] == confirmed
    with pytest.raises(Refused):
        for _ in range(50):
            house.desk.issue(house["security_desk"], "info")
            house.cases.note(house["cso"], case, "note", os.urandom(4_000).hex())
    known = house.cases.get(case)
    issued = [each.label for each in house.desk.all_of_day()]
    ballast.unlink()
    house.cases.note(house["cso"], case, "name", "Peserta Contoh")
    assert house.cases.get(case).fields == {**known.fields, "name": "Peserta Contoh"}
    house.reopen()
    assert house.cases.get(case).fields == {**known.fields, "name": "Peserta Contoh"}
    assert [each.label for each in house.desk.all_of_day()] == issued
    assert verify(house.office.store).bad_position is None
    before = dump(house.office)
    assert rebuild(house.office.store) == 0
    assert dump(house.office) == before
    house.close()


def test_no_number_is_given_when_the_disk_is_nearly_full_but_work_can_be_finished(little_room: Path) -> None:
    house = make_branch(little_room)
    house.office.enough_disk, real = lambda: None, house.office.enough_disk  # type: ignore[method-assign]
    house.open_day()
    ticket = house.serve("info")
    house.office.enough_disk = real  # type: ignore[method-assign]
    with refused("disk_nearly_full"):
        house.desk.issue(house["security_desk"], "info")
    assert house.counters.finish(house["cso"], ticket.id, "info_given").state == "ended"
    house.close()


def test_a_backup_onto_a_full_disk_is_refused_and_leaves_nothing(little_room: Path, tmp_path: Path) -> None:
    from app.services.backups import backup

    house = make_branch(tmp_path)
    fill(little_room, 20_000)
    with refused("backup_failed"):
        backup(house.office, little_room / "cadangan.loket", house["branch_head"])
    assert [path.name for path in little_room.iterdir()] == ["isi"]
    house.close()


def test_a_set_up_on_a_full_disk_is_refused(little_room: Path) -> None:
    from app.services.setup import NewBranch, NewPerson, Setup

    fill(little_room, 30_000)
    folder = DataFolder(little_room / "cabang")
    setup = Setup(folder, Ports(FakeClock(), CountingEntropy("full"), FakeMachine()))
    boss = NewPerson(name="Petugas 1", title="", roles=("branch_head",), secret="284917")
    with refused("disk_full"):
        setup.create(NewBranch(code="A", name="B", zone="WIB", counters=1, demo=True), (boss,))
    assert not folder.is_set_up()


def test_a_read_only_disk_is_refused_at_the_start(little_room: Path) -> None:
    make_branch(little_room).close()
    subprocess.run(["mount", "-o", "remount,ro", str(little_room)], check=True)
    folder = DataFolder(little_room / "cabang")
    with refused("folder_read_only"):
        folder.make()
    with refused("folder_read_only"):
        office = open_office(folder, Ports(FakeClock(), CountingEntropy("ro"), FakeMachine()))
        with office.unit("system"):
            pass


def test_a_folder_under_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("bukan folder")
    with refused("folder_read_only"):
        DataFolder(tmp_path / "berkas" / "cabang").make()


def test_a_lost_file_is_said_as_such(house: House) -> None:
    house.close()
    house.folder.database.unlink()
    with refused("not_set_up"):
        open_office(house.folder, Ports(house.clock, house.entropy, house.machine))


# ------------------------------------------------------------------------------------------------ damage


PAGE = 4096


def flip(path: Path, place: int) -> None:
    with path.open("r+b") as stream:
        stream.seek(place)
        byte = stream.read(1)[0]
        stream.seek(place)
        stream.write(bytes([byte ^ 0x10]))


@pytest.fixture
def damaged(open_house: House) -> Iterator[Office]:
    """A branch that opens, with a spoilt page among its drafts."""
    for number in range(60):
        open_house.drafts.keep(open_house["cso"], "interview", str(number), {"text": "x" * 9_000})
    open_house.close()  # which moves the write-ahead log into the file
    pages = open_house.folder.database.stat().st_size // PAGE
    flip(open_house.folder.database, (pages - 20) * PAGE + 1_000)
    open_house.reopen()
    return open_house.office


def test_a_flipped_byte_is_found_by_the_check_and_then_nothing_is_confirmed(
    damaged: Office, open_house: House
) -> None:
    assert damaged.store.damaged is False
    assert damaged.store.check_pages()
    assert damaged.store.damaged is True
    before = events(damaged)
    with refused("file_damaged"):
        open_house.desk.issue(open_house["security_desk"], "info")
    assert events(damaged) == before  # what can be read is still shown


def test_a_flipped_byte_is_found_at_the_first_read_of_its_page(damaged: Office, open_house: House) -> None:
    open_house.desk.issue(open_house["security_desk"], "info")
    with refused("file_damaged"):
        for number in range(60):
            open_house.drafts.of(open_house["cso"], "interview", str(number))
    with refused("file_damaged"):
        open_house.desk.issue(open_house["security_desk"], "info")


def test_a_damaged_file_is_not_backed_up_as_if_it_were_whole(damaged: Office, tmp_path: Path) -> None:
    from app.services.backups import backup

    with refused("file_damaged"):
        backup(damaged, tmp_path / "cadangan.loket")
    assert not list(tmp_path.glob("cadangan*"))


def test_a_whole_file_has_no_bad_page(open_house: House) -> None:
    open_house.paid_case()
    assert open_house.office.store.check_pages() == ()
    assert open_house.office.store.damaged is False


def test_a_broken_chain_at_the_start_stops_confirming(open_house: House) -> None:
    with open_house.office.store.writing() as connection:
        connection.execute(text("UPDATE events SET payload = x'00' WHERE position = 5"))
    open_house.reopen()
    with refused("file_damaged"):
        open_house.desk.issue(open_house["security_desk"], "info")
    assert open_house.desk.board().day  # reading goes on


def test_a_wrong_key_opens_nothing_and_harms_nothing(house: House) -> None:
    house.close()
    before = house.folder.database.read_bytes()
    wrong = Store(house.folder.database, KEY)
    with refused("file_damaged"), wrong.reading():
        pass
    with refused("file_damaged"), wrong.writing():
        pass
    assert wrong.check_pages()
    wrong.close()
    assert house.folder.database.read_bytes() == before
    house.reopen()


def test_a_file_that_is_no_database_is_refused(house: House) -> None:
    house.close()
    house.folder.database.write_bytes(b"Bukan basis data. " * 1000)
    with refused("file_damaged"):
        open_house = open_office(house.folder, Ports(house.clock, house.entropy, house.machine))
        open_house.branch()


# ------------------------------------------------------------------------------------------------ migrations


def schema(store: Store) -> dict[str, str]:
    with store.reading() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    return {
        row.name: re.sub(r"\s+", " ", row.sql).replace("( ", "(").replace(" )", ")").strip()
        for row in rows
        if row.name != "alembic_version"
    }


def test_migrations_and_models_give_the_same_file(store: Store, tmp_path: Path) -> None:
    modelled = Store(tmp_path / "model.db", KEY)
    with modelled.writing() as connection:
        tables.metadata.create_all(connection)
        connection.exec_driver_sql(tables.FULL_TEXT)
    try:
        assert schema(store) == schema(modelled)
    finally:
        modelled.close()


def test_what_came_back_is_found_without_reading_all_that_was_paid(store: Store) -> None:
    asked = select(tables.cases.c.id).where(tables.cases.c.came_back).order_by(tables.cases.c.stage_at)
    with store.reading() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {asked.compile(connection.engine)}")).all()
    assert [row.detail for row in plan] == ["SCAN cases USING COVERING INDEX cases_came_back"]


def test_the_limits_of_what_waits_are_found_without_reading_the_files(store: Store) -> None:
    limits = (tables.cases.c.due == "", tables.cases.c.due, tables.cases.c.stage_at)
    asked = select(tables.cases.c.id).where(tables.cases.c.stage.in_(("submitted",)), tables.WAITS_STILL)
    made = asked.order_by(*limits).compile(compile_kwargs={"literal_binds": True})
    with store.reading() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {made}")).all()
    assert plan[0].detail == "SEARCH cases USING COVERING INDEX cases_limit (stage=?)"


def test_alembic_finds_no_difference(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def ours(thing: object, name: str | None, kind: str, *_: object) -> bool:
        return not (kind == "table" and str(name).startswith("findings_text"))

    with store.writing() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, tables.metadata) == []


def test_the_newest_step_is_the_one_the_program_asks_for(store: Store) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(stores.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]
    with store.reading() as connection:
        assert revision(connection) == NEWEST


def test_a_new_file_has_no_revision_and_is_brought_to_the_newest(tmp_path: Path) -> None:
    fresh = Store(tmp_path / "baru.db", KEY)
    with fresh.reading() as connection:
        assert revision(connection) == ""
    migrate(fresh, tmp_path)
    with fresh.reading() as connection:
        assert revision(connection) == NEWEST
    assert list(tmp_path.glob("sebelum-*")) == []  # nothing to copy
    fresh.close()


def test_migrating_what_is_new_enough_changes_nothing(open_house: House) -> None:
    open_house.paid_case()
    before = dump(open_house.office), events(open_house.office)
    migrate(open_house.office.store, open_house.folder.backups)
    upgrade(open_house.office.store)
    assert (dump(open_house.office), events(open_house.office)) == before


def test_the_step_to_0006_finds_the_money_that_came_back_before(open_house: House) -> None:
    case, paid = open_house.paid_case(), open_house.paid_case("9901011507900009")
    store = open_house.office.store
    with open_house.office.unit(HEAD_OFFICE) as unit:
        today = open_house.office.calendar_day()
        back = PaymentConfirmed(voucher="V-001", reference="R1", day=today, amount=20_000_000, paid=False)
        unit.append(f"case:{case}", back)
    before = dump(open_house.office)
    with store.writing() as connection:
        connection.execute(text("DROP INDEX cases_limit"))
        connection.execute(text("DROP INDEX cases_came_back"))
        connection.execute(text("ALTER TABLE cases DROP COLUMN came_back"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    migrate(store, open_house.folder.backups)
    with store.reading() as connection:
        found = dict(connection.execute(text("SELECT id, came_back FROM cases")).all())
    assert found == {case: 1, paid: 0}
    assert dump(open_house.office) == before


def test_a_file_of_a_newer_program_is_refused_and_left_alone(house: House) -> None:
    with house.office.store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with refused("file_newer"):
        house.reopen()
    again = Store(house.folder.database, house.office.key)
    with again.reading() as connection:
        assert revision(connection) == "9999"
    again.close()


def test_a_copy_is_made_before_a_step(open_house: House) -> None:
    """No older step exists yet: the step itself fails here, and what it would have changed lies in the copy."""
    open_house.paid_case()
    before = events(open_house.office)
    with open_house.office.store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(Exception, match="0000"):
        migrate(open_house.office.store, open_house.folder.backups)
    copies = list(open_house.folder.backups.glob("sebelum-*.db"))
    assert len(copies) == 1
    copy = Store(copies[0], open_house.office.key)
    with copy.reading() as connection:
        assert list(connection.execute(tables.events.select().order_by(tables.events.c.position))) == before
    copy.close()
    assert events(open_house.office) == before
