"""All services of one open branch, made once."""

from app.services.attachments import Attachments
from app.services.bookings import Bookings
from app.services.cases import Cases
from app.services.claims import Claims
from app.services.conflicts import Conflicts
from app.services.counters import Counters
from app.services.desk import Desk
from app.services.drafts import Drafts
from app.services.find import Finder
from app.services.known_person import KnownPersons
from app.services.network import Network
from app.services.office import Office
from app.services.papers import Papers
from app.services.printing import Printing
from app.services.rule_bundles import RuleBundles
from app.services.sign_in import SignIn
from app.services.staff import Staff
from app.services.summary import Summaries
from app.services.talks import Talks


class Services:
    """What the pages are given: one attribute for each job."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.sign_in: SignIn = SignIn(office)
        self.desk: Desk = Desk(office)
        self.bookings: Bookings = Bookings(office, self.desk)
        self.counters: Counters = Counters(office)
        self.cases: Cases = Cases(office)
        self.known: KnownPersons = KnownPersons(office)
        self.talks: Talks = Talks(office, self.cases)
        self.papers: Papers = Papers(office, self.cases)
        self.claims: Claims = Claims(office, self.cases)
        self.staff: Staff = Staff(office)
        self.drafts: Drafts = Drafts(office)
        self.finder: Finder = Finder(office)
        self.summaries: Summaries = Summaries(office)
        self.printing: Printing = Printing(office, self.desk)
        self.rule_bundles: RuleBundles = RuleBundles(office)
        self.network: Network = Network(self)
        self.attachments: Attachments = Attachments(office, self.network)
        self.conflicts: Conflicts = Conflicts(office)

    def close(self) -> None:
        """Talk to nobody more, let the printer finish, then close the file."""
        self.attachments.close()
        self.network.stop()
        self.printing.close()
        self.office.close()
