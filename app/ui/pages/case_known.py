"""What the form says of a person who is known: the words of an offer and of its button."""

from PySide6.QtCore import QCoreApplication

from app.domain.calendar import day_of, format_day
from app.domain.identity import show_phone
from app.services.known_person import Offer
from app.ui.pages.case_words import masked
from app.ui.presenters.case import CaseLook

Words = tuple[str, str]
"""What is said, and what the button beside it says; both "" for nothing."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Case", text)


def offer_words(offer: Offer, look: CaseLook) -> Words:
    """That the person is known, without anything that stands in the earlier file; else what the NIK says."""
    if offer.earlier:
        action = _tr("Ambil data dari berkas {service} {day}").format(
            service=look.rules.service(offer.service).name.id.removeprefix("Klaim "),
            day=format_day(day_of(offer.opened_at, look.zone)),
        )
        return _tr("NIK ini sudah dikenal."), action
    sexes = {"male": _tr("laki-laki"), "female": _tr("perempuan")}
    born = offer.from_nik.get("birth_date", "")
    said = [format_day(born)] if born else []
    said += [sexes[offer.from_nik["sex"]]] if "sex" in offer.from_nik else []
    return "", _tr("Isi menurut NIK: {what}").format(what=", ".join(said))


def phone_words(phone: str) -> Words:
    """The number of before, to be asked about."""
    return _known(masked(show_phone(phone))) if phone else ("", "")


def account_words(known: dict[str, str]) -> Words:
    """The account of before, to be asked about."""
    account = known.get("bank_account", "")
    if not account:
        return "", ""
    return _known(" ".join(part for part in (known.get("bank_name", ""), masked(account)) if part))


def _known(number: str) -> Words:
    return _tr("Tanyakan: masih dipakai?"), _tr("Pakai yang dahulu: {number}").format(number=number)
