"""Files whose payment the bank has sent back are found without reading all that were paid."""

import msgspec
from alembic import op
from sqlalchemy import text

from app.domain.bank import came_back
from app.domain.claims import Case

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    "ALTER TABLE cases ADD COLUMN came_back BOOLEAN DEFAULT 0 NOT NULL",
    "CREATE INDEX cases_came_back ON cases (stage_at) WHERE came_back = 1",
)

_paid = text("SELECT id, data FROM cases WHERE stage = 'paid'")
_mark = text("UPDATE cases SET came_back = 1 WHERE id = :id")


def upgrade() -> None:
    """Make the column, and fill it for what was paid before."""
    for statement in STATEMENTS:
        op.execute(statement)
    connection = op.get_bind()
    for key, data in connection.execute(_paid).all():
        if came_back(msgspec.msgpack.decode(data, type=Case)):
            connection.execute(_mark, {"id": key})
