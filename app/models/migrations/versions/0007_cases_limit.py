"""Work lists are read by the limit of their files, without reading every file that waits."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the index."""
    op.execute(
        "CREATE INDEX cases_limit ON cases (stage, due, stage_at) WHERE stage NOT IN ('paid', 'rejected', 'closed')"
    )
