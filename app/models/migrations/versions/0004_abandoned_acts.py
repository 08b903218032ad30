"""Acts that were asked for and not waited for, and what the hub can take back of them."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """CREATE TABLE abandoned (
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
)
 WITHOUT ROWID""",
    "ALTER TABLE acts RENAME TO acts_before",
    """CREATE TABLE acts (
    id TEXT NOT NULL,
    answer BLOB NOT NULL,
    at BIGINT NOT NULL,
    name TEXT NOT NULL,
    stream TEXT NOT NULL,
    head BLOB NOT NULL,
    PRIMARY KEY (id)
)
 WITHOUT ROWID""",
    "INSERT INTO acts SELECT id, answer, at, '', '', x'' FROM acts_before",
    "DROP TABLE acts_before",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
