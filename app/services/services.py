"""All services of one open branch, made once."""

from app.services.cases import Cases
from app.services.claims import Claims
from app.services.counters import Counters
from app.services.desk import Desk
from app.services.drafts import Drafts
from app.services.find import Finder
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
        self.sign_in = SignIn(office)
        self.desk = Desk(office)
        self.counters = Counters(office)
        self.cases = Cases(office)
        self.talks = Talks(office, self.cases)
        self.papers = Papers(office, self.cases)
        self.claims = Claims(office, self.cases)
        self.staff = Staff(office)
        self.drafts = Drafts(office)
        self.finder = Finder(office)
        self.summaries = Summaries(office)
        self.printing = Printing(office, self.desk)
        self.rule_bundles = RuleBundles(office)

    def close(self) -> None:
        """Let the printer finish, then close the file."""
        self.printing.close()
        self.office.close()
