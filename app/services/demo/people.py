"""Who works in the demo branch, and the made-up members who come to it."""

from datetime import date, timedelta
from random import Random

import msgspec

from app.services.setup import NewPerson


def _person(name: str, title: str, role: str, secret: str) -> NewPerson:
    return NewPerson(name=name, title=title, roles=(role,), secret=secret)


DESK = "Petugas Keamanan 1"
OFFICERS = ("Petugas CSO 1", "Petugas CSO 2", "Petugas CSO 3", "Petugas CSO 4", "Petugas CSO 5")
VERIFIERS = ("Verifikator 1", "Verifikator 2")
CASHIERS = ("Petugas Keuangan 1", "Petugas Keuangan 2")
FINANCE_HEAD = "Kabid Keuangan"
SERVICE_HEAD = "Kabid Pelayanan"
BRANCH_HEAD = "Kepala Kantor Cabang"

DEMO_PEOPLE = (
    _person(SERVICE_HEAD, "Kepala Bidang Pelayanan", "service_supervisor", "284917"),
    _person(BRANCH_HEAD, "Kepala Kantor Cabang", "branch_head", "397164"),
    _person(DESK, "Satuan pengamanan", "security_desk", "416385"),
    _person(OFFICERS[0], "Customer Service Officer", "cso", "527491"),
    _person(OFFICERS[1], "Customer Service Officer", "cso", "538264"),
    _person(OFFICERS[2], "Customer Service Officer", "cso", "549173"),
    _person(OFFICERS[3], "Customer Service Officer", "cso", "561827"),
    _person(OFFICERS[4], "Customer Service Officer", "cso", "572936"),
    _person(VERIFIERS[0], "Penata Madya Pelayanan", "verifier", "635281"),
    _person(VERIFIERS[1], "Penata Madya Pelayanan", "verifier", "647392"),
    _person(CASHIERS[0], "Penata Madya Keuangan", "finance_officer", "738415"),
    _person(CASHIERS[1], "Penata Madya Keuangan", "finance_officer", "749526"),
    _person(FINANCE_HEAD, "Kepala Bidang Keuangan", "finance_supervisor", "853172"),
    _person("Petugas TI", "Penata Muda TI", "it_officer", "916428"),
    _person("Pengawas Internal", "Satuan Pengawas Internal", "auditor", "927531"),
)
"""One person per role at least; the first is a supervisor, as `Setup.create` wants it. Their PINs are shown to all."""

SECRETS = {each.name: each.secret for each in DEMO_PEOPLE}

_BANKS = ("BNI", "BRI", "Mandiri", "BTN", "BCA", "BSI")
_EMPLOYERS = (
    "PT Contoh Sejahtera",
    "PT Contoh Makmur",
    "CV Contoh Jaya",
    "PT Contoh Niaga",
    "UD Contoh Baru",
)
_OLD_DAY = timedelta(days=365)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who does not exist: "Peserta Contoh Q" of the fictive region 99."""

    name: str
    nik: str
    sex: str
    birth_date: str
    member_no: str
    phone: str
    employer: str
    bank_name: str
    bank_account: str

    @property
    def last4(self) -> str:
        """The last four digits of the NIK."""
        return self.nik[-4:]


class Members:
    """Makes members, each with a running number."""

    def __init__(self) -> None:
        self._count = 0

    def new(self, random: Random, today: str, *, old: bool = False) -> Member:
        """The next member; `old`: of retirement age."""
        self._count += 1
        years = random.randint(56, 70) if old else random.randint(21, 55)
        born = date.fromisoformat(today) - years * _OLD_DAY - timedelta(days=random.randint(30, 360))
        female = random.random() < 0.45
        day = born.day + (40 if female else 0)
        district = random.randint(1, 20)
        return Member(
            name=f"Peserta Contoh {_letters(self._count)}",
            nik=f"9901{district:02}{day:02}{born:%m%y}{random.randint(1, 120):04}",
            sex="female" if female else "male",
            birth_date=born.isoformat(),
            member_no=f"{random.randint(9, 24):02}{self._count:06}{random.randint(0, 999):03}",
            phone=f"0812{random.randint(10_000_000, 99_999_999)}",
            employer=random.choice(_EMPLOYERS),
            bank_name=random.choice(_BANKS),
            bank_account=str(random.randint(1_000_000_000, 9_999_999_999)),
        )


def _letters(number: int) -> str:
    """1, 2 … 26, 27 … as A, B … Z, AA …: no name has digits."""
    found = ""
    while number:
        number, place = divmod(number - 1, 26)
        found = chr(ord("A") + place) + found
    return found
