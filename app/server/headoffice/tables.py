"""The tables of head office, keyed by branch; the entries partitioned by month of arrival (decision 013)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData()

# ---------------------------------------------------------------------------------------------- branch logs

entries = Table(
    "entries",
    metadata,
    Column("branch", Text, nullable=False),
    Column("month", Integer, nullable=False),  # 202611: when it arrived here; never goes back within a branch
    Column("position", BigInteger, nullable=False),
    Column("id", LargeBinary(16), nullable=False),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("epoch", LargeBinary(8), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=True),  # erased by law: the chain still verifies
    Column("hash", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=True),
    Column("term_number", Integer, nullable=False),
    Column("term_run", Text, nullable=False),
    Column("log_hash", LargeBinary(32), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch", "position", "month"),
    postgresql_partition_by="RANGE (month)",
)

Index(
    "entries_of_branch",
    entries.c.branch,
    entries.c.position,
    # who reads a branch's own stream over all its months: some hundred entries among millions
    postgresql_where=text("stream = 'branch'"),
    sqlite_where=text("stream = 'branch'"),
)

IS_OF_BRANCH = text("entries.stream = 'branch'")
"""As the index has it: a parameter would not be seen to fit."""

entry_ids = Table(
    "entry_ids",
    metadata,
    Column("branch", Text, nullable=False),
    Column("id", LargeBinary(16), nullable=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch", "id"),
    sqlite_with_rowid=False,
)

log_months = Table(
    "log_months",
    metadata,
    Column("branch", Text, nullable=False),
    Column("month", Integer, nullable=False),
    Column("first_position", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch", "month"),
    sqlite_with_rowid=False,
)

runs = Table(
    "runs",
    metadata,
    Column("branch", Text, nullable=False),
    Column("epoch", LargeBinary(8), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("branch", "epoch"),
    sqlite_with_rowid=False,
)

heads = Table(
    "heads",
    metadata,
    Column("branch", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("log_hash", LargeBinary(32), nullable=False),
    Column("term_number", Integer, nullable=False),
    Column("term_run", Text, nullable=False),
    Column("month", Integer, nullable=False),
    Column("heard_number", Integer, nullable=False),  # the highest term anybody of this branch spoke of
    Column("heard_run", Text, nullable=False),
    Column("countersigned", LargeBinary(64), nullable=True),  # of position and log_hash, made with them
    Column("changed_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

held = Table(
    "held",
    metadata,
    Column("branch", Text, nullable=False),
    Column("id", LargeBinary(16), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),  # two headers under one id are both kept
    Column("header", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=True),
    Column("signature", LargeBinary(64), nullable=True),
    Column("why", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch", "id", "hash"),
    sqlite_with_rowid=False,
)

# ---------------------------------------------------------------------------------------------- who may speak

branches = Table(
    "branches",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

devices = Table(
    "devices",
    metadata,
    Column("branch", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("public_key", Text, nullable=False),  # Ed25519, 64 hex digits
    Column("full", Boolean, nullable=False),  # holds the whole log: may speak for the branch as its hub
    Column("state", Text, nullable=False),  # active or revoked
    Column("enrolled_at", BigInteger, nullable=False),
    Column("enrolled_by", Text, nullable=False),  # code, or log: position of the event
    Column("revoked_at", BigInteger, nullable=True),
    Column("revoked_by", Text, nullable=True),
    PrimaryKeyConstraint("branch", "station"),
    Index("devices_station", "station"),
    sqlite_with_rowid=False,
)

station_keys = Table(
    "station_keys",
    metadata,
    Column("branch", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("public_key", Text, nullable=False),  # every key it ever had: old entries are checked by old keys
    PrimaryKeyConstraint("branch", "station", "public_key"),
    sqlite_with_rowid=False,
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("branch", Text, primary_key=True),  # the newest code counts, an older one is gone
    Column(
        "secret", LargeBinary, nullable=False
    ),  # the code stretched with argon2id; deleted when it is past
    Column("made_at", BigInteger, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column(
        "taken_by", LargeBinary, nullable=False
    ),  # SHA-256 of the request that used it; empty while it is open
    sqlite_with_rowid=False,
)

# ---------------------------------------------------------------------------------------------- handed down

directives = Table(
    "directives",
    metadata,
    Column("branch", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch", "number"),
    sqlite_with_rowid=False,
)

cursors = Table(
    "cursors",
    metadata,
    Column("branch", Text, primary_key=True),
    Column("directives", BigInteger, nullable=False),  # number of the last directive made
    Column("taken", BigInteger, nullable=False),  # the last one that the branch said it applied
    Column("matched", BigInteger, nullable=False),  # position of the last entry that matching has read
    sqlite_with_rowid=False,
)

bundles = Table(
    "bundles",
    metadata,
    Column("version", Integer, nullable=False),
    Column("branch", Text, nullable=False),  # empty: for all
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("version", "branch"),
    sqlite_with_rowid=False,
)

staff = Table(
    "staff",
    metadata,
    Column("branch", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch", "person"),
    sqlite_with_rowid=False,
)

members = Table(
    "members",
    metadata,
    Column("nik", Text, nullable=False),
    Column("member_no", Text, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("nik", "member_no"),
    sqlite_with_rowid=False,
)

bookings = Table(
    "bookings",
    metadata,
    Column("branch", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("booked", Boolean, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch", "code"),
    sqlite_with_rowid=False,
)

payments = Table(
    "payments",
    metadata,
    Column("branch", Text, nullable=False),
    Column("voucher", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("paid", Boolean, nullable=False),  # False: the money came back
    Column("day", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column(
        "directive", BigInteger, nullable=True
    ),  # by which the branch was told; none while no case is known
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch", "voucher", "reference", "paid"),
    sqlite_with_rowid=False,
)

case_marks = Table(
    "case_marks",
    metadata,
    Column("branch", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("nik", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("voucher", Text, nullable=False),
    Column("position", BigInteger, nullable=False),  # of the entry that noted the NIK
    Column("result", Text, nullable=False),  # of the last match, empty before it
    Column(
        "answered", LargeBinary, nullable=False
    ),  # content of the last match directive: none is made twice
    PrimaryKeyConstraint("branch", "case_id"),
    sqlite_with_rowid=False,
)
Index("case_marks_nik", case_marks.c.nik, postgresql_where=text("nik <> ''"), sqlite_where=text("nik <> ''"))
Index(
    "case_marks_voucher",
    case_marks.c.branch,
    case_marks.c.voucher,
    postgresql_where=text("voucher <> ''"),
    sqlite_where=text("voucher <> ''"),
)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)
