"""The papers of the case that its presenter holds: what was seen of each, one by one or all at once."""

from app.domain.case_events import DocumentMarked
from app.errors import Refused
from app.services.case_view import papers_to_fit
from app.ui.presenters.case import MARK, CaseLook, CasePresenter


class CaseMarks:
    """Marks papers; two quick keys build on each other before the first was read back."""

    def __init__(self, presenter: CasePresenter) -> None:
        self._presenter = presenter
        self._ahead: dict[str, DocumentMarked] = {}
        self._seen: CaseLook | None = None
        """What was read last when the marks ahead were set; with the next look they stand in it."""

    def marked(self, document: str) -> DocumentMarked:
        """The mark a document has now."""
        look = self._presenter.look
        if look is not self._seen:
            self._ahead.clear()
        known = look.case.marks.get(document) if look else None
        return self._ahead.get(document) or known or DocumentMarked(document=document, result="")

    def mark(self, document: str, result: str) -> None:
        """Tick a document; an empty result takes the mark back."""
        before = self.marked(document)
        if before.result != result:
            self._mark(
                document,
                result,
                original_shown=before.original_shown,
                copy_kept=before.copy_kept,
                note=before.note,
            )

    def toggle_original(self, document: str) -> None:
        """The original was shown, or not after all."""
        before = self.marked(document)
        self._mark(
            document,
            before.result or "fits",
            original_shown=not before.original_shown,
            copy_kept=before.copy_kept,
            note=before.note,
        )

    def toggle_copy(self, document: str) -> None:
        """Next kind of copy: none, paper, electronic."""
        before, look = self.marked(document), self._presenter.look
        kinds = [each.code for each in look.rules.copy_kinds] if look else ["none"]
        here = kinds.index(before.copy_kept) if before.copy_kept in kinds else 0
        self._mark(
            document,
            before.result or "fits",
            original_shown=before.original_shown,
            copy_kept=kinds[(here + 1) % len(kinds)],
            note=before.note,
        )

    def to_fit(self) -> tuple[str, ...]:
        """The papers that *all fit* would mark now."""
        look = self._presenter.look
        return papers_to_fit(look.view) if look and self._presenter.may_write() else ()

    def fit_all(self) -> None:
        """Every paper that is asked for and has no mark yet fits; no original and no copy is marked by it."""
        if self.to_fit():
            case, who, cases = self._presenter.case, self._presenter.who, self._presenter.services.cases
            self._presenter.write(lambda: cases.mark_fitting(who, case))

    def note_document(self, document: str, text: str) -> None:
        """A remark to a document that has been looked at."""
        presenter, before, field = self._presenter, self.marked(document), MARK + document
        if not before.result:
            presenter.screen.show_field_refused(field, Refused("mark_before_note"))
            return
        if text == before.note and presenter.look is not None and presenter.look.draft(field) is None:
            presenter.forget(field)
            return

        def work(case: str) -> object:
            return presenter.services.cases.mark(
                presenter.who,
                case,
                document,
                before.result,
                original_shown=before.original_shown,
                copy_kept=before.copy_kept,
                note=text,
            )

        presenter.take(field, text, work, None)

    def _mark(self, document: str, result: str, *, original_shown: bool, copy_kept: str, note: str) -> None:
        presenter = self._presenter
        if not presenter.may_write():
            return
        case, who, cases = presenter.case, presenter.who, presenter.services.cases
        self._seen = presenter.look
        self._ahead[document] = DocumentMarked(
            document=document, result=result, original_shown=original_shown, copy_kept=copy_kept, note=note
        )

        def work() -> object:
            return cases.mark(
                who,
                case,
                document,
                result,
                original_shown=original_shown,
                copy_kept=copy_kept,
                note=note,
            )

        presenter.write(work, self._refused)

    def _refused(self, refused: Refused) -> None:
        self._ahead.clear()
        self._presenter.screen.show_refused(refused)
