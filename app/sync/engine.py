"""The threads that talk: one listens to the hub, one tells it, one talks to head office. Screens never wait for them."""

import gc
import logging
import threading
from collections.abc import Callable, Sequence

import msgspec

from app.domain.ports import Clock, Entropy, new_id
from app.errors import Refused
from app.models.journal import Written
from app.sync import status
from app.sync.abandoned import Abandoned
from app.sync.above_talk import AboveTalk
from app.sync.messages import ABANDON, Act, Answer
from app.sync.node import Node, Taken
from app.sync.pause import Pause
from app.sync.peer import Peer, is_cut
from app.sync.status import Status
from app.sync.upward import Upward

record = logging.getLogger(__name__)

LONG_POLL_MS = 10_000
"""Also how long a connection can have been dead, behind a router that forgot it, before anybody notices."""
ACT_SECONDS = 2.5
"""How long a person waits for the hub's decision before this computer goes on by itself."""
ROUND_SECONDS = 5.0
"""How long an answer may be in coming, beside its transfer. Not longer: so long a dead connection can go unnoticed. A
hub that needed more has taken in what was offered all the same, and answers the next try at once."""
GATHER_SECONDS = 3.0
MEET_EVERY = 5.0
LONGEST_AT_HUB = 5.0


def calm_collector() -> None:
    """Batches of thousands of events make the garbage collector look through all of them again and again, for nothing:
    they hold no cycles. Let it look a thirtieth as often."""
    gc.set_threshold(20_000, 20, 50)


