"""What goes out of a case on paper or by WhatsApp: slip, receipt, the link for the video call."""

from collections.abc import Callable
from pathlib import Path

from app.ui.presenters.case import CasePresenter


class CasePapers:
    """Papers and links of the case that its presenter holds."""

    def __init__(self, presenter: CasePresenter) -> None:
        self._presenter = presenter
        self._services = presenter.services

    def print_missing(self) -> None:
        """The slip of what is missing, as a PDF."""
        case = self._presenter.case
        self._paper(lambda: self._services.papers.missing_slip_pdf(self._presenter.who, case))

    def print_receipt(self) -> None:
        """The receipt, as a PDF."""
        case = self._presenter.case
        self._paper(lambda: self._services.papers.receipt_pdf(case))

    def send_missing(self) -> None:
        """The slip as a wa.me text; that it was given is recorded."""
        case, services = self._presenter.case, self._services

        def work() -> str:
            link = services.papers.missing_link(self._presenter.who, case)
            services.cases.give_slip(self._presenter.who, case, "whatsapp")
            return link

        self._link(work)

    def send_receipt(self) -> None:
        """The receipt as a wa.me text."""
        case = self._presenter.case
        self._link(lambda: self._services.papers.receipt_link(case))

    def call_link(self) -> None:
        """A wa.me link for the video call."""
        case = self._presenter.case
        self._link(lambda: self._services.papers.interview_link(self._presenter.who, case))

    def attach(self, path: Path) -> None:
        """Keep a scan with the case."""
        case = self._presenter.case
        self._presenter.door.write(
            lambda: self._services.attachments.attach(self._presenter.who, case, path),
            lambda _: self._presenter.refresh(),
            self._presenter.screen.show_refused,
        )

    def _paper(self, work: Callable[[], Path]) -> None:
        def done(made: tuple[Path, bytes]) -> None:
            self._presenter.screen.show_paper(*made)
            self._presenter.refresh()

        def make() -> tuple[Path, bytes]:
            path = work()
            return path, path.read_bytes()

        self._presenter.door.write(make, done, self._presenter.screen.show_refused)

    def _link(self, work: Callable[[], str]) -> None:
        def done(link: str) -> None:
            self._presenter.screen.show_link(link)
            self._presenter.refresh()

        self._presenter.door.write(work, done, self._presenter.screen.show_refused)
