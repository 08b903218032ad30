"""What a station asked of the hub and did not wait for: taken back, once, whatever was lost or started anew meanwhile."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.events import read_header
from app.errors import Refused
from app.models import migrations, tables
from app.models.audit import rebuild, verify
from app.models.migrations import migrate
from app.models.store import Store
from app.services.network_views import Notice, unseen
from app.services.numbers import doubt
from app.services.office import Office, open_office
from app.services.receipts import new_receipt
from app.services.services import Services
from app.sync import messages
from app.sync.engine import Engine
from app.sync.messages import ABANDON, Act, Answer, Round
from app.sync.node import Node
from app.words import LANGUAGES, refusal
from tests.houses import DAY_MS, House, dump, events, make_branch, refused
from tests.small_disk import NoMount, small_disk
from tests.unit.services.second_office import Second


class Wire:
    """The line to the hub, as the engine calls it; what is asked may be lost on the way there or back, or come late."""

    address = "hub"

    def __init__(self, hub: Node, station: str) -> None:
        self._hub, self._station = hub, station
        self.loses = ""
        """"question" or "answer" of the next round with an act; then it is whole again."""
        self.lost: list[bytes] = []
        self.refuses = ""
        self.acts: list[str] = []

    def round(self, question: Round, read_seconds: float) -> Answer:
        sent = messages.write(question)
        if question.act is not None:
            self.acts.append(question.act.name)
        loses, self.loses = (self.loses, "") if question.act is not None else ("", self.loses)
        if loses == "question":
            self.lost.append(sent)
            raise Refused("hub_slow", address="", status=0)
        came = self.deliver(sent)
        if loses == "answer":
            raise Refused("hub_slow", address="", status=0)
        return messages.read_answer(came)

    def deliver(self, sent: bytes) -> bytes:
        """What reaches the hub, perhaps late."""
        return messages.write(self._hub.answer(messages.read_round(sent), self._station))

    def close(self) -> None: ...

    def drop(self) -> None: ...


class Pair:
    """A hub and one station at which a CSO and the security desk work, each program with its own services."""

    def __init__(self, house: House, path: Path) -> None:
        self.house = house
        house.open_day()
        self.hub = Services(house.office)
        self.second = Second(house, path)
        self.second.settle()
        self.cso, self.clerk = house["cso"], house["security_desk"]
        self.wire = Wire(self.hub.network.node, self.second.station)
        self._begin(self.second.office)

    def _begin(self, office: Office) -> None:
        self.office = office
        self.here = Services(office)
        node = self.here.network.node
        node.start()
        self.engine = Engine(node, office.ports.clock, office.ports.entropy, lambda: self.wire)  # type: ignore[arg-type,return-value]
        office.link = self.engine
        self.tell()

    def restart(self) -> None:
        """The station's program ends and begins again."""
        self.here.close()
        self._begin(open_office(self.second.office.folder, self.second.ports, self.key_file()))

    def key_file(self) -> Path:
        from tests.unit.services.second_office import KEY

        path = self.second.office.folder.path / "kunci"
        if not path.exists():
            path.write_bytes(KEY)
            path.chmod(0o600)
        return path

    def tell(self) -> None:
        """Rounds until nothing is left to say."""
        for _ in range(20):
            assert self.engine._tried("tells", 0)
            if not self.engine._something_to_tell():
                return
        raise AssertionError("never quiet")

    def lose(self, what: str, work: Callable[[], Any]) -> Any:
        """Do something whose act, or the answer to it, gets lost: the station goes on by itself."""
        self.wire.loses = what
        done = work()
        assert not self.wire.loses
        return done

    def notices(self, who: str) -> tuple[Notice, ...]:
        return tuple(each for each in unseen(self.office, who) if each.kind.startswith("undone_"))

    def kinds(self, stream: str) -> list[str]:
        """What stands in the hub's log of one stream."""
        return [read_header(row.header).kind for row in events(self.house.office) if row.stream == stream]

    def assert_same(self) -> None:
        assert dump(self.office) == dump(self.house.office)
        for office in (self.office, self.house.office):
            before = dump(office)
            rebuild(office.store)
            assert dump(office) == before
            assert verify(office.store).bad_position is None

    def close(self) -> None:
        self.here.close()
        self.hub.printing.close()


