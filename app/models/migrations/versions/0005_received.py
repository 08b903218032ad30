"""Large offers that a hub keeps as they came until they have their places."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """CREATE TABLE received (
    number INTEGER NOT NULL,
    peer TEXT NOT NULL,
    offers BLOB NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (number)
)""",
)


def upgrade() -> None:
    """Make the table."""
    for statement in STATEMENTS:
        op.execute(statement)
