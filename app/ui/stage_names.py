"""The stages of a claim and the states of a ticket as people of the branch call them."""

from PySide6.QtCore import QCoreApplication


def stage_name(stage: str) -> str:
    """A stage of `app.domain.claims` in the language of the window."""
    names = {
        "draft": QCoreApplication.translate("Stages", "Di CSO"),
        "submitted": QCoreApplication.translate("Stages", "Diverifikasi"),
        "returned": QCoreApplication.translate("Stages", "Dikembalikan"),
        "verified": QCoreApplication.translate("Stages", "Sesuai"),
        "ordered": QCoreApplication.translate("Stages", "Voucher"),
        "approved": QCoreApplication.translate("Stages", "Disetujui"),
        "paid": QCoreApplication.translate("Stages", "Dibayar"),
        "payment_returned": QCoreApplication.translate("Stages", "Retur bank"),
        "rejected": QCoreApplication.translate("Stages", "Ditolak"),
        "closed": QCoreApplication.translate("Stages", "Ditutup"),
        "disputed": QCoreApplication.translate("Stages", "Dua keputusan"),
    }
    return names[stage]


def state_name(state: str) -> str:
    """A state of `app.domain.tickets` in the language of the window."""
    names = {
        "waiting": QCoreApplication.translate("States", "Menunggu"),
        "called": QCoreApplication.translate("States", "Dipanggil"),
        "serving": QCoreApplication.translate("States", "Dilayani"),
        "parked": QCoreApplication.translate("States", "Ditunda"),
        "no_show": QCoreApplication.translate("States", "Tidak hadir"),
        "ended": QCoreApplication.translate("States", "Selesai"),
    }
    return names[state]
