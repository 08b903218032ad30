"""The ticket printer of this PC: how it is reached, what it can do, and a test."""

from PySide6.QtWidgets import QComboBox, QWidget

from app.devices.connection import PrinterSetting
from app.devices.printer_profiles import PROFILES
from app.ui.presenters.manage import ManagePresenter
from app.ui.widgets import Button, Card, EmptyState, Field, Heading, PrimaryButton, SegmentedChoice, Tone
from app.ui.widgets.fields import keep_room

DEFAULT_PORT = 9100


class PrinterCard(Card):
    """Only the fields that the chosen way needs are shown."""

    def __init__(self, presenter: ManagePresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._presenter = presenter
        self._shown: PrinterSetting | None = None
        self.kind = SegmentedChoice(
            [
                ("none", self.tr("Tanpa"), "", Tone.NEUTRAL),
                ("network", self.tr("Jaringan"), "", Tone.GOOD),
                ("usb", "USB", "", Tone.GOOD),
                ("spooler", self.tr("Antrean cetak"), "", Tone.GOOD),
                ("file", self.tr("Berkas"), "", Tone.GOOD),
            ],
            name=self.tr("Sambungan printer"),
        )
        self.address = Field(self.tr("Alamat printer"), placeholder="192.168.1.50", longest=120)
        self.port = Field(self.tr("Port"), placeholder=str(DEFAULT_PORT), longest=5)
        self.path = Field(self.tr("Berkas perangkat"), placeholder="/dev/usb/lp0", longest=200)
        self.queue = Field(self.tr("Nama printer di sistem"), longest=120)
        self.vendor = Field(self.tr("USB: pembuat (heksadesimal)"), placeholder="04b8", longest=4)
        self.product = Field(self.tr("USB: produk (heksadesimal)"), placeholder="0e28", longest=4)
        self.profile = QComboBox()
        self.profile.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for each in PROFILES:
            self.profile.addItem(each.name, each.code)
        self.test = Button(self.tr("Uji cetak"), "printer", key="F3")
        self.keep = PrimaryButton(self.tr("Pakai printer ini"), "check", key="F2")
        self._lay_out()
        keep_room(self)
        self.kind.changed.connect(lambda _: self._show_fields())
        self.test.clicked.connect(self._test)
        self.keep.clicked.connect(self._keep)

    def _lay_out(self) -> None:
        self.body.addWidget(Heading(self.tr("Printer karcis")))
        self.body.addWidget(self.kind)
        for field in (self.address, self.port, self.path, self.queue, self.vendor, self.product):
            self.body.addWidget(field)
        self._profile_field = Field(self.tr("Jenis printer"), self.profile)
        self.body.addWidget(self._profile_field)
        self._none = EmptyState(
            "ticket",
            self.tr("Tanpa printer"),
            self.tr("Nomor ditampilkan besar di layar untuk disalin; karcis juga dapat dibuka sebagai PDF."),
        )
        self.body.addWidget(self._none, 1)
        self._room = QWidget()
        self.body.addWidget(self._room, 1)
        self.body.addWidget(self.test)
        self.body.addWidget(self.keep)

    def show_setting(self, setting: PrinterSetting) -> None:
        """Fill in what is kept, unless somebody is changing it."""
        if setting == self._shown:
            return
        self._shown = setting
        self.kind.set_value(setting.kind)
        self.address.set_text(setting.address if setting.kind == "network" else "")
        self.path.set_text(setting.address if setting.kind == "file" else "")
        self.port.set_text(str(setting.port))
        self.queue.set_text(setting.queue)
        self.vendor.set_text(f"{setting.vendor:04x}" if setting.vendor else "")
        self.product.set_text(f"{setting.product:04x}" if setting.product else "")
        self.profile.setCurrentIndex(max(0, self.profile.findData(setting.profile)))
        self._show_fields()

    def _show_fields(self) -> None:
        kind = self.kind.value()
        for field, needed in (
            (self.address, "network"),
            (self.port, "network"),
            (self.path, "file"),
            (self.queue, "spooler"),
            (self.vendor, "usb"),
            (self.product, "usb"),
        ):
            field.setVisible(kind == needed)
        self._profile_field.setVisible(kind != "none")
        self._none.setVisible(kind == "none")
        self._room.setVisible(kind != "none")
        self.set_busy(False)

    def set_busy(self, busy: bool) -> None:
        """While a test is printed it is not asked for again."""
        self.test.setEnabled(not busy and self.kind.value() != "none")
        self.keep.setEnabled(not busy)

    def _lacking(self) -> bool:
        """Whether a field that the chosen way needs is empty; it says so."""
        needed = {
            "network": (self.address,),
            "file": (self.path,),
            "spooler": (self.queue,),
            "usb": (self.vendor, self.product),
        }.get(self.kind.value(), ())
        for field in needed:
            field.set_finding("" if field.text() else self.tr("Belum diisi."))
        return any(not field.text() for field in needed)

    def _test(self) -> None:
        if not self._lacking():
            self.set_busy(True)
            self._presenter.try_printer(self.setting())

    def _keep(self) -> None:
        if not self._lacking():
            self.set_busy(True)
            self._presenter.keep_printer(self.setting())

    def setting(self) -> PrinterSetting:
        """What stands in the fields."""
        kind = self.kind.value()
        return PrinterSetting(
            kind=kind if kind in ("network", "usb", "spooler", "file") else "none",  # type: ignore[arg-type]  # checked
            address=self.address.text() if kind == "network" else self.path.text(),
            port=int(self.port.text()) if self.port.text().isdecimal() else DEFAULT_PORT,
            vendor=_hexadecimal(self.vendor.text()),
            product=_hexadecimal(self.product.text()),
            queue=self.queue.text(),
            profile=str(self.profile.currentData()),
        )


def _hexadecimal(typed: str) -> int:
    try:
        return int(typed, 16) if typed else 0
    except ValueError:
        return 0
