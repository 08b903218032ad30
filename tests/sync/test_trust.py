"""Trust without a network: certificates, signed requests, and how a computer joins with a code."""

import hashlib
import ssl
import stat
import threading
import time
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from app.credentials import ALPHABET, DeviceKey
from app.errors import Refused
from app.sync import trust_joining, trust_signatures
from app.sync.trust import (
    Authority,
    Invitation,
    InvitationState,
    Joining,
    Newcomer,
    answer_joining,
    check_request,
    days_left,
    fingerprint,
    issue,
    issue_requested,
    joining_request,
    load_certificate,
    make_authority,
    new_code,
    read_code,
    read_joining_answer,
    read_request,
    server_settings,
    show_code,
    sign_request,
    station_of,
)
from app.sync.trust_certificates import ask_certificate, check_issued, client_context, server_context
from tests.houses import DAY_MS, EIGHT_O_CLOCK, CountingEntropy, FakeClock, refused

DEVICE = DeviceKey(bytes(32), "51", "a" * 32)
OTHER_DEVICE = DeviceKey(bytes(32), "52", "a" * 32)
SEEN = "5e" * 32
NEWCOMER = Newcomer(
    station="51", fingerprint="a" * 32, name="PC Loket 2", names=("192.168.1.12", "pc-loket-2")
)
CODE = "ABCDEFGHJK"
OTHER_CODE = "ABCDEFGHJL"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return make_authority("JKT", EIGHT_O_CLOCK)


@pytest.fixture(scope="module")
def joining() -> Joining:
    return joining_request(CODE, NEWCOMER, DEVICE, SEEN, CountingEntropy("newcomer"))


@pytest.fixture(scope="module")
def secret(joining: Joining) -> bytes:
    """The stretched CODE; stretching takes a tenth of a second."""
    return joining.secret


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def invitation(secret: bytes, clock: FakeClock) -> Invitation:
    return Invitation(InvitationState(secret, clock.now()), clock)


def answer(
    invitation: Invitation, body: bytes, authority: Authority, sealed: bytes = b"key", *, full: bool = True
) -> bytes:
    return answer_joining(
        invitation, body, "JKT", authority, sealed, CountingEntropy("hub"), EIGHT_O_CLOCK, full=full
    )


# ------------------------------------------------------------------------------------------ certificates


