"""Visits that were booked online."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """CREATE TABLE bookings (
    id TEXT NOT NULL,
    day TEXT NOT NULL,
    time TEXT NOT NULL,
    head BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (id)
)
 WITHOUT ROWID""",
    "CREATE INDEX bookings_day ON bookings (day, time)",
)


def upgrade() -> None:
    """Make the table."""
    for statement in STATEMENTS:
        op.execute(statement)
