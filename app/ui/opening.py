"""Opening a branch for the window: whatever is raised on the way ends as a refusal that can be read and reported."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from app.config import DataFolder
from app.errors import Refused
from app.services.persons import FirstNames, first_names

if TYPE_CHECKING:  # the first window must not wait for the database's libraries
    from app.services.office import Ports
    from app.services.services import Services

log = logging.getLogger(__name__)

LOOK = "look"
"""Setting of this PC: scheme and size of text."""

UNMENDED_BY_RESTORE = frozenset({"file_newer", "already_running"})
"""Why a branch does not open that no backup helps against."""

_KEYRINGS = ("keyring", "secretstorage", "jeepney", "dbus", "win32ctypes", "pywintypes")
_DATABASES = ("sqlcipher3", "sqlite3", "sqlalchemy")


def as_refusal(error: BaseException) -> Refused:
    """What a person is told of anything that opening raised: which part of the computer failed, by what kind of fault."""
    if isinstance(error, Refused):
        return error
    library = type(error).__module__.partition(".")[0]
    fault = type(error).__name__
    if library in _KEYRINGS:
        refused = Refused("opening_keyring", fault=fault)
    elif library in _DATABASES:
        refused = Refused("opening_database", fault=fault)
    elif isinstance(error, OSError):
        refused = Refused("opening_disk", fault=error.strerror or fault)
    else:
        refused = Refused("opening_defect", fault=fault)
    refused.__cause__ = error  # what the report tells
    return refused


def look_first(folder: DataFolder, key_file: Path | None) -> FirstNames | None:
    """The names for the sign-in page; a failure is left to the full opening, which tells it."""
    try:
        return first_names(folder, key_file)
    except Exception:
        log.exception("the first look failed")
        return None


def open_services(folder: DataFolder, ports: "Ports", key_file: Path | None) -> "tuple[Services, str] | None":
    """The open branch and the look of this computer; None where there is no branch. Raises Refused, whatever failed."""
    try:
        return _open(folder, ports, key_file)
    except Refused:
        raise
    except Exception as error:
        raise as_refusal(error) from error


def _open(folder: DataFolder, ports: "Ports", key_file: Path | None) -> "tuple[Services, str] | None":
    from app.services.office import open_office
    from app.services.rule_bundles import install_shipped
    from app.services.services import Services

    if not folder.is_set_up():
        return None
    office = open_office(folder, ports, key_file)
    try:
        services = Services(office)
        try:
            services.drafts.drop_old()
        except Refused as refused:  # a full or damaged disk is told of where it matters
            log.warning("old drafts stay: %s", refused)
        install_shipped(office)
        office.rules()  # read here, so that no page has to on the window's thread
        return services, office.setting(LOOK)
    except BaseException:
        office.close()
        raise
