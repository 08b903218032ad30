"""Where a computer stands, as people of the branch call it."""

from PySide6.QtCore import QCoreApplication

PLACES = ("desk", "counter", "verifier", "finance", "supervisor", "display", "kiosk", "hub")
"""Places of DESIGN 1; a display or kiosk holds no payloads and never becomes the hub."""


def place_name(place: str) -> str:
    """The place in the language of the window; what is not known as it stands."""
    names = {
        "desk": QCoreApplication.translate("Places", "Meja keamanan"),
        "counter": QCoreApplication.translate("Places", "Loket"),
        "verifier": QCoreApplication.translate("Places", "Verifikator"),
        "finance": QCoreApplication.translate("Places", "Keuangan"),
        "supervisor": QCoreApplication.translate("Places", "Penyelia"),
        "display": QCoreApplication.translate("Places", "Layar ruang tunggu"),
        "kiosk": QCoreApplication.translate("Places", "Kios"),
        "hub": QCoreApplication.translate("Places", "Komputer utama saja"),
    }
    return names.get(place, place)
