"""The first shape of the branch file."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """CREATE TABLE branch (
    id INTEGER NOT NULL,
    head BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (id)
)""",
    """CREATE TABLE bundles (
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (version)
)""",
    """CREATE TABLE case_tickets (
    ticket TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (ticket, case_id)
)
 WITHOUT ROWID""",
    """CREATE TABLE cases (
    id TEXT NOT NULL,
    service TEXT NOT NULL,
    stage TEXT NOT NULL,
    stage_at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    nik TEXT NOT NULL,
    receipt TEXT NOT NULL,
    due TEXT NOT NULL,
    touched INTEGER NOT NULL,
    head BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (id)
)
 WITHOUT ROWID""",
    """CREATE INDEX cases_nik ON cases (nik) WHERE nik <> ''""",
    """CREATE INDEX cases_receipt ON cases (receipt) WHERE receipt <> ''""",
    """CREATE INDEX cases_stage ON cases (stage, stage_at)""",
    """CREATE INDEX cases_touched ON cases (touched)""",
    """CREATE TABLE counters (
    number INTEGER NOT NULL,
    officer TEXT NOT NULL,
    head BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (number)
)""",
    """CREATE TABLE credentials (
    person TEXT NOT NULL,
    hash TEXT NOT NULL,
    must_change BOOLEAN NOT NULL,
    failures INTEGER NOT NULL,
    locked_until BIGINT NOT NULL,
    PRIMARY KEY (person)
)
 WITHOUT ROWID""",
    """CREATE TABLE days (
    day TEXT NOT NULL,
    opened_position INTEGER NOT NULL,
    closed BOOLEAN NOT NULL,
    head BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (day)
)""",
    """CREATE INDEX days_opened ON days (opened_position)""",
    """CREATE TABLE drafts (
    person TEXT NOT NULL,
    form TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    content BLOB NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (person, form, record, field)
)
 WITHOUT ROWID""",
    """CREATE TABLE events (
    position INTEGER NOT NULL,
    id BLOB NOT NULL,
    stream TEXT NOT NULL,
    epoch BLOB NOT NULL,
    seq BIGINT NOT NULL,
    header BLOB NOT NULL,
    payload BLOB,
    hash BLOB NOT NULL,
    signature BLOB,
    term_number INTEGER NOT NULL,
    term_run TEXT NOT NULL,
    log_hash BLOB NOT NULL,
    PRIMARY KEY (position),
    CONSTRAINT events_id UNIQUE (id),
    CONSTRAINT events_epoch_seq UNIQUE (epoch, seq)
)""",
    """CREATE INDEX events_stream ON events (stream, position)""",
    """CREATE TABLE findings (
    rowid INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    terms TEXT NOT NULL,
    PRIMARY KEY (rowid),
    CONSTRAINT findings_ref UNIQUE (ref)
)""",
    """CREATE TABLE legs (
    ticket TEXT NOT NULL,
    number INTEGER NOT NULL,
    day TEXT NOT NULL,
    called_position INTEGER,
    priority TEXT NOT NULL,
    counter INTEGER,
    PRIMARY KEY (ticket, number)
)
 WITHOUT ROWID""",
    """CREATE INDEX legs_called ON legs (day, called_position) WHERE called_position IS NOT NULL""",
    """CREATE TABLE local (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
)
 WITHOUT ROWID""",
    """CREATE TABLE sessions (
    opened_position INTEGER NOT NULL,
    day TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (opened_position)
)""",
    """CREATE INDEX sessions_day ON sessions (day)""",
    """CREATE TABLE tickets (
    id TEXT NOT NULL,
    day TEXT NOT NULL,
    prefix TEXT NOT NULL,
    mark TEXT NOT NULL,
    number INTEGER NOT NULL,
    label TEXT NOT NULL,
    service TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT NOT NULL,
    priority TEXT NOT NULL,
    sort_order INTEGER NOT NULL,
    for_counter INTEGER,
    for_officer TEXT NOT NULL,
    counter INTEGER,
    head BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT tickets_label UNIQUE (day, prefix, mark, number)
)
 WITHOUT ROWID""",
    """CREATE INDEX tickets_open ON tickets (day, state, sort_order) WHERE state <> 'ended'""",
    """CREATE TABLE quarantine (
    position INTEGER NOT NULL,
    stream TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (position),
    FOREIGN KEY(position) REFERENCES events (position)
)""",
    """CREATE VIRTUAL TABLE findings_text USING fts5(
    terms, content='', contentless_delete=1, detail=none, prefix='2 3 4 5 6',
    tokenize="unicode61 remove_diacritics 2")""",
)
"""As SQL and not as models: this step must stay what it was when the models have moved on."""


def upgrade() -> None:
    """Make every table, index and the search index."""
    for statement in STATEMENTS:
        op.execute(statement)
