"""Rules of head office are taken only under a trusted signature, and never for what has begun."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete

from app.models import tables
from app.services.office import default_bundle
from app.services.rule_bundles import (
    RuleBundles,
    SignedBundle,
    TrustedKey,
    install_shipped,
    keep_fetched,
    missing_versions,
)
from tests.houses import House, refused

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SHIPPED: int = msgspec.json.decode(default_bundle())["version"]
NEWER = SHIPPED + 1


@pytest.fixture
def trusting(open_house: House) -> House:
    trusted = (TrustedKey("pusat", KEY.public_key().public_bytes_raw().hex()),)
    (open_house.folder.path / "trust.json").write_bytes(msgspec.json.encode(trusted))
    return open_house


def rules(version: int = NEWER, **changes: Any) -> str:
    plain = msgspec.json.decode(default_bundle())
    return msgspec.json.encode(plain | {"version": version} | changes).decode()


def signed(
    path: Path, content: str, key: Ed25519PrivateKey = KEY, name: str = "pusat", signature: str = ""
) -> Path:
    made = SignedBundle(name, signature or key.sign(content.encode()).hex(), content)
    path.write_bytes(msgspec.json.encode(made))
    return path


def test_signed_rules_take_effect_for_what_begins_afterwards(trusting: House, tmp_path: Path) -> None:
    case = trusting.draft_case()
    queue = msgspec.json.decode(default_bundle())["queue"] | {"park_limit": 1}
    path = signed(tmp_path / "aturan.json", rules(queue=queue))
    loaded = RuleBundles(trusting.office).load(trusting["it_officer"], path)
    assert loaded.version == NEWER
    assert trusting.office.rules().queue.park_limit == 1
    assert trusting.cases.view(trusting["cso"], case).rules_version == SHIPPED
    assert trusting.office.rules_of(SHIPPED).queue.park_limit == 3
    trusting.reopen()
    assert trusting.office.rules().version == NEWER
    install_shipped(trusting.office)  # the program's own are older
    assert trusting.office.rules().version == NEWER


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: signed(path, rules(), Ed25519PrivateKey.generate()), "bundle_not_trusted"),
        (lambda path: signed(path, rules(), name="orang lain"), "bundle_not_trusted"),
        (lambda path: signed(path, rules(), signature="zz"), "bundle_not_trusted"),
        (lambda path: signed(path, rules(), signature="00" * 64), "bundle_not_trusted"),
        (lambda path: signed(path, rules(SHIPPED)), "bundle_older"),
        (lambda path: signed(path, rules(0)), "bundle_damaged"),
        (lambda path: signed(path, "{"), "bundle_damaged"),
        (lambda path: signed(path, rules(services=[])), "bundle_damaged"),
        (lambda path: signed(path, rules(surprise=1)), "bundle_damaged"),
        (lambda path: path.write_bytes(b" ") and path, "bundle_damaged"),
        (lambda path: path.write_bytes(b"\xff\xfe{") and path, "bundle_damaged"),
        (lambda path: path.with_name("tidak ada"), "bundle_damaged"),
        (lambda path: path.parent, "bundle_damaged"),
    ],
)
def test_other_rules_are_refused_and_the_former_stay(
    trusting: House, tmp_path: Path, make: Any, code: str
) -> None:
    before = trusting.office.journal.head()
    with refused(code):
        RuleBundles(trusting.office).load(trusting["it_officer"], make(tmp_path / "aturan.json"))
    assert trusting.office.journal.head() == before
    assert trusting.office.rules().version == SHIPPED
    assert trusting.desk.issue(trusting["security_desk"], "jht").label == "A-001"


def test_a_branch_without_a_trust_file_takes_no_rules(open_house: House, tmp_path: Path) -> None:
    path = signed(tmp_path / "aturan.json", rules())
    with refused("bundle_not_trusted"):
        RuleBundles(open_house.office).load(open_house["it_officer"], path)
    (open_house.folder.path / "trust.json").write_text("[{")
    with refused("bundle_not_trusted"):
        RuleBundles(open_house.office).load(open_house["it_officer"], path)


def test_only_who_manages_the_branch_loads_rules(trusting: House, tmp_path: Path) -> None:
    path = signed(tmp_path / "aturan.json", rules())
    with refused("no_right"):
        RuleBundles(trusting.office).load(trusting["cso"], path)


def test_one_version_has_one_content(trusting: House, tmp_path: Path) -> None:
    from app.services.rule_bundles import install

    with refused("bundle_same_version", version=SHIPPED), trusting.office.unit("system") as unit:
        install(unit, rules(SHIPPED, name="Lain").encode())


def test_rules_that_the_log_names_and_that_are_not_here_yet(trusting: House, tmp_path: Path) -> None:
    """As on a computer that joined later: the newest that are here go on, and only the very bytes are taken."""
    office, content = trusting.office, rules(name="Aturan baru")
    RuleBundles(office).load(trusting["it_officer"], signed(tmp_path / "aturan.json", content))
    newest = rules(NEWER + 1)
    RuleBundles(office).load(trusting["it_officer"], signed(tmp_path / "aturan.json", newest))
    with office.store.writing() as connection:
        connection.execute(delete(tables.bundles).where(tables.bundles.c.version > SHIPPED))
    trusting.reopen()
    office = trusting.office
    assert missing_versions(office) == (NEWER + 1, NEWER)
    assert office.rules().version == SHIPPED
    assert office.calendar().next_working_day("2026-11-20")
    with refused("bundle_not_trusted"):
        keep_fetched(office, NEWER, rules(name="Aturan lain").encode())
    keep_fetched(office, NEWER, content.encode())
    assert office.rules().version == NEWER
    keep_fetched(office, NEWER + 1, newest.encode())
    assert office.rules().version == NEWER + 1
    assert missing_versions(office) == ()
