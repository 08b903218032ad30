"""The A5 slips that a member takes home: what is still missing, and the receipt."""

from collections.abc import Callable, Iterable

from app.domain.slips import MissingLine, MissingSlip, Receipt, branch_line
from app.reports import style
from app.reports.page import Flow, Frame, Kind, flowed
from app.reports.style import MM

QR_SIDE = 25 * MM
KEY_WIDTH = 82.0

TITLE = Kind(style.BOLD, 19, 24, style.DARK_GREEN)
MARK, MARK_LEAST, MARK_GAP = 15.0, 10.0, 10.0
"""Size of the number beside a title, the least that is read across a counter, and what is left between both."""
SUBTITLE = Kind(style.REGULAR, 9, 13, style.MUTED)
HEADING = Kind(style.BOLD, 10.5, 17)
BODY = Kind(style.REGULAR, 9, 13)
NAME = Kind(style.SEMIBOLD, 9.5, 13.5)
DETAIL = Kind(style.REGULAR, 8.5, 12, style.MUTED)
KEY = Kind(style.REGULAR, 9, 14, style.MUTED)
VALUE = Kind(style.SEMIBOLD, 9, 14)
PROMISE = Kind(style.BOLD, 11, 16, style.DARK_GREEN)
SMALL = Kind(style.REGULAR, 8, 11.5, style.MUTED)


def missing_slip_pdf(slip: MissingSlip) -> bytes:
    """What a member still has to bring, as an A5 PDF; a long list goes on on further pages."""
    title = "Dokumen yang belum lengkap"

    def draw(flow: Flow) -> None:
        flow.again = _short_head(title)
        draw_head(flow, title, slip.label or "", (branch_line(slip.branch), slip.issued_line))
        flow.text(f"Yth. {slip.member}", NAME)
        flow.text(f"Berkas {slip.matter} belum dapat diproses. Mohon dibawa atau dilengkapi:", BODY)
        flow.skip(5)
        for place, line in enumerate(slip.lines, start=1):
            _missing_line(flow, place, line)
        if slip.return_by:
            draw_promise(flow, f"Kembali paling lambat {slip.return_by}")
        _paragraph(flow, "Jam layanan", slip.hours)
        _paragraph(flow, "Bertanya atau melapor", slip.channels)
        flow.skip(4)
        flow.text("Layanan ini gratis. Jangan memberi uang kepada siapa pun.", NAME)

    return flowed(draw, title, _a5(slip.institution))


def receipt_pdf(receipt: Receipt) -> bytes:
    """The receipt of a claim as an A5 PDF. NIK and member number stand as the struct has them, masked."""
    title = "Tanda terima"

    def draw(flow: Flow) -> None:
        flow.again = _short_head(f"{title} {receipt.receipt_no}")
        draw_head(flow, title, receipt.receipt_no, (branch_line(receipt.branch), receipt.issued_line))
        _facts(flow, receipt)
        _paragraph(flow, "Dokumen diterima", _numbered(receipt.documents), BODY)
        draw_promise(flow, receipt.promised_line)
        _paragraph(flow, "Bertanya atau melapor", receipt.channels)
        for line in receipt.footer:
            flow.text(line, SMALL)
        draw_signatures(flow, (("Petugas", receipt.officer), ("Peserta", receipt.member_name)))

    return flowed(draw, title, _a5(receipt.institution))


def draw_head(flow: Flow, title: str, right: str, subtitles: Iterable[str]) -> None:
    """The head of a first page: title on the left, what it is about on the right, a green rule below."""
    mark, top = style.clean(right), flow.y
    size = _size_beside(title, mark, flow.width)
    beside = size >= MARK_LEAST
    flow.text(title, TITLE, end=style.text_width(mark, style.BOLD, size) + MARK_GAP if mark and beside else 0)
    if beside:
        style.draw_text(flow.canvas, (flow.right, top - 19), mark, style.BOLD, size, align="right")
    else:
        flow.text(mark, HEADING)
    flow.text(" · ".join(style.clean(part) for part in subtitles if part), SUBTITLE)
    flow.skip(6)
    flow.rule(style.GREEN, 1.5)
    flow.skip(8)


