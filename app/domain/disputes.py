"""Two officers decide one file at once: which decisions stand, which wait for a supervisor, and who had a hand in it.

The decisions on a file form a tree: each hangs on the decision that its author saw standing. Where a decision has two
followers that differ, neither wins: the file is in dispute there, until a supervisor chooses one of the branches. A
branch falls away only if the supervisor saw everything that was decided and paid on it.
"""

import msgspec
from msgspec.structs import replace

from app.domain import case_events as happened
from app.domain.claims import DISPUTED, Case
from app.domain.events import Event
from app.domain.race_order import Ancestry, Clash, agree
from app.errors import Refused

ROOT = -1
"""The place of no decision: a file on which nothing is decided."""

PAYMENTS = (happened.PaymentMade, happened.PaymentReturned)

_CHECKS: dict[type[msgspec.Struct], str] = {
    happened.Noted: "counter_checkers",
    happened.ReasonChosen: "counter_checkers",
    happened.FactsNoted: "counter_checkers",
    happened.DocumentMarked: "counter_checkers",
    happened.Attached: "counter_checkers",
    happened.InterviewStarted: "counter_checkers",
    happened.InterviewAttempted: "counter_checkers",
    happened.InterviewAnswered: "counter_checkers",
    happened.InterviewNoted: "counter_checkers",
    happened.IdentityJudged: "counter_checkers",
    happened.InterviewAmended: "counter_checkers",
    happened.Submitted: "counter_checkers",
    happened.CaseClosed: "counter_checkers",
    happened.Returned: "verify_checkers",
    happened.Verified: "verify_checkers",
    happened.Rejected: "verify_checkers",
    happened.PaymentOrdered: "finance_checkers",
    happened.PaymentApproved: "finance_checkers",
    happened.FinanceReturned: "finance_checkers",
    happened.PaymentMade: "finance_checkers",
    happened.PaymentReturned: "finance_checkers",
}


def disputed(case: Case, at: int) -> Case:
    """The file as everybody sees it while it waits for a supervisor, since `at`."""
    return replace(case, stage=DISPUTED, stage_at=at, disputed_from=case.stage, holder="")


def witnessed(case: Case, event: Event) -> Case:
    """What `event` did does not stand, but its actor had a hand in the file and does no other check on it."""
    check = _CHECKS.get(type(event.payload))
    people: tuple[str, ...] = getattr(case, check) if check else (event.actor,)
    if check is None or event.actor in people:
        return case
    return replace(case, **{check: (*people, event.actor)})


def settled(case: Case, person: str) -> Case:
    """`person` says which of two stands; raises Refused("settler_took_part") for somebody who checked the file."""
    if person in (*case.counter_checkers, *case.verify_checkers, *case.finance_checkers):
        raise Refused("settler_took_part")
    return case if person in case.settlers else replace(case, settlers=(*case.settlers, person))


