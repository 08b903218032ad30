"""The roles as people of the branch call them (DOMAIN 10.1)."""

from PySide6.QtCore import QCoreApplication

from app.domain.rights import ROLES


def role_name(role: str) -> str:
    """The role in the language of the window."""
    names = {
        "security_desk": QCoreApplication.translate("Roles", "Petugas keamanan"),
        "cso": QCoreApplication.translate("Roles", "Customer Service Officer"),
        "verifier": QCoreApplication.translate("Roles", "Verifikator"),
        "finance_officer": QCoreApplication.translate("Roles", "Petugas keuangan"),
        "finance_supervisor": QCoreApplication.translate("Roles", "Kabid Keuangan"),
        "service_supervisor": QCoreApplication.translate("Roles", "Kabid Pelayanan"),
        "branch_head": QCoreApplication.translate("Roles", "Kepala Kantor Cabang"),
        "it_officer": QCoreApplication.translate("Roles", "Petugas TI"),
        "auditor": QCoreApplication.translate("Roles", "Pengawas internal"),
    }
    return names[role]


def role_names(roles: tuple[str, ...]) -> str:
    """Several roles in one line, in their own order."""
    return ", ".join(role_name(role) for role in ROLES if role in roles)
