"""The tables of the branch file. The journal is the truth; every projection can be rebuilt from it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

# ---------------------------------------------------------------------------------------------- the journal

events = Table(
    "events",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", LargeBinary(16), nullable=False),
    Column("stream", Text, nullable=False),
    Column("epoch", LargeBinary(8), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=True),  # withheld or erased by law: the chain still verifies
    Column("hash", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=True),  # on the last event of each transaction
    Column("term_number", Integer, nullable=False),
    Column("term_run", Text, nullable=False),
    Column("log_hash", LargeBinary(32), nullable=False),
    UniqueConstraint("id", name="events_id"),
    UniqueConstraint("epoch", "seq", name="events_epoch_seq"),
    Index("events_stream", "stream", "position"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("position", Integer, ForeignKey("events.position"), primary_key=True),
    Column("stream", Text, nullable=False),
    Column("code", Text, nullable=False),
)

pending = Table(
    "pending",
    metadata,
    Column("number", Integer, primary_key=True),  # the order in which they are shown, on top of the log
    Column("id", LargeBinary(16), nullable=False),
    Column("stream", Text, nullable=False),
    Column("epoch", LargeBinary(8), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=True),
    Column("hash", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=True),
    UniqueConstraint("id", name="pending_id"),
    Index("pending_stream", "stream", "number"),
)
"""Events this computer holds that are not in its log, its own and others': offered until they are (DESIGN 2, rule 1)."""

aside = Table(
    "aside",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("header", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=True),
    Column("hash", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=True),
    Column("code", Text, nullable=False),
    Column("peer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""What can never stand in a log: from a revoked or unknown computer, or at a number already used. Kept, and reported."""

bases = Table(
    "bases",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("head", LargeBinary, nullable=False),
    Column("position", Integer, nullable=False),
    Column("data", LargeBinary, nullable=True),
    sqlite_with_rowid=False,
)
"""The state after the log alone, of each stream whose row shows pending events too."""

anchors = Table(
    "anchors",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("head", LargeBinary, nullable=False),
    Column("position", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""Where the log of this computer does not begin with its first entry: the states that its first entry stands on."""

anchor_runs = Table(
    "anchor_runs",
    metadata,
    Column("epoch", LargeBinary(8), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
"""How far each run had got there."""

acts = Table(
    "acts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("answer", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("head", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""What this computer, as hub, decided for another one: asked twice, it is decided once. `stream` and `head` (id of the
event that came of it, 16 bytes) are what would be taken back; empty where nothing can be."""

abandoned = Table(
    "abandoned",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Acts whose answer this computer did not wait for any longer: the hub is still to be told."""

received = Table(
    "received",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("peer", Text, nullable=False),
    Column("offers", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Large offers that this computer, as hub, has kept as they came, until they have their places."""

notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("seen", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""What somebody at this computer has to be told: a lost claim, a moved entry, a cloned computer."""

conflicts = Table(
    "conflicts",
    metadata,
    Column("stream", Text, nullable=False),
    Column("second", Text, nullable=False),
    Column("first", Text, nullable=False),
    Column("race", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("settled_by", Text, nullable=False),
    PrimaryKeyConstraint("stream", "second"),
    sqlite_with_rowid=False,
)
Index("conflicts_open", conflicts.c.position, sqlite_where=text("settled_by = ''"))

# ---------------------------------------------------------------------------------------------- projections
# `data` is the stream's folded state as MessagePack, `head` the ids of its last events side by side; the other columns are what is
# searched and sorted by.

branch = Table(
    "branch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("head", LargeBinary(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

days = Table(
    "days",
    metadata,
    Column("day", Text, primary_key=True),
    Column("opened_position", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("head", LargeBinary(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("days_opened", "opened_position"),
)

counters = Table(
    "counters",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("officer", Text, nullable=False),
    Column("head", LargeBinary(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("opened_position", Integer, primary_key=True),
    Column("counter", Integer, nullable=False),
    Column("day", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("sessions_day", "day"),
    Index("sessions_counter", "counter"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("sort_order", Integer, nullable=False),
    Column("for_counter", Integer, nullable=True),
    Column("for_officer", Text, nullable=False),
    Column("counter", Integer, nullable=True),
    Column("head", LargeBinary(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("day", "prefix", "mark", "number", name="tickets_label"),
    Index("tickets_open", "day", "state", "sort_order", sqlite_where=text("state <> 'ended'")),
    sqlite_with_rowid=False,
)
STILL_OPEN = text("tickets.state <> 'ended'")
"""Stands in each query on open tickets, word for word: only then is the partial index used."""

legs = Table(
    "legs",
    metadata,
    Column("ticket", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("day", Text, nullable=False),
    Column("called_position", Integer, nullable=True),
    Column("priority", Text, nullable=False),
    Column("counter", Integer, nullable=True),
    PrimaryKeyConstraint("ticket", "number"),
    sqlite_with_rowid=False,
)
Index("legs_called", legs.c.day, legs.c.called_position, sqlite_where=text("called_position IS NOT NULL"))

_WAITS = "stage NOT IN ('paid', 'rejected', 'closed')"
cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("stage_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("nik", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("touched", Integer, nullable=False),
    Column("head", LargeBinary(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("came_back", Boolean, nullable=False, server_default=text("0")),
    Index("cases_limit", "stage", "due", "stage_at", sqlite_where=text(_WAITS)),
    sqlite_with_rowid=False,
)
WAITS_STILL = text(f"cases.{_WAITS}")
"""Stands in each query on work lists, for the same reason as STILL_OPEN."""
Index("cases_came_back", cases.c.stage_at, sqlite_where=text("came_back = 1"))
Index("cases_stage", cases.c.stage, cases.c.stage_at)
Index("cases_nik", cases.c.nik, sqlite_where=text("nik <> ''"))
Index("cases_touched", cases.c.touched)
Index("cases_receipt", cases.c.receipt, sqlite_where=text("receipt <> ''"))

case_tickets = Table(
    "case_tickets",
    metadata,
    Column("ticket", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    PrimaryKeyConstraint("ticket", "case_id"),
    sqlite_with_rowid=False,
)

bookings = Table(
    "bookings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("head", LargeBinary(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("bookings_day", bookings.c.day, bookings.c.time)

findings = Table(
    "findings",
    metadata,
    Column(
        "rowid", Integer, primary_key=True
    ),  # position of the record's first event: newest first is by rowid
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("terms", Text, nullable=False),
    UniqueConstraint("ref", name="findings_ref"),
)

FULL_TEXT = """CREATE VIRTUAL TABLE findings_text USING fts5(
    terms, content='', contentless_delete=1, detail=none, prefix='2 3 4 5 6',
    tokenize="unicode61 remove_diacritics 2")"""
"""The search index, a table of SQLite's FTS5 that SQLAlchemy does not model; made by the first migration."""

PROJECTIONS = (
    branch,
    days,
    counters,
    sessions,
    tickets,
    legs,
    cases,
    case_tickets,
    bookings,
    findings,
    quarantine,
    conflicts,
)

# ---------------------------------------------------------------------------------------------- not events

drafts = Table(
    "drafts",
    metadata,
    Column("person", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("person", "form", "record", "field"),
    sqlite_with_rowid=False,
)

credentials = Table(
    "credentials",
    metadata,
    Column("person", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

local = Table(
    "local",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

bundles = Table(
    "bundles",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

attachments = Table(
    "attachments",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("hub_url", Text, nullable=False),
    Column("hub_done", Boolean, nullable=False),
    Column("head_office_done", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""Scans and photos on their way: the log holds only what identifies them, the blob lies encrypted beside the file."""