@pytest.fixture
def pair(house: House, tmp_path: Path) -> Iterator[Pair]:
    made = Pair(house, tmp_path)
    yield made
    made.close()


def seated(pair: Pair, *services: str) -> list[str]:
    """The officer sits at counter 1, and these tickets wait."""
    pair.here.counters.open(pair.cso, 1)
    tickets = [pair.house.desk.issue(pair.clerk, each).id for each in services]
    pair.tell()
    return tickets


def call_unheard(pair: Pair) -> None:
    """The hub calls the next one for the officer; its answer is lost, and the station knows of nobody to call."""
    pair.wire.loses = "answer"
    with refused("queue_empty"):
        pair.here.counters.call_next(pair.cso, 1)


# ------------------------------------------------------------------------------------------------ calling


@pytest.mark.parametrize("restarted", [False, True])
def test_a_call_whose_answer_was_lost_is_withdrawn_and_the_station_s_own_stands(
    pair: Pair, restarted: bool
) -> None:
    """Both called the same ticket for the same officer: the officer's own call is the one that counts."""
    first, second = seated(pair, "info", "info")
    called = pair.lose("answer", lambda: pair.here.counters.call_next(pair.cso, 1))
    assert called.id == first
    pair.here.counters.confirm(pair.cso, first)
    if restarted:
        pair.restart()
    pair.tell()
    ticket = pair.house.office.state(f"ticket:{first}")
    assert (ticket.state, ticket.leg.officer, ticket.leg.counter) == ("serving", pair.cso, 1)
    assert pair.kinds(f"ticket:{first}")[1:] == [
        "ticket.called",
        "ticket.withdrawn",
        "ticket.called",
        "ticket.confirmed",
    ]
    assert pair.house.office.state(f"ticket:{second}").state == "waiting"
    assert dump(pair.house.office)["conflicts"] == []
    (notice,) = pair.notices(pair.cso)
    assert (notice.kind, notice.stream) == ("undone_call_next", f"ticket:{first}")
    assert notice.facts == {"label": ticket.label, "counter": 1}
    pair.here.counters.finish(pair.cso, first, "info_given")
    pair.tell()
    pair.assert_same()


@pytest.mark.parametrize("restarted", [False, True])
def test_a_call_that_nobody_made_leaves_the_ticket_at_its_place(pair: Pair, restarted: bool) -> None:
    """The station had not heard of the ticket: it found its queue empty, and nobody stands at its counter."""
    seated(pair)
    first = pair.house.desk.issue(pair.clerk, "info")
    second = pair.house.desk.issue(pair.clerk, "info")
    call_unheard(pair)
    assert pair.house.office.state(f"ticket:{first.id}").state == "called"
    assert [each.label for each in pair.hub.counters.last_calls()] == [first.label]
    if restarted:
        pair.restart()
    pair.tell()
    back = pair.house.office.state(f"ticket:{first.id}")
    assert back == first
    assert pair.hub.counters.last_calls() == ()
    assert len(pair.notices(pair.cso)) == 1
    pair.assert_same()
    assert pair.here.counters.call_next(pair.cso, 1).id == first.id
    assert pair.house.office.state(f"ticket:{second.id}").state == "waiting"


def test_a_station_opens_the_day_at_the_hub_and_sees_it(pair: Pair) -> None:
    """It is not the home: the day gets a mark. The answer comes out of the transaction that is not yet durable."""
    pair.house.clock.pass_ms(DAY_MS)
    opened = pair.here.desk.open_day(pair.clerk, {"A": 31})
    assert pair.wire.acts == ["open_day"]
    assert len(opened.mark) == 4
    pair.tell()
    pair.assert_same()


