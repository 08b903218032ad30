"""The page with the recovery key: printed once, signed, and put in the safe."""

from app.domain.slips import RecoveryKeyPage, branch_line
from app.reports import style
from app.reports.page import Flow, Frame, Kind, flowed
from app.reports.slips import draw_head, draw_signatures
from app.reports.style import MM

GROUPS_A_ROW = 4
BOX_HEIGHT = 52.0
GAP = 8.0
LARGEST_GROUP = 27.0

WARNING = Kind(style.BOLD, 11, 16, style.YELLOW_TEXT)
HEADING = Kind(style.BOLD, 13, 22)
STEP = Kind(style.REGULAR, 10.5, 16)


def recovery_key_pdf(page: RecoveryKeyPage) -> bytes:
    """The recovery key as an A4 PDF, in groups as they are typed back."""
    title = "Kunci pemulihan"

    def draw(flow: Flow) -> None:
        draw_head(flow, title, "RAHASIA", (branch_line(page.branch), page.created_line))
        _warning(flow)
        _groups(flow, page.groups)
        flow.text("Yang harus dilakukan", HEADING)
        for place, step in enumerate(page.instructions, start=1):
            flow.need(STEP.leading)
            style.draw_text(flow.canvas, (flow.left, flow.y - 11.5), f"{place}.", style.SEMIBOLD, 10.5)
            flow.text(step, STEP, 20)
            flow.skip(3)
        flow.skip(14)
        draw_signatures(flow, [(signer, "Nama, tanggal, tanda tangan") for signer in page.signers])

    frame = Frame(size=style.A4, side=22 * MM, top=20 * MM, bottom=14 * MM, foot=page.institution)
    return flowed(draw, title, frame)


def _warning(flow: Flow) -> None:
    text = (
        "Kunci ini membuka data cabang bersama berkas cadangannya. Simpan di brankas, "
        "jangan difoto, jangan dikirim lewat pesan."
    )
    height = flow.height_of(text, WARNING, 14, 14) + 16
    style.draw_panel(
        flow.canvas, (flow.left, flow.y - height), (flow.width, height), style.PALE_YELLOW, style.YELLOW
    )
    flow.skip(8)
    flow.text(text, WARNING, 14, 14)
    flow.skip(24)


def _groups(flow: Flow, groups: tuple[str, ...]) -> None:
    column = (flow.width + GAP) / GROUPS_A_ROW
    widest = max((style.text_width(_apart(group), style.BOLD, 1) for group in groups), default=1)
    size = min(LARGEST_GROUP, (column - GAP - 16) / widest)
    for start in range(0, len(groups), GROUPS_A_ROW):
        flow.need(BOX_HEIGHT + GAP)
        for place, group in enumerate(groups[start : start + GROUPS_A_ROW]):
            corner = (flow.left + place * column, flow.y - BOX_HEIGHT)
            _box(flow, corner, column - GAP, start + place + 1)
            middle = (corner[0] + (column - GAP) / 2, corner[1] + 14)
            style.draw_text(flow.canvas, middle, _apart(group), style.BOLD, size, align="center")
        flow.skip(BOX_HEIGHT + GAP)
    flow.skip(12)


def _box(flow: Flow, corner: tuple[float, float], width: float, number: int) -> None:
    style.draw_panel(flow.canvas, corner, (width, BOX_HEIGHT), style.WHITE, style.MUTED)
    at = (corner[0] + 7, corner[1] + BOX_HEIGHT - 12)
    style.draw_text(flow.canvas, at, str(number), style.MEDIUM, 8, style.MUTED)


def _apart(group: str) -> str:
    # Letters apart, so that nobody reads two as one.
    return " ".join(style.clean(group))
