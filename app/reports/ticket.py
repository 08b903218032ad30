"""The queue ticket as a PDF, for a printer that knows no ESC/POS: 80 mm wide, as long as it has to be."""

from app.domain.slips import TicketSlip, branch_line, copy_line
from app.reports import style
from app.reports.page import Flow, Frame, Kind, flowed, measured
from app.reports.style import MM

WIDTH = 80 * MM
SIDE = 5 * MM
LONGEST = 600 * MM  # a list that is longer goes on on a second page
LARGEST_LABEL = 58.0
QR_SIDE = 27 * MM

INSTITUTION = Kind(style.EXTRABOLD, 9.5, 14, align="center")
BRANCH = Kind(style.REGULAR, 9.5, 13, style.MUTED, "center")
SERVICE = Kind(style.BOLD, 13, 17, align="center")
CAPTION = Kind(style.MEDIUM, 8, 13, style.MUTED, "center")
MARK = Kind(style.BOLD, 10, 15, align="center")
AHEAD = Kind(style.SEMIBOLD, 10, 14, align="center")
ISSUED = Kind(style.REGULAR, 9, 13, style.MUTED, "center")
HEADING = Kind(style.BOLD, 9, 14)
ITEM = Kind(style.MEDIUM, 9, 12.5)
FOOTER = Kind(style.REGULAR, 8, 11, style.MUTED, "center")


def ticket_pdf(slip: TicketSlip) -> bytes:
    """The ticket as PDF bytes: 80 mm wide, its height fitted to what stands on it."""

    def draw(flow: Flow) -> None:
        _head(flow, slip)
        _label(flow, slip.label)
        _turn(flow, slip)
        _papers(flow, slip)
        _foot(flow, slip)

    longest = Frame(size=(WIDTH, LONGEST), side=SIDE, top=5 * MM, bottom=5 * MM)
    rehearsal = measured(draw, longest)
    if rehearsal.page > 1:
        return flowed(draw, "Karcis antrean", longest)
    height = LONGEST - rehearsal.y + longest.bottom
    return flowed(draw, "Karcis antrean", Frame(size=(WIDTH, height), side=SIDE, top=5 * MM, bottom=4.9 * MM))


def _head(flow: Flow, slip: TicketSlip) -> None:
    flow.text(slip.institution, INSTITUTION)
    flow.text(branch_line(slip.branch), BRANCH)
    flow.skip(5)
    _dashes(flow)
    flow.skip(5)
    reprint = copy_line(slip.copy)
    if reprint:
        flow.text(reprint, MARK)
    flow.text(slip.service, SERVICE)
    flow.text("Nomor antrean", CAPTION)


def _label(flow: Flow, label: str) -> None:
    text = style.clean(label)
    width = style.text_width(text, style.EXTRABOLD, 1) or 1
    size = min(LARGEST_LABEL, flow.width / width)
    flow.need(size)
    flow.skip(size * 0.86)  # the height of capitals and some air; the line has nothing below its base
    middle = (flow.left + flow.right) / 2
    style.draw_text(flow.canvas, (middle, flow.y), text, style.EXTRABOLD, size, align="center")
    flow.skip(11)


def _turn(flow: Flow, slip: TicketSlip) -> None:
    if slip.priority:
        flow.text(f"Prioritas: {slip.priority}", MARK)
    for line in (slip.ahead_line, slip.estimate_line):
        flow.text(line or "", AHEAD)
    flow.text(slip.issued_line, ISSUED)
    if slip.code:
        flow.need(QR_SIDE + 20)
        flow.skip(QR_SIDE + 10)
        style.draw_qr(flow.canvas, ((WIDTH - QR_SIDE) / 2, flow.y), QR_SIDE, slip.code)
        flow.skip(10)


def _papers(flow: Flow, slip: TicketSlip) -> None:
    if not slip.missing and not slip.bring:
        return
    _dashes(flow)
    flow.skip(4)
    if slip.missing:
        flow.text("Belum lengkap, mohon disiapkan:", HEADING)
        for name in slip.missing:
            flow.need(ITEM.leading)
            side = 6.0
            flow.canvas.setStrokeColor(style.colour(style.INK))
            flow.canvas.setLineWidth(0.8)
            flow.canvas.rect(flow.left + 1, flow.y - ITEM.leading + 3.4, side, side, fill=0, stroke=1)
            flow.text(name, ITEM, indent=13)
        flow.skip(4)
    if slip.bring:
        flow.text("Siapkan: " + ", ".join(slip.bring), ITEM)
    flow.skip(5)


def _foot(flow: Flow, slip: TicketSlip) -> None:
    if not slip.footer:
        return
    _dashes(flow)
    flow.skip(4)
    for line in slip.footer:
        flow.text(line, FOOTER)


def _dashes(flow: Flow) -> None:
    flow.canvas.setDash(1.5, 2)
    flow.rule(style.MUTED)
    flow.canvas.setDash()