def test_a_home_that_is_not_the_hub_confirms_its_numbers_itself(pair: Pair) -> None:
    """The hub knows nothing of what is to be confirmed there, and would say that the day is open already."""
    pair.here.staff.make_home(pair.house["service_supervisor"])
    pair.tell()  # the former home hears of it, and says that it gives no plain number any more
    pair.tell()
    with refused("numbers_unconfirmed"):
        pair.here.desk.issue(pair.clerk, "info")
    confirmed = pair.here.desk.open_day(pair.clerk, {"A": 31})
    assert "open_day" not in pair.wire.acts
    assert confirmed.mark == ""
    assert pair.here.desk.issue(pair.clerk, "info").mark == ""
    pair.tell()
    pair.assert_same()


def test_it_is_taken_back_once_however_often_it_is_told(pair: Pair) -> None:
    seated(pair)
    first = pair.house.desk.issue(pair.clerk, "info")
    call_unheard(pair)
    pair.wire.loses = "answer"
    assert not pair.engine._tried("tells", 0)
    assert pair.engine.abandoned.count() == 1
    assert pair.notices(pair.cso) == ()
    pair.tell()
    assert pair.wire.acts[-2:] == [ABANDON, ABANDON]
    assert pair.kinds(f"ticket:{first.id}") == ["ticket.issued", "ticket.called", "ticket.withdrawn"]
    assert len(pair.notices(pair.cso)) == 1
    pair.assert_same()


def test_what_somebody_has_built_on_is_not_taken_back(pair: Pair) -> None:
    """The officer walked over to another computer, found the ticket called there, and began to serve."""
    seated(pair)
    first = pair.house.desk.issue(pair.clerk, "info")
    call_unheard(pair)
    pair.house.counters.confirm(pair.cso, first.id)
    pair.tell()
    assert pair.house.office.state(f"ticket:{first.id}").state == "serving"
    assert pair.notices(pair.cso) == ()
    pair.assert_same()


def test_a_ticket_called_out_of_order_and_one_taken_up_again_are_both_put_back(pair: Pair) -> None:
    first, second = seated(pair, "info", "info")
    pair.here.counters.call_next(pair.cso, 1)
    pair.here.counters.confirm(pair.cso, first)
    pair.here.counters.park(pair.cso, first, "copying")
    pair.tell()
    for ticket, work in (
        (first, lambda: pair.here.counters.resume(pair.cso, 1, first)),
        (second, lambda: pair.here.counters.call(pair.cso, 1, second, "agreed_time")),
    ):
        resumed = pair.lose("answer", work)
        assert resumed.id == ticket
        pair.tell()
        pair.assert_same()
        assert pair.house.office.state(f"ticket:{ticket}").leg.officer == pair.cso
        assert pair.house.office.state(f"ticket:{ticket}").state in ("called", "serving")
        assert dump(pair.house.office)["conflicts"] == []
        pair.here.counters.transfer(pair.cso, ticket, "counter", "2")
        pair.tell()
    assert {each.kind for each in pair.notices(pair.cso)} == {"undone_resume", "undone_call"}


def test_a_seat_that_was_taken_twice_is_taken_once(pair: Pair) -> None:
    pair.lose("answer", lambda: pair.here.counters.open(pair.cso, 3))
    pair.tell()
    assert pair.house.counters.my_counter(pair.cso) == 3
    assert pair.kinds("counter:3") == ["counter.opened", "counter.closed", "counter.opened"]
    assert dump(pair.house.office)["conflicts"] == []
    assert [each.kind for each in pair.notices(pair.cso)] == ["undone_open_counter"]
    pair.assert_same()


# ------------------------------------------------------------------------------------------------ numbers


@pytest.mark.parametrize("restarted", [False, True])
def test_a_number_whose_answer_was_lost_is_void_and_the_marked_one_stands(
    pair: Pair, restarted: bool
) -> None:
    mine = pair.lose("answer", lambda: pair.here.desk.issue(pair.clerk, "info"))
    assert mine.mark
    (given,) = pair.house.desk.all_of_day()
    if restarted:
        pair.restart()
    pair.tell()
    assert {each.label: each.leg.outcome for each in pair.house.desk.all_of_day()} == {
        given.label: "voided",
        mine.label: "",
    }
    (notice,) = pair.notices(pair.clerk)
    assert (notice.kind, notice.facts["label"]) == ("undone_issue", given.label)
    pair.assert_same()