class Engine:
    """Runs the talk of one node. `hub` and `above` give the computer to call now, or None where there is none."""

    def __init__(
        self,
        node: Node,
        clock: Clock,
        entropy: Entropy,
        hub: Callable[[], Peer | None],
        above: Callable[[], Peer | None] = lambda: None,
        upward: Upward | None = None,
        others: Callable[[], Sequence[Peer]] = list,
    ) -> None:
        self.node = node
        self.status = Status(clock)
        self._clock, self._entropy = clock, entropy
        self._hub, self._above, self._others = hub, above, others
        self._stopping = threading.Event()
        self._local = threading.Event()
        """Something was written here that others do not have."""
        self._asking = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._lines: dict[str, Peer] = {}
        self.above = AboveTalk(
            node, clock, self.status, upward or Upward(node), lambda: self._peer("up", self._above)
        )
        self.abandoned = Abandoned(node.journal)
        self.after_round: list[Callable[[Peer], None]] = []
        """What else is asked of the hub when a long poll came back: rules, secrets, attachments. Never on the line that
        tells: a person may be waiting there for the hub's decision."""
        self.begin_anew: Callable[[Peer], None] = lambda _: None
        """What is done when the hub's log begins behind the end of this one."""
        node.journal.listen(self._written)

    # ------------------------------------------------------------------------------------------ life

    def start(self) -> None:
        """Begin to talk."""
        calm_collector()
        work_of = (
            ("listens", self._listen),
            ("tells", self._tell),
            ("up", self.above.run),
            ("meets", self._meet),
        )
        for name, work in work_of:
            thread = threading.Thread(target=work, name=f"sync {name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End after the calls under way, which are cut off."""
        self._stopping.set()
        self._local.set()
        self.above.stop()
        for peer in list(self._lines.values()):
            peer.drop()
        for thread in self._threads:
            thread.join(5)

    def wake(self) -> None:
        """The network came back, or an address is known: try at once."""
        self._local.set()
        self.above.wake()

    def _written(self, written: Written) -> None:
        self._local.set()
        self.above.look()

    def _peer(self, name: str, find: Callable[[], Peer | None]) -> Peer | None:
        """The line of one thread to the computer that is to be called now."""
        known, wanted = self._lines.get(name), find()
        if wanted is None:
            return None
        if known is not None and known.address == wanted.address:
            wanted.close()
            return known
        if known is not None:
            known.close()
        self._lines[name] = wanted
        return wanted

    # ------------------------------------------------------------------------------------------ to the hub

    def _listen(self) -> None:
        """Long polls: what happens anywhere in the branch is here as soon as the hub has it."""
        pause = Pause(LONGEST_AT_HUB)
        while not self._stopping.is_set():
            if self.node.is_hub:
                self._take_in_kept()
                self._stopping.wait(0.5)
                continue
            begun = self._clock.monotonic()
            if self._tried("listens", LONG_POLL_MS):
                pause.reset()
            else:
                self._rest(pause, begun)

    def _take_in_kept(self) -> None:
        """Its sender asks for the places at once; this is for one that was switched off meanwhile."""
        if self.node.journal.ordering:
            try:
                self.node.received.take_in(self.node)
            except Refused as refused:
                record.warning("what was offered has no places yet: %s", refused)
            except Exception:  # as in every round: a defect must not end the thread
                record.exception("what was offered could not be taken in")

    def _tell(self) -> None:
        """What is written here goes to the hub at once."""
        pause = Pause(LONGEST_AT_HUB)
        while not self._stopping.is_set():
            self._local.wait(30)
            self._local.clear()
            if self._stopping.is_set() or self.node.is_hub or not self._something_to_tell():
                continue
            begun = self._clock.monotonic()
            if self._tried("tells", 0):
                pause.reset()
            else:
                self._rest(pause, begun)
                self._local.set()

    def _rest(self, pause: Pause, begun: int) -> None:
        """Wait until the next try; what the failed one took counts as waiting."""
        self._stopping.wait(max(0.05, pause.next() - (self._clock.monotonic() - begun) / 1000))

    def _something_to_tell(self) -> bool:
        return self.waiting() > 0 or self.abandoned.count() > 0

    def waiting(self) -> int:
        """Events of this computer that are not in its log."""
        from app.models import log

        with self.node.journal.store.reading() as connection:
            return log.pending_count(connection)

    def _tried(self, name: str, wait_ms: int) -> bool:
        """One round, whatever comes of it; whether the hub answered as hub."""
        try:
            return self._round(name, wait_ms, ROUND_SECONDS).followed
        except Refused as refused:
            self.status.bad(status.HUB, refused.code)
            if not is_cut(refused):
                record.warning("the round was refused: %s", refused)
        except Exception:  # a defect must not end the thread: the next round may do
            record.exception("a round failed")
            self.status.bad(status.HUB, status.DEFECT)
        return False

    def _round(self, name: str, wait_ms: int, read_seconds: float, act: Act | None = None) -> Taken:
        peer = self._peer(name, self._hub)
        if peer is None:
            raise Refused("hub_unreachable", address="", why="unknown")
        if name != "asks":  # what is taken back is out of the way before what came instead is offered
            act = self.abandoned.next()
        taken = self._taken(peer, act, wait_ms, read_seconds)
        if act is not None and act.name == ABANDON and taken.done is not None and taken.followed:
            self.abandoned.told(act, taken.done)
        rounds = 0
        while taken.again and rounds < 10_000 and not self._stopping.is_set():
            rounds += 1
            done = taken.done
            taken = self._taken(peer, None, 0, read_seconds)
            taken = msgspec.structs.replace(taken, done=taken.done or done)
        if name == "listens":
            self._beside(peer, taken)
        if self._something_to_tell():
            self._local.set()
        return taken

    def _taken(self, peer: Peer, act: Act | None, wait_ms: int, read_seconds: float) -> Taken:
        question = self.node.ask(act, wait_ms)
        answer = peer.round(question, read_seconds)
        taken = self.node.take(answer)
        self._note(answer, taken)
        if taken.followed and question.offers is None and question.act is None:
            self.status.heard_of_above(answer.upstream, self.status.clock_off_ms)
        return taken

    def _beside(self, peer: Peer, taken: Taken) -> None:
        """What else is to be done when a long poll came back."""
        if taken.need == "snapshot":
            self.begin_anew(peer)
        if taken.followed:
            for then in self.after_round:
                then(peer)

    def _note(self, answer: Answer, taken: Taken) -> None:
        self.status.revoked = answer.need == "revoked"
        if taken.followed:
            self.status.follows(answer.hello.station)
            self.status.clock_off_ms = answer.hello.now - self._clock.now()
            self.status.good(status.HUB)
        else:
            self.status.bad(status.HUB, f"hub_{taken.need or 'gone'}")

    # ------------------------------------------------------------------------------------------ acts

    def reaches_hub(self) -> bool:
        """Whether the hub is another computer and answered just now."""
        return not self.node.is_hub and self.status.is_good(status.HUB)

    def ask(self, name: str, who: str, arguments: dict[str, object]) -> dict[str, object]:
        """Let the hub decide; raises what it refused, or Refused("hub_silent")."""
        identity = new_id(self._clock.now(), self._entropy)
        act = Act(identity, name, who, msgspec.json.encode(arguments))
        try:
            taken = self._ask(act)
        except Exception as error:
            if not isinstance(error, Refused):  # a defect of ours on the way to the hub closes no counter
                record.exception("an act failed")
            self.status.bad(status.HUB, error.code if isinstance(error, Refused) else status.DEFECT)
            self._abandon(identity, who)
            raise Refused("hub_silent") from error
        if taken.done is None or not taken.followed:
            self._abandon(identity, who)
            raise Refused("hub_silent")
        if taken.done.code:
            raise Refused(taken.done.code, **msgspec.json.decode(taken.done.facts, type=dict[str, object]))
        return msgspec.json.decode(taken.done.result, type=dict[str, object])

    def _abandon(self, act: str, who: str) -> None:
        """Whatever the hub has decided or will decide is to be taken back: durable before anybody goes on alone."""
        self.abandoned.add(act, who)
        self._local.set()

    def _ask(self, act: Act) -> Taken:
        """On a line of its own: nobody waits at a counter for what is being told or for a dead connection."""
        if not self._asking.acquire(timeout=ACT_SECONDS):
            raise Refused("hub_slow", address="", status=0)
        try:
            for each in self.abandoned.all():
                self._round("asks", 0, ACT_SECONDS, each)
            return self._round("asks", 0, ACT_SECONDS, act)
        finally:
            self._asking.release()

    def ask_round(self) -> None:
        """Hear once more what the hub and head office know, as far as they are reached: before a takeover (rule 4)."""
        for name, find in (("asks hub", self._hub), ("asks above", self._above)):
            peer = find()
            if peer is None:
                continue
            try:
                if name == "asks hub":
                    self.node.take(peer.round(self.node.ask(), ACT_SECONDS))
                else:
                    self.node.hear(peer.round(self.above.upward.ask(), ACT_SECONDS).hello)
            except Refused as refused:
                record.info("%s: %s", name, refused.code)
            finally:
                peer.close()

    # ------------------------------------------------------------------------------------------ other hubs

    def _meet(self) -> None:
        """A hub that hears of another one of its branch asks it: of two terms the lower one steps down (rule 4)."""
        while not self._stopping.wait(MEET_EVERY):
            if not self.node.is_hub:
                continue
            for peer in self._others():
                try:
                    self.node.take(peer.round(self.node.ask(), ACT_SECONDS))
                except Refused as refused:
                    record.info("another hub at %s: %s", peer.address, refused.code)
                except Exception:  # as above
                    record.exception("another hub at %s", peer.address)
                finally:
                    peer.close()

    # ------------------------------------------------------------------------------------------ starting

    def gather(self) -> None:
        """A hub that has started asks everyone it reaches, then orders again; call on a thread of its own."""
        until = self._clock.monotonic() + int(GATHER_SECONDS * 1000)
        while self.node.gathering and self._clock.monotonic() < until and not self._stopping.is_set():
            self.above.look()
            self._stopping.wait(0.1)
        while self.node.gathering and not self._stopping.is_set():
            try:
                self.node.begin()
            except Refused as refused:  # a full disk: until there is room nobody orders
                record.warning("the term cannot be opened: %s", refused)
                self._stopping.wait(GATHER_SECONDS)
        self.status.changed()
