"""A supervisor's word on a race: what it sets anew, and the file folded again when other decisions stand."""

from msgspec.structs import replace

from app.domain import disputes
from app.domain.case_events import STEPS
from app.domain.claims import Case
from app.domain.disputes import Decisions
from app.domain.events import Event
from app.domain.race_ground import Ground
from app.domain.race_keys import adds_up, kept_values, only, taken_back
from app.domain.race_order import Clash, named
from app.domain.race_values import Contest, Written
from app.domain.settled import Settled
from app.errors import Refused


class Words(Ground):
    """Hears the supervisors."""

    def _hear(self, place: int, word: Settled) -> None:
        code = self._refusal(self.state, place)
        if code:  # a right is lacking, or it is the word of another family
            self._bar(place, code)
            return
        view = self._view(place)
        about, choice = self._known.first(word.conflict), self._known.first(word.choice)
        if word.conflict not in view.open or about is None:
            self._bar(place, "conflict_settled" if word.conflict in view.known else "conflict_unknown")
            return
        plain = [each for each in named(self._plain, about, choice) if choice in each.pair()]
        meant = named(list(self._values.clashes), about, choice)
        contests = [each for each in self._values if choice in each.sources() and each.has(meant)]
        if choice is None or not (plain or contests or self._on_tree(about, choice)):
            self._bar(place, "choice_unknown" if self._is_known(about) else "conflict_unknown")
            return
        before = self._state
        code = self._hear_effect(place, about, choice, contests)
        if code:
            self._state = before
            self._bar(place, code)
            return
        for clash in plain:
            self._acknowledge(clash, place, choice)

    def _is_known(self, about: int) -> bool:
        return any(about in clash.pair() for clash in self.clashes())

    def _on_tree(self, about: int, choice: int) -> bool:
        """Whether both are decisions that follow the same one."""
        decisions = self._decisions
        if decisions is None:
            return False
        one, other = decisions.at(about), decisions.at(choice)
        if one is None or other is None:
            return False
        return decisions.parent(one) == decisions.parent(other)

    def _hear_effect(self, place: int, about: int, choice: int, contests: list[Contest]) -> str:
        """Let the choice count; gives why it cannot."""
        on_tree = self._on_tree(about, choice)
        if isinstance(self._state, Case) and (contests or on_tree):
            try:
                self._state = disputes.settled(self._state, self._entries[place].event.actor)
            except Refused as refused:
                return refused.code
            self._spoken.add(place)
        code = ""
        for contest in contests:
            code = code or self._set_anew(contest, place, choice)
        if not code and on_tree and self._decisions is not None:
            code = self._decide_for(self._decisions, place, choice)
        if code:
            self._spoken.discard(place)
            self._redone.pop(place, None)
            return code
        values = kept_values(self._entries[choice].event.payload)
        for contest in contests:
            contest.put(self._known, Written(place, choice, values.get(contest.key)))
        return ""

    def _acknowledge(self, clash: Clash, place: int, choice: int) -> None:
        """A fact stays a fact, a lost claim lost; two who say different things at once have not settled it."""
        clash.words.append((place, choice))
        last = set(self._known.latest([word for word, _ in clash.words]))
        choices = {said for word, said in clash.words if word in last}
        clash.closed_by = max(last) if len(choices) == 1 else None

    # ------------------------------------------------------------------------------------------ values

    def _set_anew(self, contest: Contest, place: int, choice: int) -> str:
        """Make the state show the chosen value, by the rules that hold now."""
        source = self._entries[choice].event
        if contest.key not in kept_values(source.payload):
            return ""  # what stood in the way of the other stays as it is
        if adds_up(source.payload):
            for other in sorted(contest.counted & contest.sources() - {choice}):
                self._state = taken_back(self._state, self._entries[other].event.payload)
                contest.counted.discard(other)
            if choice in contest.counted:
                return ""
            contest.counted.add(choice)
        else:
            shown = [each.source for each in contest.last if not self._codes[each.source]]
            if shown and shown[-1] == choice:
                return ""
        again = self._as_now(place, source, contest.key)
        code = self._fold(again)
        if not code:
            self._redone.setdefault(place, []).append(again)
        return code

    def _as_now(self, place: int, source: Event, key: str) -> Event:
        """On a file the officer's own act, with the officer's own right to it; elsewhere the supervisor's."""
        payload = only(source.payload, key)
        if isinstance(self._state, Case):
            return replace(source, payload=payload)
        word = self._entries[place].event
        return replace(word, kind=source.kind, version=source.version, payload=payload)

    # ------------------------------------------------------------------------------------------ decisions on a file

    def _decide_for(self, decisions: Decisions, place: int, choice: int) -> str:
        chosen = decisions.at(choice)
        assert chosen is not None
        decisions.say(place, chosen)
        self._look(decisions, place, place)
        if chosen not in decisions.path or not self._codes[chosen]:
            return ""
        code = self._codes[chosen]
        decisions.unsay(place, chosen)
        self._spoken.discard(place)
        self._look(decisions, place, place - 1)
        return code

    def _off_path(self, place: int) -> tuple[str, Clash | None] | None:
        """Code and conflict when the author relied on a decision that does not stand."""
        relied = self._relied.get(place, ())
        if self._decisions is None or all(each in self._decisions.path for each in relied):
            return None
        return self._decisions.why_not(relied)

    def _look(self, decisions: Decisions, cause: int, last: int) -> None:
        """Find anew which decisions stand after the entry at `cause`; fold again up to `last` if others do."""
        before = (decisions.path, decisions.rivals)
        decisions.look(cause)
        after = (decisions.path, decisions.rivals)
        if after == ((*before[0], cause), ()) and not before[1]:
            code = self._fold(self._entries[cause].event)
            if code:
                self._set_aside(cause, code, None)
        elif after != before or decisions.at(cause) == cause:
            self._fold_again(decisions, last)

    def _fold_again(self, decisions: Decisions, last: int) -> None:
        """From the start: what stands by a supervisor's word counts from there, as if it came then."""
        moved = decisions.moved()
        turns = []
        for place in range(last + 1):
            turn = moved.get(place, place)
            for each in self._relied.get(place, ()):
                turn = max(turn, moved.get(each, place))
            turns.append((turn, turn > place, place))
        self._state = self._rules.start
        self.steps.clear()
        for turn, late, place in sorted(turns):
            if place in self._barred:
                self._set_aside(place, self._codes[place], self._because[place])
            elif isinstance(self._entries[place].event.payload, Settled):
                self._say_again(place)
            else:
                self._repeat(decisions, place)
                if late and isinstance(self._state, Case):
                    since = max(self._state.stage_at, self._entries[turn].event.at)
                    self._state = replace(self._state, stage_at=since)

    def _say_again(self, place: int) -> None:
        if place not in self._spoken:
            return
        assert isinstance(self._state, Case)
        event = self._entries[place].event
        people = self._state.settlers
        self._state = replace(self._state, holder="", settlers=tuple(dict.fromkeys((*people, event.actor))))
        for again in self._redone.get(place, ()):
            self._fold(again)

    def _repeat(self, decisions: Decisions, place: int) -> None:
        event = self._entries[place].event
        if place in decisions.alike:
            self._set_aside(place, "already_decided", None)
            return
        off = self._off_path(place)
        if decisions.at(place) is not None:
            if place not in decisions.path:
                self._set_aside(place, *decisions.why_not(decisions.trail(place)))
                return
        elif off is not None and isinstance(event.payload, STEPS):
            self._set_aside(place, *off)
            return
        code = self._fold(event)
        if code:
            others = off[1] if off else next(reversed(decisions.clashes), None)
            self._set_aside(place, code, self._because[place] or others)
        else:
            self._codes[place] = ""