def test_an_act_that_comes_after_it_was_abandoned_is_never_carried_out(pair: Pair) -> None:
    mine = pair.lose("question", lambda: pair.here.desk.issue(pair.clerk, "info"))
    pair.tell()
    assert pair.notices(pair.clerk) == ()
    before = events(pair.house.office)
    (late,) = pair.wire.lost
    pair.wire.deliver(late)
    pair.wire.deliver(late)
    assert [row.id for row in events(pair.house.office)] == [row.id for row in before]
    assert [each.label for each in pair.house.desk.all_of_day()] == [mine.label]


def test_before_a_new_act_the_hub_is_told_of_the_abandoned_one(pair: Pair) -> None:
    """Even where the thread that tells has not come to it yet."""
    pair.lose("answer", lambda: pair.here.desk.issue(pair.clerk, "info"))
    pair.engine.status.good("hub")
    second = pair.here.desk.issue(pair.clerk, "info")
    assert pair.wire.acts == ["issue", ABANDON, "issue"]
    assert not second.mark
    assert pair.engine.abandoned.count() == 0


def test_a_station_that_cannot_write_it_down_does_not_go_on(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(act: str, person: str) -> None:
        raise Refused("disk_full")

    monkeypatch.setattr(pair.engine.abandoned, "add", full)
    pair.wire.loses = "answer"
    with refused("disk_full"):
        pair.here.desk.issue(pair.clerk, "info")
    assert pair.here.desk.all_of_day() == ()


def test_an_older_hub_that_does_not_know_how_is_not_asked_for_ever(pair: Pair) -> None:
    act = Act("a" * 32, ABANDON, pair.cso, b"{}")
    pair.engine.abandoned.add(act.id, act.who)
    for result in (b"{}", b"nonsense", b'{"undone":1}'):
        pair.engine.abandoned.add(act.id, act.who)
        pair.engine.abandoned.told(act, messages.Done(act.id, "", b"{}", result))
        assert pair.engine.abandoned.count() == 0
    pair.engine.abandoned.add(act.id, act.who)
    pair.engine.abandoned.told(act, messages.Done(act.id, "act_unknown", b"{}", b"{}"))
    assert pair.engine.abandoned.count() == 0
    with pair.office.store.reading() as connection:
        assert connection.execute(select(tables.notices)).all() == []


def test_everything_that_is_taken_back_has_its_sentence() -> None:
    for name in ("issue", "call_next", "call", "resume", "open_counter"):
        for language in LANGUAGES:
            said = refusal(Refused(f"notice_undone_{name}", label="A-014", counter=3), language)
            assert "A-014" in said or name == "open_counter"
            assert "{" not in said


def test_a_file_of_the_program_before_keeps_what_was_decided(tmp_path: Path) -> None:
    store = Store(tmp_path / "loket.db", b"k" * 32)
    upgrade_to(store, "0003")
    with store.writing() as connection:
        connection.exec_driver_sql("INSERT INTO acts VALUES ('a', x'7b7d', 7)")
    migrate(store, tmp_path)
    with store.reading() as connection:
        assert connection.execute(select(tables.acts)).all() == [("a", b"{}", 7, "", "", b"")]
        assert connection.execute(select(tables.abandoned)).all() == []
    store.close()


def upgrade_to(store: Store, revision: str) -> None:
    """Only the first steps."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_who_lost_the_right_meanwhile_leaves_it_to_the_supervisor(pair: Pair) -> None:
    seated(pair)
    first = pair.house.desk.issue(pair.clerk, "info")
    call_unheard(pair)
    person = pair.house.office.branch().people[pair.cso]
    from app.domain.branch import PersonSet

    with pair.house.office.unit(pair.house["service_supervisor"]) as unit:
        unit.append("branch", PersonSet(person=person.id, name=person.name, title="", roles=("verifier",)))
    pair.tell()
    assert pair.house.office.state(f"ticket:{first.id}").state == "called"
    assert pair.engine.abandoned.count() == 0


# ------------------------------------------------------------------------------------------------ the hub's disk


def test_a_hub_whose_disk_is_nearly_full_gives_no_number_and_the_station_goes_on_alone(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pair.house.office, "free_disk", lambda: 100 << 20)
    mine = pair.here.desk.issue(pair.clerk, "info")
    assert mine.mark
    assert pair.wire.acts == ["issue"]
    with refused("disk_nearly_full"):
        pair.house.desk.issue(pair.clerk, "info")
    pair.tell()
    assert [each.label for each in pair.house.desk.all_of_day()] == [mine.label]
    assert pair.notices(pair.clerk) == ()
    monkeypatch.setattr(pair.house.office, "free_disk", lambda: 300 << 20)
    assert not pair.here.desk.issue(pair.clerk, "info").mark
    pair.assert_same()


@pytest.fixture
def little_room(tmp_path: Path) -> Iterator[Path]:
    """A real file system with less room than a hub needs to give numbers."""
    try:
        with small_disk(tmp_path / "kecil", "64m") as place:
            yield place
    except NoMount:
        pytest.skip("needs the right to mount a small disk")


def test_a_hub_on_a_real_small_disk_gives_no_number_either(little_room: Path, tmp_path: Path) -> None:
    house = make_branch(little_room)
    pair = Pair(house, tmp_path)
    try:
        assert pair.here.desk.issue(pair.clerk, "info").mark
        pair.tell()
        assert len(house.desk.all_of_day()) == 1
        pair.assert_same()
    finally:
        pair.close()
        house.close()


def test_a_hub_whose_disk_is_nearly_full_still_calls(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is open can be finished (DESIGN 4)."""
    (ticket,) = seated(pair, "info")
    monkeypatch.setattr(pair.house.office, "free_disk", lambda: 100 << 20)
    assert pair.here.counters.call_next(pair.cso, 1).id == ticket
    assert pair.wire.acts[-1] == "call_next"
    assert pair.house.office.state(f"ticket:{ticket}").state == "called"


def test_receipts_are_numbered_by_the_hub_and_under_a_mark_by_who_is_cut_off(pair: Pair) -> None:
    """Two computers that are connected never give one number; nor do two that are apart."""
    one, other = (new_receipt(pair.office, pair.cso) for _ in range(2))
    here = new_receipt(pair.house.office, pair.cso)
    assert pair.wire.acts == ["receipt", "receipt"]
    assert [each.split("-")[2] for each in (one, other, here)] == ["0001", "0002", "0003"]
    pair.office.link = None
    alone = [new_receipt(pair.office, pair.cso) for _ in range(2)]
    assert [each.split("-")[3] for each in alone] == ["0001", "0002"]
    assert len({each.split("-")[2] for each in alone}) == 1
    assert len(alone[0].split("-")[2]) == 4
    assert new_receipt(pair.house.office, pair.cso).split("-")[2] == "0004"


def test_a_receipt_under_a_mark_is_given_once_though_plain_ones_came_between(pair: Pair) -> None:
    """A hub that steps down and comes back counts on in each of its two series."""
    office = pair.house.office
    given = []
    for orders in (False, True, False, True):
        office.journal.ordering = orders
        given.append(new_receipt(office, pair.cso))
    assert len(set(given)) == 4
    assert [each.split("-")[-2] for each in given] == ["0001", "0001", "0002", "0002"]


def test_a_hub_that_waits_for_the_paper_gives_others_marked_numbers(pair: Pair) -> None:
    """The home was started again, and nobody sits at it: the desk at another computer goes on."""
    with pair.house.office.store.writing() as connection:
        doubt(connection)
    with refused("numbers_unconfirmed"):
        pair.hub.desk.issue(pair.clerk, "info")
    assert len(pair.here.desk.issue(pair.clerk, "info").mark) == 4
    assert pair.hub.desk.board().asks_again
    assert pair.hub.desk.open_day(pair.clerk, {"M": 5}).mark == ""
    assert pair.here.desk.issue(pair.clerk, "info").label == "M-005"


def test_the_new_home_names_the_former_one_that_it_waits_for(pair: Pair) -> None:
    pair.here.staff.make_home(pair.house["service_supervisor"])
    assert pair.here.staff.waits_for() != ""
    pair.tell()
    pair.tell()
    assert pair.here.staff.waits_for() == ""
