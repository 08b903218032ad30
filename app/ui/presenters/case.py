"""The case workspace without its widgets: what is shown, what was typed, and what may follow."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from app.domain.bundle import RuleBundle
from app.domain.case_form import AS_PRINTED, FIELDS
from app.domain.claims import Case
from app.errors import Refused
from app.services.attachments import Placed
from app.services.case_history import HistoryLine
from app.services.case_view import CaseView
from app.services.drafts import Draft
from app.services.services import Services
from app.services.talks import TalkView
from app.ui.door import Door

FORM = "case"
"""Name of the form whose drafts these are; the record is the case."""

FACT, MARK, ASK, TALK, AMEND, RUNNING = "fact:", "mark:", "ask:", "talk", "amend", "running"
"""Draft fields beside those of the form: answers, notes of papers and questions, the talk, and its running attempt."""


class CaseLook(msgspec.Struct, frozen=True, kw_only=True):
    """All that the workspace shows, read at one go."""

    view: CaseView
    talk: TalkView
    rules: RuleBundle
    drafts: dict[str, Draft]
    history: tuple[HistoryLine, ...]
    now: int
    attachments: tuple[Placed, ...] = ()
    has_head_office: bool = False
    asked: dict[str, str] = {}
    """What an earlier file says and the person is to be asked about: phone and account."""
    zone: str = ""

    @property
    def case(self) -> Case:
        return self.view.case

    def value(self, field: str) -> str:
        """What is kept in one field of the form."""
        return self.case.fields.get(field, "")

    def draft(self, field: str) -> str | None:
        """What was typed and not yet taken, or None."""
        found = self.drafts.get(field)
        return None if found is None else found.text

    def shown(self, field: str) -> str:
        """The draft of a field of the form, else what is kept."""
        draft = self.draft(field)
        return self.value(field) if draft is None else draft


class CaseScreen(Protocol):
    """What the presenter asks of the widgets."""

    def show_look(self, look: CaseLook | None) -> None:
        """Show this case, or that none is open."""

    def show_draft_kept(self, at: int) -> None:
        """Say when the drafts were kept."""

    def show_field_refused(self, field: str, refused: Refused) -> None:
        """Say under a field why it was not taken; what was typed stays."""

    def show_refused(self, refused: Refused) -> None:
        """Say what the world refused."""

    def show_submitted(self, case: Case) -> None:
        """The file went to the verifier."""

    def show_paper(self, path: Path, pdf: bytes) -> None:
        """Open a PDF and say where it lies."""

    def show_link(self, link: str) -> None:
        """Offer a wa.me link."""

    def show_written(self) -> None:
        """Something of the case was changed here: others may want to read anew."""


class CasePresenter:
    """Holds one case; every change goes through the door and is followed by a new look."""

    def __init__(self, services: Services, who: str, door: Door, screen: CaseScreen) -> None:
        self.services = services
        self.who = who
        self.door = door
        self.screen = screen
        self.case = ""
        self.look: CaseLook | None = None
        self._typed: dict[str, str] = {}
        self._submitting = False
        self._read: set[tuple[str, str]] = set()
        self._asked = 0
        self._known: dict[str, dict[str, str]] = {}
        """Case to what was found in an earlier one, since the key was pressed."""
        self._writing: set[object] = set()

    # ------------------------------------------------------------------------------------------ showing

    def show(self, case: str | None) -> None:
        """Open a case, or none."""
        if (case or "") == self.case:
            self.refresh()
            return
        self.keep_drafts()
        self.case = case or ""
        self.look = None
        self._submitting = False
        if not self.case:
            self.screen.show_look(None)
        self.refresh()

    def refresh(self) -> None:
        """Read anew; an answer that is older than what was written here since is not shown."""
        if not self.case:
            return
        self._asked += 1
        asked, case = self._asked, self.case

        def show(look: CaseLook) -> None:
            if case == self.case and asked == self._asked and not self._writing:
                self.look = look
                self.screen.show_look(look)

        self.door.read(lambda: self._look(case), show)

    def _look(self, case: str) -> CaseLook:
        services = self.services
        view = services.cases.view(self.who, case)
        return CaseLook(
            view=view,
            talk=services.talks.view(self.who, case),
            rules=services.office.rules_of(view.rules_version),
            drafts=services.drafts.of(self.who, FORM, case),
            history=services.cases.history(case),
            now=services.office.now(),
            attachments=services.attachments.places(case),
            has_head_office=bool(services.office.setting("head_office")),
            asked=self._known.get(case, {}),
            zone=services.office.branch().zone,
        )

    # ------------------------------------------------------------------------------------------ typing

    def typed(self, field: str, text: str) -> None:
        """Remember what is being typed, until `keep_drafts` or until it is taken."""
        if self.case:
            self._typed[field] = text

    @property
    def has_typing(self) -> bool:
        """Whether something was typed that is not yet kept."""
        return bool(self._typed)

    def keep_drafts(self) -> None:
        """Keep what was typed since the last time on this computer."""
        if not self._typed or not self.case:
            return
        texts, case = self._typed, self.case
        self._typed = {}
        drafts = self.services.drafts
        self.door.write(lambda: drafts.keep(self.who, FORM, case, texts), self.screen.show_draft_kept)

    def take(
        self, field: str, text: str, work: Callable[[str], object], failed: Callable[[Refused], None] | None
    ) -> None:
        """Write a typed text as an event; its draft goes with it, and stays when it is refused."""
        case, drafts = self.case, self.services.drafts
        self._typed.pop(field, None)

        def write() -> None:
            try:
                work(case)
            except BaseException:
                drafts.keep(self.who, FORM, case, {field: text})
                raise
            drafts.drop(self.who, FORM, case, (field,))

        self.write(write, failed)

    def write(self, work: Callable[[], object], failed: Callable[[Refused], None] | None = None) -> None:
        """Write and read anew, also after a refusal."""
        token = object()
        self._writing.add(token)

        def guarded() -> object:
            try:
                return work()
            except Refused:
                raise
            except BaseException:
                self._writing.discard(token)  # a defect calls nobody back
                raise

        def done(_: object) -> None:
            self._writing.discard(token)
            self.screen.show_draft_kept(self.services.office.now())
            self.screen.show_written()
            self.refresh()

        def explain(refused: Refused) -> None:
            self._writing.discard(token)
            (failed or self.screen.show_refused)(refused)
            self.refresh()

        self.door.write(guarded, done, explain)

    def note(self, field: str, text: str) -> None:
        """Take one field of the form; unchanged text does nothing."""
        assert field in FIELDS
        look = self.look
        if not self.may_write() or look is None:
            return
        if text == look.value(field) and look.draft(field) is None:
            self.forget(field)
            return

        note = self.services.cases.note
        self.take(field, text, lambda case: note(self.who, case, field, text), self._under(field))

    def confirm(self, field: str, number: str) -> None:
        """The number stands so on the paper, though it cannot be right; "" takes that back."""
        if self.may_write():
            case, cases = self.case, self.services.cases
            self.write(lambda: cases.note(self.who, case, AS_PRINTED[field], number))

    def take_known(self) -> None:
        """Fill in what is known of the person; what has to be asked about is shown from then on."""
        look = self.look
        if look is None or look.view.offer is None or not self.may_write():
            return
        case, known, who = self.case, self.services.known, self.who

        def work() -> None:
            self._known[case] = known.take_over(who, case)

        self.write(work)

    def _under(self, field: str) -> Callable[[Refused], None]:
        """Says a refusal under its field, while the case it was typed in is still shown; its draft is kept anyway."""
        case = self.case

        def explain(refused: Refused) -> None:
            if case == self.case:
                self.screen.show_field_refused(field, refused)

        return explain

    def forget(self, field: str) -> None:
        """What was typed was taken back before it was kept, or its draft is no longer wanted."""
        if self._typed.pop(field, None) is not None:
            case, drafts = self.case, self.services.drafts
            self.door.write(lambda: drafts.drop(self.who, FORM, case, (field,)), lambda _: None)

    def may_write(self) -> bool:
        """Whether the case shown is with this officer."""
        return self.look is not None and self.look.view.editable

    # ------------------------------------------------------------------------------------------ papers

    def choose_reason(self, reason: str) -> None:
        """What is claimed."""
        case = self.case
        self.write(lambda: self.services.cases.choose_reason(self.who, case, reason))

    def answer_fact(self, fact: str, text: str) -> None:
        """Take the answer to a question."""
        look, field = self.look, FACT + fact
        if look is None or not self.may_write():
            return
        if text == look.case.facts.get(fact, "") and look.draft(field) is None:
            self.forget(field)
            return

        answer = self.services.cases.answer_fact
        self.take(field, text, lambda case: answer(self.who, case, fact, text), self._under(field))

    # ------------------------------------------------------------------------------------------ ends

    def submit(self) -> None:
        """Hand the file to the verifier; a second press while it goes does nothing."""
        if self._submitting or not self.may_write():
            return
        self._submitting = True
        case = self.case

        def work() -> Case:
            try:
                return self.services.cases.submit(self.who, case)
            finally:
                self._submitting = False

        def done(state: Case) -> None:
            self.screen.show_written()
            self.screen.show_submitted(state)
            self.refresh()

        def failed(refused: Refused) -> None:
            self.screen.show_refused(refused)
            self.refresh()

        self.door.write(work, done, failed)

    def read(self, field: str, purpose: str, *, once: bool = False) -> None:
        """Record that a masked field was uncovered; `once`: only the first time while this page lives."""
        case = self.case
        if once and (case, field) in self._read:
            return
        self._read.add((case, field))
        self.door.write(lambda: self.services.cases.read(self.who, case, field, purpose), lambda _: None)