def test_a_certificate_names_its_station_the_hub_and_the_addresses(authority: Authority) -> None:
    pem, _ = issue(
        authority, "51", ["192.168.1.12", "fe80::1", "pc-2", "pc-2", "tak mungkin", "ü"], EIGHT_O_CLOCK
    )
    made = x509.load_pem_x509_certificate(pem.encode())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [name.value for name in made.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["51"]
    assert names.get_values_for_type(x509.DNSName) == ["loket-hub", "pc-2"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["192.168.1.12", "fe80::1"]
    key = made.public_key()
    assert isinstance(key, EllipticCurvePublicKey)
    assert isinstance(key.curve, SECP256R1)


def test_a_display_gets_a_certificate_that_serves_nobody(authority: Authority) -> None:
    pem, _ = issue(authority, "display", ["192.168.1.13"], EIGHT_O_CLOCK, full=False)
    extensions = x509.load_pem_x509_certificate(pem.encode()).extensions
    assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    with pytest.raises(x509.ExtensionNotFound):
        extensions.get_extension_for_class(x509.SubjectAlternativeName)


def test_days_left_are_whole_days_and_negative_afterwards(authority: Authority) -> None:
    pem, _ = issue(authority, "51", [], EIGHT_O_CLOCK)
    assert days_left(pem, EIGHT_O_CLOCK) == 397
    assert days_left(pem, EIGHT_O_CLOCK + 1_000) == 396
    assert days_left(pem, EIGHT_O_CLOCK + 397 * DAY_MS) == 0
    assert days_left(pem, EIGHT_O_CLOCK + 398 * DAY_MS) == -1
    renewed, _ = issue(authority, "51", [], EIGHT_O_CLOCK + 390 * DAY_MS)
    assert days_left(renewed, EIGHT_O_CLOCK + 390 * DAY_MS) == 397


def test_a_clock_that_fell_back_cuts_nobody_off(authority: Authority) -> None:
    for pem in (authority.certificate_pem, issue(authority, "51", [], EIGHT_O_CLOCK)[0]):
        assert x509.load_pem_x509_certificate(pem.encode()).not_valid_before_utc.timestamp() == 0


def test_no_certificate_outlives_its_authority(authority: Authority) -> None:
    pem, _ = issue(authority, "51", [], EIGHT_O_CLOCK + 7_300 * DAY_MS)
    assert days_left(pem, EIGHT_O_CLOCK) == days_left(authority.certificate_pem, EIGHT_O_CLOCK) == 7_305


def test_the_fingerprint_is_sha_256_of_the_certificate_itself(authority: Authority) -> None:
    encoded = x509.load_pem_x509_certificate(authority.certificate_pem.encode()).public_bytes(Encoding.DER)
    assert fingerprint(authority.certificate_pem) == hashlib.sha256(encoded).hexdigest()


def test_a_requested_certificate_is_for_the_key_that_never_travelled(authority: Authority) -> None:
    asked, key = ask_certificate("51")
    issued = issue_requested(authority, asked, "51", [], EIGHT_O_CLOCK)
    check_issued(authority.certificate_pem, issued, key, "51")
    with refused("certificate_damaged"):
        check_issued(authority.certificate_pem, issued, key, "52")
    with refused("certificate_damaged"):
        check_issued(authority.certificate_pem, issued, ask_certificate("51")[1], "51")
    with refused("certificate_damaged"):
        check_issued(make_authority("JKT", EIGHT_O_CLOCK).certificate_pem, issued, key, "51")


def test_a_tampered_certificate_request_is_refused(authority: Authority) -> None:
    asked = x509.load_pem_x509_csr(ask_certificate("51")[0].encode())
    other = x509.load_pem_x509_csr(ask_certificate("51")[0].encode())
    mixed = asked.public_bytes(Encoding.DER).replace(asked.signature, other.signature)
    if mixed == asked.public_bytes(Encoding.DER) or len(asked.signature) != len(other.signature):
        mixed = asked.public_bytes(Encoding.DER)[:-1] + bytes([asked.signature[-1] ^ 1])
    forged = "-----BEGIN CERTIFICATE REQUEST-----\n" + ssl.DER_cert_to_PEM_cert(mixed).split("\n", 1)[1]
    forged = forged.replace("END CERTIFICATE", "END CERTIFICATE REQUEST")
    with refused("certificate_damaged"):
        issue_requested(authority, forged, "51", [], EIGHT_O_CLOCK)


def test_no_key_in_clear_is_left_beside_a_server(authority: Authority, tmp_path: Path) -> None:
    certificate, key = issue(authority, "51", [], EIGHT_O_CLOCK)
    context = server_context(tmp_path, certificate, key)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_3
    assert list(tmp_path.iterdir()) == []


def test_the_file_openssl_reads_is_ours_alone_and_locked(authority: Authority, tmp_path: Path) -> None:
    certificate, key = issue(authority, "51", [], EIGHT_O_CLOCK)
    looked: list[tuple[int, bytes]] = []

    class Context(ssl.SSLContext):
        def load_cert_chain(self, certfile: str, keyfile: None = None, password: str | None = None) -> None:
            path = Path(certfile)
            looked.append((stat.S_IMODE(path.stat().st_mode), path.read_bytes()))
            super().load_cert_chain(certfile, keyfile, password)

    load_certificate(Context(ssl.PROTOCOL_TLS_SERVER), tmp_path, certificate, key)
    [(mode, written)] = looked
    assert mode == 0o600
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in written
    assert b"BEGIN PRIVATE KEY" not in written


def test_a_key_that_does_not_fit_is_refused(authority: Authority, tmp_path: Path) -> None:
    certificate, _ = issue(authority, "51", [], EIGHT_O_CLOCK)
    _, other = issue(authority, "51", [], EIGHT_O_CLOCK)
    with refused("certificate_damaged"):
        server_settings(tmp_path, certificate, other)
    with refused("folder_read_only"):
        server_settings(tmp_path / "tidak ada", certificate, other)
    assert list(tmp_path.iterdir()) == []


@given(
    pem=st.text()
    | st.text().map(lambda text: f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
)
def test_garbage_is_no_certificate(pem: str) -> None:
    for reads in (fingerprint, client_context, lambda text: days_left(text, 0)):
        with refused("certificate_damaged"):
            reads(pem)
    with refused("certificate_damaged"):
        issue_requested(Authority("", ""), pem, "51", [], 0)


def test_no_secret_is_shown_by_what_is_logged(
    authority: Authority, joining: Joining, invitation: Invitation
) -> None:
    invitation.admit(joining.body, {SEEN})
    joined = read_joining_answer(joining, answer(invitation, joining.body, authority, b"the branch key"))
    shown = repr([authority, joining, invitation.state, joined])
    assert "PRIVATE" not in shown
    assert "branch key" not in shown
    assert repr(joining.secret)[2:-1] not in shown


# ------------------------------------------------------------------------------------------ signed requests


def test_a_signed_request_is_believed() -> None:
    headers = sign_request(DEVICE, "51", "POST", "/v1/round", b"body")
    check_request(DEVICE.public(), "POST", "/v1/round", b"body", headers)
    check_request(
        DEVICE.public(),
        "POST",
        "/v1/round",
        b"body",
        {name.lower(): value for name, value in headers.items()},
    )
    assert station_of(headers) == "51"


@pytest.mark.parametrize(
    ("key", "method", "path", "body"),
    [
        (DEVICE, "PUT", "/v1/round", b"body"),
        (DEVICE, "POST", "/v1/rounds", b"body"),
        (DEVICE, "POST", "/v1/round?x=1", b"body"),
        (DEVICE, "POST", "/v1/round", b"bodyx"),
        (DEVICE, "POST", "/v1/round", b""),
        (OTHER_DEVICE, "POST", "/v1/round", b"body"),
    ],
)
def test_a_signature_of_something_else_is_refused(
    key: DeviceKey, method: str, path: str, body: bytes
) -> None:
    headers = sign_request(DEVICE, "51", "POST", "/v1/round", b"body")
    with refused("signature_wrong"):
        check_request(key.public(), method, path, body, headers)


def test_a_request_that_names_no_station_is_refused() -> None:
    with refused("signature_wrong"):
        station_of({"Host": "loket-hub"})


@given(
    key=st.text() | st.binary(min_size=32, max_size=32).map(bytes.hex),
    signature=st.text() | st.binary(min_size=64, max_size=64).map(bytes.hex),
    body=st.binary(),
)
def test_garbage_is_no_signature(key: str, signature: str, body: bytes) -> None:
    with refused("signature_wrong"):
        check_request(key, "POST", "/v1/round", body, {"Loket-Signature": signature})


def test_a_key_that_anybody_can_sign_for_is_none() -> None:
    """Of small order: with S = 0 and R one of these points, a fourth to an eighth of all messages are "signed"."""
    for point in trust_signatures._FOR_ANYONE:
        for sign in (0, 0x80):
            key = point[:-1] + bytes([point[-1] | sign])
            for number in range(16):
                with refused("signature_wrong"):
                    check_request(
                        key.hex(), "GET", f"/{number}", b"", {"Loket-Signature": (key + bytes(32)).hex()}
                    )


# ------------------------------------------------------------------------------------------ the code


def test_a_code_is_read_as_it_is_shown_or_typed() -> None:
    code = new_code(CountingEntropy("code"))
    assert len(code) == 10
    assert set(code) <= set(ALPHABET)
    assert show_code(CODE) == "ABCD-EFGH-JK"
    assert read_code(show_code(code)) == read_code(f" {code.lower()}\t") == code


@given(typed=st.text())
def test_what_is_no_code_is_a_typing_error(typed: str) -> None:
    signs = [sign for sign in typed.upper() if not sign.isspace() and sign != "-"]
    if len(signs) == 10 and set(signs) <= set(ALPHABET):
        assert read_code(typed) == "".join(signs)
        return
    with refused("enrolment_code_typo"):
        read_code(typed)


# ------------------------------------------------------------------------------------------ joining


def test_a_computer_joins_with_the_code(
    authority: Authority, joining: Joining, invitation: Invitation
) -> None:
    assert invitation.is_open()
    request = invitation.admit(joining.body, {"00" * 32, SEEN})
    assert (request.station, request.name, request.public_key) == ("51", "PC Loket 2", DEVICE.public())
    assert request.names == NEWCOMER.names
    assert not invitation.is_open()
    joined = read_joining_answer(
        joining, answer(invitation, joining.body, authority, b"what only it may know")
    )
    assert (joined.branch, joined.authority_pem) == ("JKT", authority.certificate_pem)
    assert (joined.secrets, joined.at) == (b"what only it may know", EIGHT_O_CLOCK)
    check_issued(authority.certificate_pem, joined.certificate_pem, joined.key_pem, "51")


def test_neither_key_nor_secret_stands_in_the_messages(
    authority: Authority, joining: Joining, invitation: Invitation
) -> None:
    invitation.admit(joining.body, {SEEN})
    sent = joining.body + answer(invitation, joining.body, authority, b"what only it may know")
    assert b"PRIVATE KEY" not in sent
    assert CODE.encode() not in sent
    assert joining.secret not in sent
    assert b"what only it may know" not in sent
    assert b"BEGIN CERTIFICATE-----" not in sent


def test_without_the_key_of_an_authority_no_certificate_is_issued(
    authority: Authority, joining: Joining, invitation: Invitation
) -> None:
    invitation.admit(joining.body, {SEEN})
    joined = read_joining_answer(
        joining, answer(invitation, joining.body, Authority(authority.certificate_pem), full=False)
    )
    assert joined.certificate_pem == ""
    assert joined.authority_pem == authority.certificate_pem


def wrong_request() -> bytes:
    return joining_request(OTHER_CODE, NEWCOMER, DEVICE, SEEN, CountingEntropy("other")).body


def test_five_wrong_codes_lock_the_invitation_for_the_right_one_too(
    joining: Joining, invitation: Invitation
) -> None:
    wrong = wrong_request()
    for left in (4, 3, 2, 1, 0):
        with refused("enrolment_code_wrong", left=left):
            invitation.admit(wrong, {SEEN})
    with refused("enrolment_code_locked"):
        invitation.admit(joining.body, {SEEN})
    assert not invitation.is_open()


def test_many_at_once_have_five_tries_together(secret: bytes, clock: FakeClock) -> None:
    wrong, heard = wrong_request(), []
    invitation = Invitation(InvitationState(secret, clock.now()), clock)
    start = threading.Barrier(12)

    def knock() -> None:
        start.wait(10)
        try:
            invitation.admit(wrong, {SEEN})
        except Refused as error:
            heard.append(error.code)

    threads = [threading.Thread(target=knock) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(heard) == ["enrolment_code_locked"] * 7 + ["enrolment_code_wrong"] * 5


def test_of_two_that_come_at_once_one_joins(joining: Joining, invitation: Invitation) -> None:
    class SlowSet(set[str]):
        """Gives the other thread its turn after the invitation was found open."""

        def __contains__(self, seen: object) -> bool:
            time.sleep(0.1)
            return super().__contains__(seen)

    second = joining_request(CODE, NEWCOMER, OTHER_DEVICE, SEEN, CountingEntropy("second"))
    start, heard = threading.Barrier(2), []

    def knock(body: bytes) -> None:
        start.wait(10)
        try:
            invitation.admit(body, SlowSet({SEEN}))
            heard.append("joined")
        except Refused as error:
            heard.append(error.code)

    threads = [threading.Thread(target=knock, args=(each.body,)) for each in (joining, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(heard) == ["enrolment_code_used", "joined"]


def test_a_code_serves_one_computer_but_a_lost_answer_can_be_fetched_again(
    authority: Authority, joining: Joining, invitation: Invitation
) -> None:
    invitation.admit(joining.body, {SEEN})
    second = joining_request(CODE, NEWCOMER, OTHER_DEVICE, SEEN, CountingEntropy("second"))
    with refused("enrolment_code_used"):
        invitation.admit(second.body, {SEEN})
    with refused("enrolment_code_used"):
        answer(invitation, second.body, authority)
    assert invitation.admit(joining.body, {SEEN}).station == "51"
    again = answer(invitation, joining.body, authority, b"key")
    assert read_joining_answer(joining, again).secrets == b"key"


def test_nobody_is_answered_who_was_not_admitted(
    authority: Authority, joining: Joining, invitation: Invitation
) -> None:
    with refused("enrolment_code_used"):
        answer(invitation, joining.body, authority)


def test_a_code_lives_ten_minutes_whatever_is_done_to_the_clock(
    joining: Joining, secret: bytes, clock: FakeClock
) -> None:
    def fresh() -> Invitation:
        return Invitation(InvitationState(secret, clock.now()), clock)

    in_time = fresh()
    clock.pass_seconds(599)
    in_time.admit(joining.body, {SEEN})
    late, set_back, set_forward = fresh(), fresh(), fresh()
    clock.pass_seconds(600)
    for invitation in (late, in_time):
        with refused("enrolment_code_expired"):
            invitation.admit(joining.body, {SEEN})
    clock.jump(-600_000)
    with refused("enrolment_code_expired"):
        set_back.admit(joining.body, {SEEN})
    young = fresh()
    clock.jump(-1)
    with refused("enrolment_code_expired"):
        young.admit(joining.body, {SEEN})
    clock.jump(3_600_000)
    with refused("enrolment_code_expired"):
        set_forward.admit(joining.body, {SEEN})


def test_an_invitation_can_be_kept_and_taken_up_by_another_process(
    authority: Authority, joining: Joining, invitation: Invitation, clock: FakeClock
) -> None:
    with refused("enrolment_code_wrong"):
        invitation.admit(wrong_request(), {SEEN})
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(invitation.state), type=InvitationState)
    elsewhere = Invitation(kept, clock)
    with refused("enrolment_code_wrong", left=3):
        elsewhere.admit(wrong_request(), {SEEN})
    elsewhere.admit(joining.body, {SEEN})
    third = Invitation(elsewhere.state, clock)
    assert read_joining_answer(joining, answer(third, joining.body, authority)).branch == "JKT"


def test_a_code_opened_by_its_signs_fits_the_request(joining: Joining, clock: FakeClock) -> None:
    assert Invitation.open(CODE, clock).admit(joining.body, {SEEN}).station == "51"


def test_who_stands_between_is_found_out_and_the_code_is_spent(
    joining: Joining, invitation: Invitation
) -> None:
    """The newcomer saw a certificate (SEEN) that is not the hub's."""
    with refused("enrolment_intercepted"):
        invitation.admit(joining.body, {"0b" * 32})
    with refused("enrolment_code_locked"):
        invitation.admit(joining.body, {SEEN})


def test_who_stands_between_cannot_change_what_the_newcomer_saw(
    joining: Joining, invitation: Invitation
) -> None:
    content, proof, signature = msgspec.msgpack.decode(joining.body)
    swapped = content.replace(SEEN.encode(), b"0b" * 32)
    assert swapped != content
    with refused("enrolment_code_wrong", left=4):
        invitation.admit(msgspec.msgpack.encode((swapped, proof, signature)), {"0b" * 32})


def test_a_device_key_that_the_newcomer_does_not_have_is_refused(
    secret: bytes, joining: Joining, invitation: Invitation
) -> None:
    content, proof, signature = msgspec.msgpack.decode(joining.body)
    with refused("joining_damaged"):
        invitation.admit(msgspec.msgpack.encode((content, proof, bytes(64))), {SEEN})
    stolen = content.replace(DEVICE.public().encode(), OTHER_DEVICE.public().encode())
    proved = trust_joining._tag(secret, b"request", stolen)
    with refused("joining_damaged"):
        invitation.admit(msgspec.msgpack.encode((stolen, proved, signature)), {SEEN})
    assert invitation.is_open()


def test_an_answer_for_another_request_or_by_another_code_is_not_read(
    authority: Authority, joining: Joining, invitation: Invitation, clock: FakeClock
) -> None:
    invitation.admit(joining.body, {SEEN})
    real = answer(invitation, joining.body, authority)
    second = joining_request(CODE, NEWCOMER, DEVICE, SEEN, CountingEntropy("second"))
    with refused("joining_answer_wrong"):
        read_joining_answer(second, real)
    stranger = Invitation.open(OTHER_CODE, clock)
    body = wrong_request()
    stranger.admit(body, {SEEN})
    with refused("joining_answer_wrong"):
        read_joining_answer(joining, answer(stranger, body, authority))


def test_every_byte_of_an_answer_counts(
    authority: Authority, joining: Joining, invitation: Invitation
) -> None:
    invitation.admit(joining.body, {SEEN})
    real = answer(invitation, joining.body, authority)
    for at in range(len(real)):
        with refused("joining_answer_wrong"):
            read_joining_answer(joining, real[:at] + bytes([real[at] ^ 1]) + real[at + 1 :])
        with refused("joining_answer_wrong"):
            read_joining_answer(joining, real[:at])


@given(body=st.binary(max_size=2_000))
def test_garbage_neither_joins_nor_costs_a_try(secret: bytes, joining: Joining, body: bytes) -> None:
    clock = FakeClock()
    invitation = Invitation(InvitationState(secret, clock.now()), clock)
    with refused("joining_damaged"):
        invitation.admit(body, {SEEN})
    with refused("joining_damaged"):
        read_request(body)
    with refused("joining_answer_wrong"):
        read_joining_answer(joining, body)
    assert invitation.state.left == 5


nested = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(content=nested, proof=nested, signature=nested)
def test_well_formed_nonsense_is_refused_as_well(
    secret: bytes, joining: Joining, content: object, proof: object, signature: object
) -> None:
    clock = FakeClock()
    invitation = Invitation(InvitationState(secret, clock.now()), clock)
    inner = msgspec.msgpack.encode(content)
    proved = trust_joining._tag(secret, b"request", inner)
    for body in ((content, proof, signature), (inner, proof, signature), (inner, proved, DEVICE.sign(inner))):
        with refused("joining_damaged"):
            invitation.admit(msgspec.msgpack.encode(body), {SEEN})
    with refused("joining_answer_wrong"):
        read_joining_answer(joining, msgspec.msgpack.encode((content, proof)))


@given(cut=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_request_with_one_byte_changed_is_never_admitted(
    secret: bytes, joining: Joining, cut: int, flip: int
) -> None:
    clock, at = FakeClock(), cut % len(joining.body)
    invitation = Invitation(InvitationState(secret, clock.now()), clock)
    changed = joining.body[:at] + bytes([joining.body[at] ^ flip]) + joining.body[at + 1 :]
    with pytest.raises(Refused):
        invitation.admit(changed, {SEEN})
    assert not invitation.state.taken_by


@pytest.mark.parametrize(
    "told",
    [
        {"station": ""},
        {"station": "a b"},
        {"station": "x" * 65},
        {"name": ""},
        {"name": "x" * 81},
        {"names": ["x"] * 33},
        {"seen": "x" * 65},
        {"public_key": "G" * 64},
        {"nonce": b"short"},
        {"full": "yes"},
    ],
)
def test_what_a_newcomer_tells_has_its_limits(
    secret: bytes, joining: Joining, invitation: Invitation, told: dict[str, object]
) -> None:
    content = msgspec.msgpack.decode(msgspec.msgpack.decode(joining.body)[0])
    changed = msgspec.msgpack.encode({**content, **told})
    signed = DEVICE.sign(b"loket joining 1\n" + changed)
    with refused("joining_damaged"):
        invitation.admit(
            msgspec.msgpack.encode((changed, trust_joining._tag(secret, b"request", changed), signed)), {SEEN}
        )
