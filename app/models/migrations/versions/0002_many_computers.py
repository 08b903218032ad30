"""Many computers: events that are not in the log yet, conflicts, attachments; a session knows its counter."""

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """CREATE TABLE pending (
    number INTEGER NOT NULL,
    id BLOB NOT NULL,
    stream TEXT NOT NULL,
    epoch BLOB NOT NULL,
    seq BIGINT NOT NULL,
    header BLOB NOT NULL,
    payload BLOB,
    hash BLOB NOT NULL,
    signature BLOB,
    PRIMARY KEY (number),
    CONSTRAINT pending_id UNIQUE (id)
)""",
    """CREATE INDEX pending_stream ON pending (stream, number)""",
    """CREATE TABLE aside (
    id BLOB NOT NULL,
    header BLOB NOT NULL,
    payload BLOB,
    hash BLOB NOT NULL,
    signature BLOB,
    code TEXT NOT NULL,
    peer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
)
 WITHOUT ROWID""",
    """CREATE TABLE bases (
    stream TEXT NOT NULL,
    head BLOB NOT NULL,
    position INTEGER NOT NULL,
    data BLOB,
    PRIMARY KEY (stream)
)
 WITHOUT ROWID""",
    """CREATE TABLE anchors (
    stream TEXT NOT NULL,
    head BLOB NOT NULL,
    position INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (stream)
)
 WITHOUT ROWID""",
    """CREATE TABLE anchor_runs (
    epoch BLOB NOT NULL,
    seq BIGINT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (epoch)
)
 WITHOUT ROWID""",
    """CREATE TABLE acts (
    id TEXT NOT NULL,
    answer BLOB NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
)
 WITHOUT ROWID""",
    """CREATE TABLE notices (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    stream TEXT NOT NULL,
    person TEXT NOT NULL,
    facts TEXT NOT NULL,
    at BIGINT NOT NULL,
    seen BOOLEAN NOT NULL,
    PRIMARY KEY (id)
)
 WITHOUT ROWID""",
    """CREATE TABLE conflicts (
    stream TEXT NOT NULL,
    second TEXT NOT NULL,
    first TEXT NOT NULL,
    race TEXT NOT NULL,
    "key" TEXT NOT NULL,
    position INTEGER NOT NULL,
    settled_by TEXT NOT NULL,
    PRIMARY KEY (stream, second)
)
 WITHOUT ROWID""",
    """CREATE INDEX conflicts_open ON conflicts (position) WHERE settled_by = ''""",
    """CREATE TABLE attachments (
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    stream TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    hub_url TEXT NOT NULL,
    hub_done BOOLEAN NOT NULL,
    head_office_done BOOLEAN NOT NULL,
    PRIMARY KEY (sha256)
)
 WITHOUT ROWID""",
)

SESSIONS = (
    "DROP TABLE sessions",
    """CREATE TABLE sessions (
    opened_position INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    day TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (opened_position)
)""",
    "CREATE INDEX sessions_counter ON sessions (counter)",
    "CREATE INDEX sessions_day ON sessions (day)",
)
KEPT = sa.text("SELECT opened_position, day, data FROM sessions")
AGAIN = sa.text("INSERT INTO sessions VALUES (:position, :counter, :day, :data)")


def upgrade() -> None:
    """Make the new tables, and give each session the number of its counter."""
    for statement in STATEMENTS:
        op.execute(statement)
    connection = op.get_bind()
    kept = connection.execute(KEPT).all()
    for statement in SESSIONS:
        op.execute(statement)
    for position, day, data in kept:
        counter = msgspec.msgpack.decode(data)["counter"]
        connection.execute(AGAIN, {"position": position, "counter": counter, "day": day, "data": data})
