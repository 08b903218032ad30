"""The computers of the branch: the list, inviting and revoking, who gives the numbers, head office, and the stick."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.calendar import day_of, format_day, format_number, format_time
from app.errors import Refused
from app.services.hub_papers import Invited
from app.services.network_pointing import Pointed
from app.services.network_views import Computer
from app.ui import theme
from app.ui.context import Context
from app.ui.network_words import CODE_EXAMPLE
from app.ui.pages.ask import Asking
from app.ui.pages.computers_dialogs import AskLines
from app.ui.pages.computers_invite import InviteCard
from app.ui.place_names import place_name
from app.ui.presenters.computers import ComputersPresenter, Facts
from app.ui.theme import Tone
from app.ui.widgets import Button, Card, Column, DataTable, Label, Muted, TableModel
from app.ui.widgets.tips import set_tip

SIDE_EM = 25


class ComputersSection(QWidget):
    """One half of the manage page; `page` is what its dialogs stand on."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._facts: Facts | None = None
        self._silent = ""
        """The address that was typed, while nobody has answered there yet."""
        self.presenter = ComputersPresenter(
            context.services, context.background.door(self), self, context.who
        )
        self._asking = Asking(context, self)
        self.table = DataTable(
            TableModel(self._columns(), lambda row: row.station), name=self.tr("Komputer cabang")
        )
        self.table.set_empty_text(self.tr("Belum ada komputer"))
        self.invite = InviteCard(context.services.office.now)
        self.revoke = Button(self.tr("Cabut…"), "ban", key="Del", danger=True)
        self.hub = _listed(self.tr("Ketik alamat komputer utama…"), "network", "F4")
        self.home = _listed(self.tr("Jadikan pemberi nomor"), "ticket", "Ctrl+F6")
        self.head_office = _listed(self.tr("Hubungkan ke kantor pusat…"), "landmark", "F7")
        self.export = _listed(self.tr("Simpan catatan ke USB…"), "usb", "F8")
        self.bring_in = _listed(self.tr("Ambil catatan dari USB…"), "folder-open", "F9")
        self._hub_words = Label("", wrap=True)
        self._home_words, self._office_words = Label("", wrap=True), Label("", wrap=True)
        self._why_not = Muted("", small=True, wrap=True)
        self._lay_out()
        self._connect()

    def _columns(self) -> tuple[Column[Computer], ...]:
        return (
            Column[Computer](title=self.tr("No."), text=lambda row: str(row.number), width=3.5, strong=True),
            Column[Computer](title=self.tr("Nama"), text=_named, width=11, strong=True, tip=_named),
            Column[Computer](title=self.tr("Tempat"), text=lambda row: place_name(row.place) or "–"),
            Column[Computer](
                title=self.tr("Keadaan"),
                text=lambda row: self._state(row)[0],
                tone=lambda row: self._state(row)[1],
                width=9.5,
            ),
            Column[Computer](title=self.tr("Tersambung"), text=self._heard, width=7, right=True),
        )

    def _state(self, row: Computer) -> tuple[str, Tone | None]:
        if row.revoked:
            return self.tr("dicabut"), Tone.BAD
        if row.here:
            return (self.tr("ini · utama") if row.is_hub else self.tr("komputer ini")), Tone.GOOD
        if row.is_hub:
            return self.tr("utama"), Tone.GOOD
        return ("" if row.full else self.tr("tampilan saja")), None

    def _heard(self, row: Computer) -> str:
        if row.here:
            return self.tr("sekarang")
        if row.last_heard is None:  # a station keeps no times; that the hub is there it knows
            reached = self._facts is not None and not {"lan", "hub"} & set(self._facts.link.cut)
            return self.tr("sekarang") if row.is_hub and reached else "–"
        zone = self._context.zone
        today = self._facts is not None and day_of(self._facts.now, zone) == day_of(row.last_heard, zone)
        return format_time(row.last_heard, zone) if today else format_day(day_of(row.last_heard, zone))

    def _lay_out(self) -> None:
        left = Card(self.tr("Komputer cabang"))
        left.body.addWidget(self.table, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.space(2))
        buttons.addWidget(self.revoke)
        buttons.addWidget(self._why_not, 1)
        left.body.addLayout(buttons)
        links = _filled(
            Card(self.tr("Komputer utama, nomor dan kantor pusat")),
            self._hub_words,
            self.hub,
            self._home_words,
            self.home,
            self._office_words,
            self.head_office,
        )
        stick = _filled(Card(self.tr("Tanpa jaringan: USB")), self.export, self.bring_in)
        set_tip(stick, self.tr("Catatan dibawa dengan USB, terenkripsi dan bertanda tangan."))
        side = QVBoxLayout()
        side.setSpacing(theme.space(2))
        for card in (self.invite, links, stick):
            card.body.setContentsMargins(*[theme.space(3)] * 4)
            card.body.setSpacing(theme.space(1.5))
            card.setFixedWidth(theme.em(None, SIDE_EM))
            side.addWidget(card)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.space(3), 0, 0)
        row.setSpacing(theme.space(4))
        row.addWidget(left, 1)
        row.addLayout(side)
        self.setFocusProxy(self.table)

    def _connect(self) -> None:
        self.table.chosen.connect(lambda _: self._mark_chosen())
        self.invite.wanted.connect(self.presenter.invite)
        self.revoke.clicked.connect(self._ask_revoke)
        self.hub.clicked.connect(self._ask_hub)
        self.home.clicked.connect(self._ask_home)
        self.head_office.clicked.connect(self._ask_head_office)
        self.export.clicked.connect(self._choose_export)
        self.bring_in.clicked.connect(self._choose_import)
        self._context.watch.changed.connect(self._heard_of)
        self._mark_chosen()

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read anew."""
        self.presenter.load()

    def _heard_of(self) -> None:
        if self.isVisible():
            self.presenter.load()

    def show_facts(self, facts: Facts) -> None:
        """Every computer, and how this one stands."""
        former, self._facts = self._facts, facts
        self.table.set_rows(facts.computers)
        if self.table.current() is None and facts.computers:
            self.table.choose_line(0)
        if former is not None and self.invite.is_open:
            self._welcome(former, facts)
        self._hub_words.setText(self._hub_state(facts))
        self.invite.show_address(facts.address if facts.link.role != "station" else "")
        self._home_words.setText(
            self._waiting_words(facts.waits_for)
            if facts.waits_for
            else self.tr("Komputer ini memberi nomor biasa (A-001).")
            if facts.is_home
            else self.tr("Nomor biasa bukan dari komputer ini.")
        )
        self._office_words.setText(self._office_state(facts))
        self.head_office.setText(
            self.tr("Daftar lagi ke kantor pusat…")
            if facts.link.has_head_office
            else self.tr("Hubungkan ke kantor pusat…")
        )
        self._mark_chosen()

    def _waiting_words(self, former: str) -> str:
        return self.tr(
            "Nomor masih bertanda sampai {name} terhubung dan berhenti memberi nomor biasa. Bila {name} rusak, keluarkan dari cabang."
        ).format(name=former)

    def _office_state(self, facts: Facts) -> str:
        """A hub that was restored on another computer signs anew, and head office refuses it until it is enrolled."""
        link = facts.link
        if not link.has_head_office:
            return self.tr("Belum dihubungkan ke kantor pusat.")
        if "refused" in link.cut:
            return self.tr("Kantor pusat menolak; sesudah pemulihan di komputer lain, daftar lagi.")
        if "internet" in link.cut:
            return self.tr("Internet putus; kantor pusat dihubungi lagi begitu tersambung.")
        if "head_office" in link.cut:
            return self.tr("Kantor pusat tidak menjawab; terus dicoba.")
        return self.tr("Terhubung ke kantor pusat.")

    def _hub_state(self, facts: Facts) -> str:
        link, silent = facts.link, self._silent
        if "hub" not in link.cut:
            self._silent = ""
            hub = next((_named(each) for each in facts.computers if each.is_hub), link.hub_name)
            return self.tr("Komputer utama: {name}.").format(name=hub or "–")
        if silent:
            return self.tr("Komputer utama belum menjawab di {address}; alamat itu terus dicoba.").format(
                address=silent
            )
        return self.tr("Komputer utama tidak menjawab.")

    def _welcome(self, former: Facts, facts: Facts) -> None:
        known = {each.station for each in former.computers}
        new = [each for each in facts.computers if each.station not in known]
        if new:
            self.invite.forget()
            self._context.notify.toast(
                self.tr("{name} bergabung sebagai komputer nomor {number}.").format(
                    name=_named(new[0]), number=new[0].number
                )
            )

    def _mark_chosen(self) -> None:
        facts, chosen = self._facts, self._chosen()
        may = self._context.may
        is_hub = facts is not None and facts.link.role in ("alone", "hub")
        self.revoke.setEnabled(
            may("station.manage") and chosen is not None and not chosen.here and not chosen.revoked
        )
        self.invite.button.setEnabled(may("station.manage") and is_hub)
        self.hub.setVisible(facts is not None and not is_hub)
        self._hub_words.setVisible(facts is not None and not is_hub)
        self.hub.setEnabled(may("station.manage"))
        self.home.setVisible(facts is not None and not facts.is_home)
        self.home.setEnabled(may("branch.manage"))
        self.head_office.setVisible(
            facts is not None and (not facts.link.has_head_office or (is_hub and "refused" in facts.link.cut))
        )
        self.head_office.setEnabled(may("station.manage") and is_hub)
        for button in (self.export, self.bring_in):
            button.setEnabled(may("station.manage"))
        self._why_not.setText(self._why(chosen, is_hub=is_hub))

    def _why(self, chosen: Computer | None, *, is_hub: bool) -> str:
        if not self._context.may("station.manage"):
            return self.tr("Komputer diatur oleh penyelia atau petugas TI.")
        if chosen is not None and chosen.here:
            return self.tr("Komputer ini tidak dapat mencabut dirinya sendiri.")
        if chosen is not None and chosen.revoked:
            return self.tr("Sudah dicabut.")
        return "" if is_hub else self.tr("Komputer baru diundang dari komputer utama.")

    def show_invitation(self, invited: Invited) -> None:
        """A code to be read out."""
        self.invite.show_invitation(invited)
        self.presenter.load()

    def show_pointed(self, pointed: Pointed) -> None:
        """Whether the hub answered at the address that was typed."""
        self._asking.finish()
        self._silent = "" if pointed.answered else pointed.address
        words = self.tr("Komputer utama belum menjawab di {address}; alamat itu disimpan dan terus dicoba.")
        if pointed.answered:
            words = self.tr("Komputer utama {name} menjawab di {address}.")
        tone = Tone.GOOD if pointed.answered else Tone.WARN
        self._context.notify.toast(words.format(name=pointed.hub_name, address=pointed.address), tone)

    def said(self, what: str, detail: str = "") -> None:
        """Something was done."""
        count = format_number(int(detail)) if detail else ""
        words = {
            "revoked": self.tr("Komputer dicabut dari cabang."),
            "home": self.tr(
                "Komputer ini memberi nomor biasa setelah komputer lama berhenti; cocokkan dengan karcis terakhir."
            ),
            "head_office": self.tr("Cabang terhubung ke kantor pusat."),
            "exported": self.tr("{count} catatan disimpan ke USB.").format(count=count),
            "imported": self.tr("{count} catatan baru diambil dari USB.").format(count=count),
        }
        self._asking.finish()
        self._context.notify.toast(words[what])

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        self._asking.refuse(refused)

    # ------------------------------------------------------------------------------------------ actions

    def _chosen(self) -> Computer | None:
        row = self.table.current()
        return row if isinstance(row, Computer) else None

    def _ask_revoke(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        self._asking.open(
            AskLines(
                self.window(),
                self.tr("Cabut {name}?").format(name=_named(chosen)),
                self.tr(
                    "Komputer itu tidak menerima data lagi, dan yang dikirimnya disimpan terpisah. "
                    "Yang sudah diterima cabang tetap ada."
                ),
                self.tr("Cabut"),
                [(self.tr("Alasan"), self.tr("mis. rusak, hilang, diganti"))],
                lambda reason: self.presenter.revoke(chosen.station, reason),
                danger=True,
            )
        )

    def _ask_hub(self) -> None:
        self._asking.open(
            AskLines(
                self.window(),
                self.tr("Alamat komputer utama"),
                self.tr("Alamat tampil di komputer utama: Kelola, Komputer cabang. Langsung dicoba."),
                self.tr("Coba"),
                [(self.tr("Alamat"), "192.168.1.5:8443")],
                self.presenter.point_to,
            )
        )

    def _ask_home(self) -> None:
        self._context.notify.ask(
            self,
            self.tr("Jadikan komputer ini pemberi nomor?"),
            self.tr(
                "Komputer asal memberi nomor bertanda sejak itu; sebelum karcis pertama, nomor berikutnya di sini "
                "dicocokkan dengan karcis kertas terakhir."
            ),
            yes=self.tr("Jadikan"),
            then=self.presenter.make_home,
            danger=True,
        )

    def _ask_head_office(self) -> None:
        known = self._facts.head_office if self._facts else ""
        self._asking.open(
            AskLines(
                self.window(),
                self.tr("Daftar lagi ke kantor pusat") if known else self.tr("Hubungkan ke kantor pusat"),
                self.tr("Alamat dan kode diberikan kantor pusat; kode berlaku sepuluh menit, satu kali."),
                self.tr("Daftar lagi") if known else self.tr("Hubungkan"),
                [
                    (self.tr("Alamat"), "https://pusat.contoh.id:8765"),
                    (self.tr("Kode"), CODE_EXAMPLE),
                ],
                self.presenter.join_head_office,
                known=(known,),
            )
        )

    def _choose_export(self) -> None:
        chooser = QFileDialog(self, self.tr("Simpan ke USB"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("usb")
        chooser.selectFile(f"loket-{self._context.services.office.calendar_day()}.usb")
        chooser.fileSelected.connect(self.presenter.export_stick)
        chooser.open()

    def _choose_import(self) -> None:
        chooser = QFileDialog(self, self.tr("Ambil dari USB"))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.presenter.import_stick)
        chooser.open()


def _named(row: Computer) -> str:
    """The first computer of a branch was never asked for a name."""
    return row.name or QCoreApplication.translate("ComputersSection", "Komputer {number}").format(
        number=row.number
    )


def _listed(text: str, icon: str, key: str) -> Button:
    button = Button(text, icon, key=key)
    button.align_left(key)
    return button


def _filled(card: Card, *parts: QWidget) -> Card:
    for part in parts:
        card.body.addWidget(part)
    return card