def _size_beside(title: str, mark: str, width: float) -> float:
    """How large a number can stand beside the title: it is never cut, for people ask by it."""
    room = width - style.text_width(style.clean(title), TITLE.font, TITLE.size) - MARK_GAP
    wide = style.text_width(mark, style.BOLD, MARK)
    return MARK if wide <= room else MARK * max(0.0, room) / wide


def draw_promise(flow: Flow, text: str) -> None:
    """A pale green panel with one sentence that must not be overlooked."""
    height = flow.height_of(text, PROMISE, 12, 12) + 12
    flow.skip(6)
    flow.need(height)
    style.draw_panel(flow.canvas, (flow.left, flow.y - height), (flow.width, height), style.PALE_GREEN)
    flow.skip(6)
    flow.text(text, PROMISE, 12, 12)
    flow.skip(12)


def draw_signatures(flow: Flow, signers: Iterable[tuple[str, str]]) -> None:
    """Lines to sign on, side by side, three in a row at most: who it is above, the name below."""
    people = list(signers)
    for start in range(0, len(people), 3):
        flow.need(84)
        flow.skip(10)
        row = people[start : start + 3]
        column = flow.width / max(2, len(row))
        for place, (role, name) in enumerate(row):
            left = flow.left + place * column
            room = column - 16
            role_line = style.fitted(role, style.SEMIBOLD, 9, room)
            style.draw_text(flow.canvas, (left, flow.y - 12), role_line, style.SEMIBOLD, 9)
            style.draw_rule(flow.canvas, (left, flow.y - 54), room, style.MUTED)
            name_line = style.fitted(name, style.REGULAR, 8.5, room)
            style.draw_text(flow.canvas, (left, flow.y - 66), name_line, style.REGULAR, 8.5, style.MUTED)
        flow.skip(74)


def _a5(foot: str) -> Frame:
    return Frame(size=style.A5, side=12 * MM, top=11 * MM, bottom=8 * MM, foot=foot)


def _short_head(title: str) -> Callable[[Flow], None]:
    def draw(flow: Flow) -> None:
        flow.text(f"{title} (lanjutan)", HEADING)
        flow.skip(3)
        flow.rule(style.GREEN, 1)
        flow.skip(6)

    return draw


def _missing_line(flow: Flow, place: int, line: MissingLine) -> None:
    indent = 34.0
    parts = ((line.name, NAME), (line.bring, BODY), (line.why, DETAIL))
    flow.need(sum(flow.height_of(text, kind, indent) for text, kind in parts))
    base = flow.y - NAME.leading + 3.6
    flow.canvas.setStrokeColor(style.colour(style.INK))
    flow.canvas.setLineWidth(0.9)
    flow.canvas.roundRect(flow.left + 1, base - 0.6, 8, 8, 1.5, fill=0, stroke=1)
    style.draw_text(flow.canvas, (flow.left + 29, base), f"{place}.", style.SEMIBOLD, 9.5, align="right")
    for text, kind in parts:
        flow.text(text, kind, indent)
    flow.skip(4)


def _facts(flow: Flow, receipt: Receipt) -> None:
    facts = (
        ("Nama", receipt.member_name),
        ("NIK", receipt.nik),
        ("No. Peserta", receipt.member_no),
        ("Program", receipt.programme),
        ("Sebab klaim", receipt.reason),
        ("No. antrean", receipt.label or ""),
        ("Petugas", receipt.officer),
    )
    top, room = flow.y, QR_SIDE + 12
    style.draw_qr(flow.canvas, (flow.right - QR_SIDE, top - QR_SIDE), QR_SIDE, receipt.receipt_no)
    for key, value in facts:
        if style.clean(value):
            style.draw_text(flow.canvas, (flow.left, flow.y - 10), key, KEY.font, KEY.size, KEY.ink)
            flow.text(value, VALUE, KEY_WIDTH, room)
    flow.y = min(flow.y, top - QR_SIDE)
    flow.skip(4)


def _paragraph(flow: Flow, heading: str, lines: Iterable[str], kind: Kind = SMALL) -> None:
    kept = [line for line in lines if line]
    if not kept:
        return
    flow.skip(5)
    flow.need(HEADING.leading + kind.leading)
    flow.text(heading, HEADING)
    for line in kept:
        flow.text(line, kind)


def _numbered(lines: Iterable[str]) -> list[str]:
    return [f"{place}. {line}" for place, line in enumerate(lines, start=1)]
