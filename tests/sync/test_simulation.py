"""Branches with far more trouble than any has, from seeds: after the healing every check of LOG-CASES holds."""

import os

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.sync.log_store import LogStore
from tests.sync.log_store_contract import LogStoreContract
from tests.sync.simulation import people, trouble
from tests.sync.simulation.checks import Log, check
from tests.sync.simulation.healing import heal
from tests.sync.simulation.machines import Machine
from tests.sync.simulation.plain_log import PlainLog
from tests.sync.simulation.run import failures, run
from tests.sync.simulation.teeth import AFTER, ALL, EPOCHS, LINE, MARKS, PAPER, RELEASE, TERMS
from tests.sync.simulation.world import Broken, World

SEEDS = int(os.environ.get("LOKET_SEEDS", "200"))
"""2,000 where `dev.py test` runs all tests; who names a few of them waits for fewer."""
ON_FILES = max(5, SEEDS // 40)


class TestPlainLog(LogStoreContract):
    """Head office's log in the simulation does what every log store does."""

    branch = "MDU"

    @pytest.fixture
    def store(self) -> LogStore:
        return PlainLog()

    @pytest.fixture
    def other(self, store: LogStore) -> LogStore:
        return store


def test_many_branches_come_out_of_their_trouble_whole() -> None:
    assert dict(failures(range(SEEDS))) == {}


def test_branches_on_real_files_do_too() -> None:
    assert dict(failures(range(ON_FILES), files=True)) == {}


def test_the_same_seed_tells_the_same_story() -> None:
    one, other = run(3), run(3)
    assert one.history == other.history
    assert one.living[0].head().log_hash == other.living[0].head().log_hash


def test_the_trouble_is_real() -> None:
    """Forks, losses, refusals and races do happen in these stories; else they would prove nothing."""
    worlds = [run(seed) for seed in (0, 1, 2, 4, 8, 10, 13, 20)]
    logs = [Log(world.living[0]) for world in worlds]
    assert {race for each in logs for race, _, _ in each.conflicts} >= {"claim", "decision", "attribute"}
    assert sum(len(each.asides) for each in logs) > 6
    assert any(world.lost for world in worlds)
    told = " ".join(line for world in worlds for line in world.history)
    for word in (
        "takes over",
        "is cloned",
        "is destroyed",
        "put back to",
        "head office is put back",
        "is enrolled",
        "clock",
        "cut",
        "night",
        "shall be the home",
        "is the home no longer",
        "takes back",
    ):
        assert word in told


@pytest.mark.parametrize(
    ("seed", "why"),
    [
        (
            8,
            "head office, restored, signed a log that fell out later, and nobody was told which entries moved",
        ),
        (
            1158,
            "what came by two ways stood in the wrong order, its signature not last: the hub took it for a stranger's",
        ),
    ],
)
def test_what_a_seed_once_broke_holds(seed: int, why: str) -> None:
    """What broke before the stories were made anew is told step by step in test_log_cases."""
    run(seed)


# ------------------------------------------------------------------------------------------------ teeth

FAILS = {
    EPOCHS: (12, "message_damaged"),
    TERMS: (8, "differ"),
    LINE: (5, "moved"),
    AFTER: (39, "overrides"),
    MARKS: (8, "printed twice"),
    PAPER: (3, "printed twice"),
    RELEASE: (22, "printed twice"),
}
"""A seed that notices when this rule does not hold, and what it says."""


@pytest.mark.parametrize("without", ALL)
def test_a_rule_taken_away_is_noticed(without: str) -> None:
    seed, word = FAILS[without]
    with pytest.raises(Broken, match=word):
        run(seed, without)


@pytest.mark.long
@pytest.mark.parametrize("without", ALL)
def test_a_rule_taken_away_is_noticed_within_three_hundred_seeds(without: str) -> None:
    assert next(failures(range(300), without), None) is not None


# ------------------------------------------------------------------------------------------------ any order of steps

MACHINES = st.sampled_from(range(8))
TROUBLE = st.sampled_from(("", "", "", *trouble.ROUND_TROUBLES))


class Branch(RuleBasedStateMachine):
    """The same branch, its story told by Hypothesis: what must hold at every moment is asked after each step."""

    @initialize(seed=st.integers(0, 3))
    def morning(self, seed: int) -> None:
        self.world = World(seed)
        self.printed: set[tuple[str, str]] = set()
        self.lengths: dict[tuple[int, str], dict[int, bytes]] = {}

    def _one(self, number: int) -> Machine | None:
        living = self.world.living
        return living[number % len(living)] if living else None

    @rule(number=MACHINES)
    def somebody_works(self, number: int) -> None:
        machine = self._one(number)
        if machine is not None and machine.branch() is not None:
            people.act(self.world, machine)

    @rule(one=MACHINES, other=MACHINES, what=TROUBLE)
    def one_asks_another(self, one: int, other: int, what: str) -> None:
        asker, answerer = self._one(one), self._one(other)
        if asker is not None and answerer is not None and asker is not answerer:
            self.world.round(asker, answerer, what)

    @rule(number=MACHINES)
    def a_hub_asks_head_office(self, number: int) -> None:
        machine = self._one(number)
        if machine is not None and machine.running.is_hub:
            self.world.up(machine)

    @rule(number=MACHINES)
    def a_program_dies_and_starts(self, number: int) -> None:
        machine = self._one(number)
        if machine is not None:
            machine.die()
            trouble.start(self.world, machine)

    @rule(number=MACHINES)
    def a_person_takes_over(self, number: int) -> None:
        machine = self._one(number)
        if machine is not None and machine.branch() is not None:
            trouble.take_over(self.world, machine)

    @rule(number=MACHINES, chosen=st.sampled_from([each for _, each in trouble.TROUBLES]))
    def something_happens(self, number: int, chosen: object) -> None:
        machine = self._one(number)
        if machine is not None and callable(chosen):
            chosen(self.world, machine)

    @rule()
    def the_post_comes(self) -> None:
        self.world.deliver(some=False)

    @rule()
    def everything_is_mended(self) -> None:
        self.world.blocked.clear()

    @precondition(lambda self: bool(self.world.living))
    @rule()
    def time_goes_by(self) -> None:
        self.world.pass_time(60_000)

    @invariant()
    def no_two_logs_of_one_term(self) -> None:
        assert not any(each.running.defect for each in self.world.living)

    @invariant()
    def a_term_orders_one_log(self) -> None:
        """Whoever holds an entry of a term holds the same one at that position."""
        for each in self.world.living:
            head = each.head()
            log = self.lengths.setdefault((head.term.number, head.term.run), {})
            assert log.setdefault(head.position, head.log_hash) == head.log_hash

    @invariant()
    def a_printed_label_is_never_printed_again(self) -> None:
        assert self.printed <= self.world.labels
        self.printed = set(self.world.labels)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            heal(self.world)
            check(self.world)


Branch.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestBranch = Branch.TestCase
