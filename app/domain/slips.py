"""What stands on the papers that people take away: ticket, missing-documents slip, receipt, recovery key."""

import unicodedata

import msgspec

INSTITUTION = "BPJS KETENAGAKERJAAN"
SHOWN_DIGITS = 4


class TicketSlip(msgspec.Struct, frozen=True, kw_only=True):
    """One queue ticket (DOMAIN 9.2). It bears no name and no NIK.

    `issued_line` is like "Jumat, 20-11-2026  09.12". `missing` and `bring` are names of documents. `code` is the
    ticket's id for the QR code. `copy` is 0 for the first print and n for the nth reprint.
    """

    branch: str
    service: str
    label: str
    issued_line: str
    ahead_line: str | None
    estimate_line: str | None
    priority: str | None
    missing: tuple[str, ...]
    bring: tuple[str, ...]
    footer: tuple[str, ...]
    code: str
    copy: int = 0
    institution: str = INSTITUTION


class MissingLine(msgspec.Struct, frozen=True):
    """One document that is still wanted: its name, why it is wanted, and what to bring."""

    name: str
    why: str
    bring: str


class MissingSlip(msgspec.Struct, frozen=True, kw_only=True):
    """What a member still has to bring. `member` is a salutation with initials, never more: the slip leaves the branch.

    `return_by` is a date like "Jumat, 27 Nov 2026"; `hours` and `channels` are ready lines.
    """

    branch: str
    member: str
    matter: str
    label: str | None
    issued_line: str
    lines: tuple[MissingLine, ...]
    return_by: str | None
    hours: tuple[str, ...]
    channels: tuple[str, ...]
    institution: str = INSTITUTION


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The member's own receipt (tanda terima). The name may stand in full; `nik` and `member_no` must come masked.

    `documents` are ready lines like "KTP - asli ditunjukkan, fotokopi disimpan". `promised_line` is the latest date
    by the branch's promise. Raises ValueError when a number shows more than its last four digits.
    """

    branch: str
    receipt_no: str
    member_name: str
    nik: str
    member_no: str
    programme: str
    reason: str
    issued_line: str
    documents: tuple[str, ...]
    promised_line: str
    officer: str
    channels: tuple[str, ...]
    label: str | None = None
    footer: tuple[str, ...] = ()
    institution: str = INSTITUTION

    def __post_init__(self) -> None:
        for number in (self.nik, self.member_no):
            if sum(character.isdigit() for character in number) > SHOWN_DIGITS:
                raise ValueError("a receipt bears no more than the last four digits of a number")


class RecoveryKeyPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page with the recovery key, printed once. `groups` are the key's letters as they are read aloud and typed.

    `signers` are the roles that sign for having put it in the safe; `instructions` are sentences.
    """

    branch: str
    created_line: str
    groups: tuple[str, ...]
    instructions: tuple[str, ...]
    signers: tuple[str, ...]
    institution: str = INSTITUTION


def branch_line(branch: str) -> str:
    """The branch as a heading: "Kantor Cabang Medan Utara", whether or not the setting already says so."""
    name = " ".join(branch.split())
    first = name.casefold().partition(" ")[0]
    if first == "kantor":
        return name
    return f"Kantor {name}" if first in ("cabang", "perwakilan") else f"Kantor Cabang {name}"


def copy_line(copy: int) -> str | None:
    """The mark of a reprint, None for the first print."""
    return f"CETAK ULANG {copy}" if copy > 0 else None


def missing_text(slip: MissingSlip) -> str:
    """The missing-documents slip as a message that a person sends by hand through WhatsApp."""
    blocks = [
        [f"{one_line(slip.institution)} - {branch_line(slip.branch)}"],
        [
            f"Yth. {one_line(slip.member)},",
            f"berkas {one_line(slip.matter)} belum lengkap. Mohon dibawa atau dilengkapi:",
        ],
        [_numbered(place, line) for place, line in enumerate(slip.lines, start=1)],
        _return_lines(slip),
        [one_line(text) for text in slip.channels],
        ["Layanan ini GRATIS. Jangan memberi uang kepada siapa pun."],
    ]
    return _joined(blocks)


def receipt_text(receipt: Receipt) -> str:
    """The receipt as a message: what was received and the promised date. It bears no part of NIK or member number."""
    blocks = [
        [f"{one_line(receipt.institution)} - {branch_line(receipt.branch)}"],
        [
            f"Tanda terima {one_line(receipt.receipt_no)}",
            f"{one_line(receipt.programme)} - {one_line(receipt.reason)}",
            one_line(receipt.issued_line),
        ],
        ["Dokumen diterima:", *(f"- {one_line(text)}" for text in receipt.documents)]
        if receipt.documents
        else [],
        [one_line(receipt.promised_line)],
        [one_line(text) for text in (*receipt.channels, *receipt.footer)],
    ]
    return _joined(blocks)


def one_line(text: str) -> str:
    """`text` without control characters and invisible signs, its white space collapsed."""
    kept = (
        character if character.isprintable() else "" if unicodedata.category(character) == "Cf" else " "
        for character in text
    )
    return " ".join("".join(kept).split())


def _numbered(place: int, line: MissingLine) -> str:
    parts = [f"{place}. {one_line(line.name)}"]
    if line.why:
        parts.append(f" ({one_line(line.why)})")
    if line.bring:
        parts.append(f": {one_line(line.bring)}")
    return "".join(parts)


def _return_lines(slip: MissingSlip) -> list[str]:
    lines = []
    if slip.return_by:
        lines.append(f"Paling lambat {one_line(slip.return_by)}.")
    if slip.label:
        lines.append(f"Nomor antrean Anda hari ini: {one_line(slip.label)}.")
    if slip.hours:
        lines.append(f"Jam layanan: {'; '.join(one_line(text) for text in slip.hours)}.")
    return lines


def _joined(blocks: list[list[str]]) -> str:
    return "\n\n".join("\n".join(block) for block in blocks if block)