class Decisions:
    """The tree of the decisions on one file, by their places."""

    def __init__(self, known: Ancestry) -> None:
        self._known = known
        self._children: dict[int, list[int]] = {ROOT: []}
        self._trails: dict[int, tuple[int, ...]] = {ROOT: ()}
        self._words: dict[int, list[tuple[int, int]]] = {}
        """Decision to the supervisors' words on what follows it: (place of the word, place of its choice)."""
        self._payments: list[tuple[int, tuple[int, ...]]] = []
        self.alike: dict[int, int] = {}
        """A decision to the same one made before it."""
        self.clashes: list[Clash] = []
        self.path: tuple[int, ...] = ()
        """The decisions that stand, in their order."""
        self.rivals: tuple[int, ...] = ()
        """Those between which a supervisor has to choose now."""

    def none(self) -> bool:
        """Whether nobody has decided anything yet."""
        return len(self._trails) == 1

    def at(self, place: int) -> int | None:
        """The decision that `place` is, or is the same as; None when it is none."""
        place = self.alike.get(place, place)
        return place if place in self._trails and place != ROOT else None

    def parent(self, place: int) -> int:
        """The decision it hangs on."""
        trail = self._trails[place]
        return trail[-2] if len(trail) > 1 else ROOT

    def twin(self, place: int, parent: int) -> int | None:
        """The same decision, made by somebody else on the same footing."""
        event = self._known.entries[place].event
        for other in self._children[parent]:
            there = self._known.entries[other].event
            same = there.kind == event.kind and there.payload == event.payload
            if same and not self._known.saw(place, other):
                return other
        return None

    def add(self, place: int, parent: int) -> None:
        """A decision that hangs on `parent`."""
        self._children[parent].append(place)
        self._children[place] = []
        self._trails[place] = (*self._trails[parent], place)

    def pay(self, place: int, relied: tuple[int, ...]) -> None:
        """Money moved; its officer saw the decisions `relied` standing."""
        self._payments.append((place, relied))

    # ------------------------------------------------------------------------------------------ words

    def say(self, word: int, choice: int) -> None:
        """A supervisor's word at `word` for the decision `choice` against its rivals."""
        self._words.setdefault(self.parent(choice), []).append((word, choice))

    def unsay(self, word: int, choice: int) -> None:
        """The choice turned out to be impossible."""
        self._words[self.parent(choice)].remove((word, choice))

    def _last_words(self, node: int) -> list[tuple[int, int]]:
        words = self._words.get(node, [])
        last = set(self._known.latest([word for word, _ in words]))
        return [each for each in words if each[0] in last]

    def chosen(self, node: int) -> tuple[int, int] | None:
        """(last word, choice) on what follows `node`, when those who spoke last agree."""
        words = self._last_words(node)
        return words[-1] if len({choice for _, choice in words}) == 1 else None

    def alive(self, node: int) -> list[int]:
        """What follows `node` and has not fallen away."""
        children = self._children[node]
        words = self._last_words(node)
        if len({choice for _, choice in words}) != 1:
            return children
        choice = words[0][1]
        return [each for each in children if each == choice or not self._all_seen(each, words)]

    def _all_seen(self, branch: int, words: list[tuple[int, int]]) -> bool:
        decided = [place for place, trail in self._trails.items() if branch in trail]
        paid = [place for place, relied in self._payments if branch in relied]
        return all(any(self._known.saw(word, place) for word, _ in words) for place in (*decided, *paid))

    # ------------------------------------------------------------------------------------------ what stands

    def look(self, cause: int) -> None:
        """Find anew what stands and what is in dispute, after the entry at `cause`."""
        path: list[int] = []
        node = ROOT
        while len(alive := self.alive(node)) == 1:
            node = alive[0]
            path.append(node)
        self.path, self.rivals = tuple(path), tuple(alive)
        agree(self._open_pairs(), self.clashes, cause, "decision", "")

    def _open_pairs(self) -> set[frozenset[int]]:
        pairs = set()
        nodes = [ROOT]
        while nodes:
            alive = self.alive(nodes.pop())
            pairs |= {frozenset((alive[0], other)) for other in alive[1:]}
            nodes += alive
        return pairs

    def moved(self) -> dict[int, int]:
        """Decisions that stand because of a supervisor's word, to the place of that word: they count from there."""
        places: dict[int, int] = {}
        now = ROOT
        for place in self.path:
            word = self.chosen(self.parent(place))
            if word is not None and len(self._children[self.parent(place)]) > 1:
                now = max(now, word[0])
            if now > place:
                places[place] = now
        return places

    def why_not(self, decisions: tuple[int, ...]) -> tuple[str, Clash | None]:
        """Code and conflict for what hangs on `decisions`, of which not all stand."""
        place = next(each for each in decisions if each not in self.path)
        node = self.parent(place)
        in_dispute = place in self.alive(node)
        about = [each for each in self.clashes if place in (each.first, each.second)]
        own = [each for each in about if each.second == place] or about
        return "case_disputed" if in_dispute else "decision_not_chosen", own[-1] if own else None

    def trail(self, place: int) -> tuple[int, ...]:
        """The decisions from the first one down to `place`."""
        return self._trails[place]
