"""Whatever schemathesis makes of the services' own schemas, signed or not: no defect, and only answers that it tells of."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.server.headoffice.app import make_app
from app.server.headoffice.database import Database
from app.server.headoffice.devices import ACTIVE, Device
from app.server.headoffice.enrolment import Presence
from app.server.headoffice.rounds import rounds
from app.server.hub_app import make_hub_app
from app.sync.blobs import BlobStore
from app.sync.messages import write
from app.sync.trust import sign_request
from app.sync.trust_certificates import Authority
from tests.houses import FakeClock
from tests.server.office_house import BRANCH, OfficeHouse
from tests.sync.attacker import STATION, Hub
from tests.sync.attacks import honest

ROUTES = {"/v1/round", "/v1/enrol", "/v1/buckets"}
EXAMPLES = 25

Bodies = Callable[[], bytes]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.services.close()


@pytest.fixture
def hub_app(hub: Hub, tmp_path: Path) -> Any:
    blobs = BlobStore(tmp_path / "blobs", b"k" * 32, reserve=0)
    return make_hub_app(hub.node, hub.services.network.papers, blobs, hub.house.office.branch)


@pytest.fixture
def office_app(hub: Hub, tmp_path: Path) -> Iterator[Any]:
    database = Database(f"sqlite:///{tmp_path / 'kantor-pusat.db'}")
    database.prepare(FakeClock().now())
    house = OfficeHouse(database)
    with database.writing() as connection:
        device = Device(BRANCH, STATION, hub.key.public(), True, ACTIVE)
        house.office.devices.enrol(connection, device, "test")
    yield make_app(house.office, Presence(Authority(""), frozenset({""})), [rounds])
    database.close()


def operations(app: Any) -> dict[str, Any]:
    import schemathesis

    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    found = [each.ok() for each in schema.get_all_operations()]
    return {each.path: each for each in found}


def try_all(app: Any, hub: Hub, expected: set[str]) -> None:
    """Each operation with what the schema allows and what it does not; signed by nobody, or by a computer it knows."""
    known = operations(app)
    assert expected <= set(known)
    for operation in known.values():
        _try(operation, hub)


def _try(operation: Any, hub: Hub) -> None:
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    signs = st.sampled_from(["nobody", "known", "another"])

    @given(case=operation.as_strategy(), who=signs, real=st.booleans())
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def run(case: Any, who: str, real: bool) -> None:
        if real and operation.path == "/v1/round":
            case.body = write(honest(hub))
        body = case.body if isinstance(case.body, bytes) else b""
        if who != "nobody":
            station = STATION if who == "known" else "S9"
            case.headers = {
                **(case.headers or {}),
                **sign_request(hub.key, station, case.method, case.formatted_path, body),
            }
        # no schema says what a sealed or signed body is
        answer = case.call_and_validate(excluded_checks=[positive_data_acceptance])
        assert answer.status_code < 500

    run()


def test_the_hub_answers_as_its_schema_says(hub: Hub, hub_app: Any) -> None:
    try_all(hub_app, hub, ROUTES | {"/v1/rules", "/v1/secrets", "/v1/snapshot", "/healthz"})
    hub.check()


def test_head_office_answers_as_its_schema_says(hub: Hub, office_app: Any) -> None:
    try_all(office_app, hub, ROUTES | {"/healthz"})
    hub.check_log()


def test_a_signed_request_gets_through_to_what_it_asks_for(hub: Hub, hub_app: Any) -> None:
    """What the tries above are worth: a round that is in order is answered with 200."""
    operation = operations(hub_app)["/v1/round"]
    case = operation.Case(body=write(honest(hub)), media_type="application/octet-stream")
    case.headers = sign_request(hub.key, STATION, "POST", "/v1/round", case.body)
    assert case.call().status_code == 200
