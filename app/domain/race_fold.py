"""The fold of one stream whose authors wrote without having seen each other (DESIGN 2, rule 7 and the class table)."""

from app.domain.case_events import STEPS
from app.domain.disputes import PAYMENTS, ROOT, Decisions
from app.domain.events import Event
from app.domain.kinds import ATTRIBUTE, CLAIM, DECISION, FACT, KINDS
from app.domain.race_ground import View
from app.domain.race_keys import HELD, claimed_thing
from app.domain.race_order import Clash
from app.domain.race_words import Words
from app.domain.settled import Settled
from app.errors import Refused


class Merge(Words):
    """Folds the entries of one stream one by one and settles their races."""

    def _take(self, place: int) -> None:
        entry = self._entries[place]
        kind = KINDS.get(entry.event.kind)
        if entry.error is not None or kind is None:
            self._bar(place, entry.error.code if entry.error else "event_unknown")
            return
        try:
            self._rules.authorise(entry.event)
        except Refused as refused:
            self._bar(place, refused.code)
            return
        if isinstance(entry.event.payload, Settled):
            self._hear(place, entry.event.payload)
        elif self._decisions is not None and kind.race == DECISION:
            self._decide(self._decisions, place)
        elif kind.race in (DECISION, ATTRIBUTE):
            self._keep(place, kind.race)
        else:
            self._act(place, kind.race)

    # ------------------------------------------------------------------------------------------ facts and claims

    def _act(self, place: int, race: str) -> None:
        event = self._entries[place].event
        lost = self._lost_before(place)
        if lost is not None and self._goes_on(event, lost):
            if self._fits(place):
                self._bar(place, self._code_after(lost), lost)
            return
        if self._decisions is not None and not self._may_act(self._decisions, place):
            return
        rival = self._taken_by(place) if race == CLAIM else None
        if rival is not None:
            if self._fits(place):
                self._lose(place, race, rival, "claim_lost")
        elif code := self._fold(event):
            clash = self._refused(place, code)
            if clash:
                self._lose(place, race, self._obstacle(place), code)

    def _code_after(self, lost: Clash) -> str:
        claim = KINDS[self._entries[lost.second].event.kind].race == CLAIM
        return "claim_lost" if claim else self._codes[lost.second]

    def _goes_on(self, event: Event, lost: Clash) -> bool:
        """Whether `event` is done with what was not the officer's: a lost claim, or money that was paid twice."""
        if isinstance(event.payload, HELD):
            return True
        loser = self._entries[lost.second].event
        return isinstance(loser.payload, PAYMENTS) and isinstance(event.payload, PAYMENTS)

    def _may_act(self, decisions: Decisions, place: int) -> bool:
        """On a file: whether the event does not rest on decisions that do not stand."""
        event = self._entries[place].event
        if decisions.none():
            return True
        view = self._view(place)
        relied = self._relied[place] = self._decided(decisions, view)
        if not isinstance(event.payload, STEPS):
            return True
        if not self._fits(place):
            return False
        if isinstance(event.payload, PAYMENTS):
            decisions.pay(place, relied)
            self._look(decisions, place, place - 1)  # it may revive a branch that had fallen away
        if (off := self._off_path(place)) is None:
            return True
        self._set_aside(place, *off)
        return False

    def _taken_by(self, place: int) -> int | None:
        """Who had claimed what this claim was meant for, if by now something else would be claimed."""
        unseen = [each for each in self._known.unseen[place] if not self._codes[each]]
        rivals = [each for each in unseen if KINDS[self._entries[each].event.kind].race == CLAIM]
        if not rivals or claimed_thing(self._state) == claimed_thing(self._view(place).state):
            return None
        return min(rivals)

    def _lose(self, place: int, race: str, rival: int, code: str) -> None:
        clash = Clash(race, self._entries[place].event.kind, rival, place)
        self._plain.append(clash)
        self._lost[place] = (rival, clash)
        self._set_aside(place, code, clash)
        if KINDS[self._entries[place].event.kind].race == CLAIM:
            self._barred.add(place)

    def _refused(self, place: int, code: str) -> bool:
        """Set aside what the fold is against; true when that is a race of its own, which the caller then names."""
        if lost := self._lost_before(place):
            self._set_aside(place, code, lost)
        elif off := self._off_path(place):
            self._set_aside(place, code, off[1])
        elif not self._known.unseen[place]:
            self._unfit(place, code)
        else:
            return self._fits(place, code)
        return False

    def _fits(self, place: int, code: str = "") -> bool:
        """Whether its author could and might write it after what there was to see; else it is set aside."""
        before = self._impossible(place)
        if before and self._view(place).state is None:  # saw nothing at all: what is wrong with it shows here
            before = self._refusal(self.state, place) or before
        if before:
            self._unfit(place, code or before)
        return not before

    def _unfit(self, place: int, code: str) -> None:
        """Impossible already after what its author saw: a broken rule. But where that itself was written by people who
        did not see each other, the step may have been right in the order of that time, and is not passed over.
        """
        race = self._race_before(place)
        if race is None and isinstance(self._entries[place].event.payload, STEPS):
            seen = self._known.seen_places(place)
            steps = [each for each in seen if isinstance(self._entries[each].event.payload, STEPS)]
            if steps and not self._known.in_line(seen):
                self._lose(place, FACT, steps[-1], code)
                self._barred.add(place)
                return
        self._bar(place, code, race)

    # ------------------------------------------------------------------------------------------ values

    def _keep(self, place: int, race: str) -> None:
        if self._decisions is not None:
            self._may_act(self._decisions, place)
        if race == DECISION and (twin := self._values.twin(place)) is not None:
            if self._fits(place):
                self._known.alike(twin, place)
                self._bar(place, "already_decided")
        elif not (code := self._fold(self._entries[place].event)):
            self._values.write(place, race)
        elif self._refused(place, code):
            self._values.write(place, race, self._obstacle(place))
            about = [each for each in self._values.clashes if place in each.pair()]
            self._set_aside(place, code, about[0] if about else None)

    # ------------------------------------------------------------------------------------------ decisions on a file

    def _decided(self, decisions: Decisions, view: View) -> tuple[int, ...]:
        places = (decisions.at(self._known.place[each]) for each in view.path)
        return tuple(each for each in places if each is not None)

    def _decide(self, decisions: Decisions, place: int) -> None:
        view = self._view(place)
        if not self._fits(place):
            return
        stood = self._decided(decisions, view)
        parent = stood[-1] if stood else ROOT
        twin = decisions.twin(place, parent)
        if twin is not None:
            decisions.alike[place] = twin
            self._known.alike(twin, place)
            self._set_aside(place, "already_decided", None)
            return
        decisions.add(place, parent)
        self._look(decisions, place, place)
        if self._codes[place] and self._because[place] is None:
            self._blocked(place)

    def _blocked(self, place: int) -> None:
        """No other decision is against it, but something else that its author did not see: a claim, say."""
        code = self._codes[place]
        lost = self._lost_before(place)
        if lost is not None:
            self._set_aside(place, code, lost)
            return
        obstacle = self._obstacle(place)
        claimed = KINDS[self._entries[obstacle].event.kind].race == CLAIM
        self._lose(place, CLAIM if claimed else FACT, obstacle, code)
