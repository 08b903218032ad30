"""The troubled line does to the bytes exactly what its plan says: otherwise the runs over it would prove nothing."""

import asyncio
import random
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.sync.trouble import CLEAR, PORTAL, Chance, Counted, Plan, Trouble, TroubleProxy

pytestmark = pytest.mark.enable_socket

WORDS = bytes(range(256)) * 40
PATIENCE = 20.0
"""Seconds after which a test gives up on something that should come at once."""


class Echo(socketserver.ThreadingTCPServer):
    """Sends back what it hears, and keeps what each of its connections heard and how it ended."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _EchoHandler)
        self.heard: list[bytearray] = []
        self.ends: list[str] = []
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.server_address[1]

    def wait(self, until: Callable[["Echo"], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: until(self), PATIENCE), (self.heard, self.ends)


class _EchoHandler(socketserver.BaseRequestHandler):
    server: Echo

    def handle(self) -> None:
        heard, end = bytearray(), "in order"
        self.server.heard.append(heard)
        try:
            while piece := self.request.recv(65_536):
                with self.server.changed:
                    heard += piece
                    self.server.changed.notify_all()
                self.request.sendall(piece)
        except OSError:
            end = "reset"
        with self.server.changed:
            self.server.ends.append(end)
            self.server.changed.notify_all()


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as server:
        yield server
        server.shutdown()


Lines = Callable[[Plan], TroubleProxy]


@pytest.fixture
def line_with(echo: Echo) -> Iterator[Lines]:
    """Makes a line to the echo that suffers what is given."""
    made: list[TroubleProxy] = []

    def make(plan: Plan) -> TroubleProxy:
        made.append(TroubleProxy(echo.address, plan))
        return made[-1]

    yield make
    for line in made:
        line.close()


def call(line: TroubleProxy) -> socket.socket:
    return socket.create_connection(line.address, PATIENCE)


def hear(caller: socket.socket, count: int) -> tuple[bytes, str]:
    """Up to `count` bytes, and how it ended: "open", "in order" or "reset"."""
    heard = b""
    try:
        while len(heard) < count:
            piece = caller.recv(count - len(heard))
            if not piece:
                return heard, "in order"
            heard += piece
    except TimeoutError:
        return heard, "nothing came"
    except OSError:
        return heard, "reset"
    return heard, "open"


def exchange(line: TroubleProxy, words: bytes = WORDS, more: int = 0) -> tuple[bytes, str]:
    """Send all, hear what comes back until it is as much as was sent (and `more`)."""
    try:
        caller = call(line)
    except ConnectionResetError:  # let in and reset before connect() had returned
        return b"", "reset"
    with caller:
        try:
            caller.sendall(words)
        except OSError:  # the reset was seen by sending and is not told twice
            return hear(caller, len(words))[0], "reset"
        return hear(caller, len(words) + more)


def test_a_healthy_line_passes_everything_and_counts_it(echo: Echo, line_with: Lines) -> None:
    line = line_with(CLEAR)
    assert exchange(line) == (WORDS, "open")
    assert exchange(line) == (WORDS, "open")
    assert line.counted == Counted(connections=2, up=2 * len(WORDS), down=2 * len(WORDS))
    assert [bytes(one) for one in echo.heard] == [WORDS, WORDS]


def test_the_end_of_one_side_reaches_the_other(echo: Echo, line_with: Lines) -> None:
    with call(line_with(CLEAR)) as caller:
        caller.sendall(b"good day")
        caller.shutdown(socket.SHUT_WR)
        assert hear(caller, 100) == (b"good day", "in order")
    echo.wait(lambda heard: heard.ends == ["in order"])


@pytest.mark.parametrize("after", [0, 1, 700, 5000])
@pytest.mark.parametrize(("reset", "end"), [(True, "reset"), (False, "in order")])
def test_a_cut_on_the_way_up_lets_exactly_so_many_bytes_through(
    echo: Echo, line_with: Lines, after: int, reset: bool, end: str
) -> None:
    line = line_with(Trouble(cut_up=after, reset=reset))
    assert exchange(line, WORDS[:after], more=1)[1] == end
    echo.wait(lambda heard: heard.ends == [end])
    assert echo.heard[0] == WORDS[:after]
    assert line.counted.up == after


@pytest.mark.parametrize("after", [0, 1, 700, 5000])
@pytest.mark.parametrize(("reset", "end"), [(True, "reset"), (False, "in order")])
def test_a_cut_on_the_way_down_lets_exactly_so_many_bytes_through(
    echo: Echo, line_with: Lines, after: int, reset: bool, end: str
) -> None:
    line = line_with(Trouble(cut_down=after, reset=reset))
    heard, ended = exchange(line)
    assert ended == end or (after < 5000 and not reset)  # bytes on their way up turn a FIN into a reset
    assert heard == WORDS[: len(heard)]
    assert len(heard) <= line.counted.down == after


@pytest.mark.parametrize("trouble", [Trouble(deaf=True), Trouble(mute_up=0), Trouble(mute_down=0)])
def test_a_silent_line_stays_open_until_it_is_healed(echo: Echo, line_with: Lines, trouble: Trouble) -> None:
    line = line_with(trouble)
    with call(line) as caller:
        caller.settimeout(0.05)
        caller.sendall(b"is anybody there")
        assert hear(caller, 1) == (b"", "nothing came")
        assert line.standing == 1
        line.heal()
        caller.settimeout(PATIENCE)
        assert hear(caller, 1) == (b"", "reset")
    assert exchange(line) == (WORDS, "open")
    assert bool(echo.heard[0]) is (trouble.mute_down is not None or len(echo.heard) == 1)


def test_a_line_that_falls_mute_has_passed_what_came_before(echo: Echo, line_with: Lines) -> None:
    line = line_with(Trouble(mute_up=10, silence_ms=30))
    assert exchange(line) == (WORDS[:10], "reset")
    assert echo.heard == [WORDS[:10]]
    line.make(Trouble(mute_down=10, silence_ms=30))
    assert exchange(line) == (WORDS[:10], "reset")
    echo.wait(lambda heard: heard.heard[1] == WORDS)


def test_a_repeated_request_comes_twice_and_is_answered_once(echo: Echo, line_with: Lines) -> None:
    line = line_with(Trouble(repeat_after_ms=0))
    assert exchange(line) == (WORDS, "open")
    echo.wait(lambda heard: [bytes(one) for one in heard.heard] == [WORDS, WORDS])
    assert line.counted.down == len(WORDS)


def test_a_late_repeat_comes_although_the_client_has_gone(echo: Echo) -> None:
    gone = threading.Event()

    async def until_gone(_: float) -> None:
        await asyncio.to_thread(gone.wait, PATIENCE)

    with TroubleProxy(echo.address, Trouble(repeat_after_ms=5000), pause=until_gone) as line:
        assert exchange(line, b"one ticket") == (b"one ticket", "open")
        echo.wait(lambda heard: heard.ends == ["in order"])
        assert len(echo.heard) == 1
        gone.set()
        echo.wait(lambda heard: heard.heard == [b"one ticket", b"one ticket"])
        assert line.counted.repeated == len(b"one ticket")


def test_a_drip_passes_piece_by_piece_with_a_pause_before_each(echo: Echo) -> None:
    pauses = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    with TroubleProxy(echo.address, Trouble(delay_ms=7, piece=100), pause=pause) as line:
        assert exchange(line, WORDS[:1000]) == (WORDS[:1000], "open")
    assert len(pauses) >= 20
    assert set(pauses) == {0.007}


def test_a_portal_answers_in_the_place_of_the_server(echo: Echo, line_with: Lines) -> None:
    line = line_with(Trouble(portal=True))
    with call(line) as caller:
        caller.sendall(b"POST /v1/round HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")
        assert hear(caller, 10_000) == (PORTAL, "in order")
    assert echo.heard == []
    assert line.counted == Counted(connections=1)


def test_who_is_refused_is_let_in_after_a_time(echo: Echo, line_with: Lines) -> None:
    line = line_with(lambda number: Trouble(refuse_ms=2_000) if number == 1 else CLEAR)
    assert exchange(line) == (b"", "reset")
    with pytest.raises(ConnectionRefusedError):
        call(line)
    open_again = threading.Event()
    while not open_again.wait(0.02):
        with suppress(ConnectionRefusedError):
            assert exchange(line) == (WORDS, "open")
            open_again.set()
    assert line.counted.connections == 2


def test_healing_lets_in_whom_it_refused(echo: Echo, line_with: Lines) -> None:
    line = line_with(CLEAR)
    for _ in range(20):
        line.refuse()
        with pytest.raises(ConnectionRefusedError):
            call(line)
        line.heal()
        assert exchange(line, b"again") == (b"again", "open")


def test_healing_frees_lines_that_stand_from_what_was_still_to_come(echo: Echo, line_with: Lines) -> None:
    line = line_with(Trouble(cut_up=100, delay_ms=1))
    with call(line) as caller:
        caller.sendall(WORDS[:50])
        assert hear(caller, 50) == (WORDS[:50], "open")
        line.heal()
        caller.sendall(WORDS[50:])
        assert hear(caller, len(WORDS) - 50) == (WORDS[50:], "open")


def test_pulling_the_cable_resets_both_sides_of_every_line(echo: Echo, line_with: Lines) -> None:
    line = line_with(CLEAR)
    with call(line) as first, call(line) as second:
        for caller in (first, second):
            caller.sendall(b"good day")
            assert hear(caller, 8) == (b"good day", "open")
        line.cut()
        assert hear(first, 1) == hear(second, 1) == (b"", "reset")
    echo.wait(lambda heard: heard.ends == ["reset", "reset"])
    assert line.standing == 0
    assert exchange(line) == (WORDS, "open")


def test_the_line_follows_a_server_that_moved(echo: Echo, line_with: Lines) -> None:
    line = line_with(CLEAR)
    with Echo() as other:
        line.target = other.address
        assert exchange(line) == (WORDS, "open")
        other.shutdown()
        assert (len(other.heard), len(echo.heard)) == (1, 0)
    assert exchange(line)[0] == b""  # nobody is there any more


def test_a_closed_line_leaves_nothing_behind(echo: Echo) -> None:
    line = TroubleProxy(echo.address, Trouble(deaf=True))
    with call(line) as caller:
        caller.sendall(b"good day")
        threads = threading.active_count()
        line.close()
        line.close()
        assert hear(caller, 1) == (b"", "reset")
    assert threading.active_count() == threads - 1
    with pytest.raises(ConnectionRefusedError):
        call(line)


def test_the_same_seed_draws_the_same_troubles() -> None:
    drawn = [Chance(7)(number) for number in range(300)]
    assert drawn == [Chance(7)(number) for number in range(300)]
    assert drawn != [Chance(8)(number) for number in range(300)]


def test_every_trouble_is_drawn_and_no_silence_without_an_end() -> None:
    chance = random.Random(1)
    drawn = [Trouble.draw(chance) for _ in range(2000)]
    for field in Trouble.__struct_fields__:
        assert any(getattr(one, field) != getattr(CLEAR, field) for one in drawn), field
    assert CLEAR in drawn
    for one in drawn:
        silent = one.deaf or one.mute_up is not None or one.mute_down is not None
        assert bool(one.silence_ms) is silent
        assert one.refuse_ms != 0


def test_drawn_troubles_harm_nobody_for_good(echo: Echo, line_with: Lines) -> None:
    """Whatever came through is a part from the start of what was sent, and a healed line is a good line."""
    line = line_with(Chance("a bad day"))
    whole = 0
    for _ in range(60):
        try:
            heard, _ = exchange(line)
        except OSError:
            continue
        whole += heard == WORDS
        assert heard == WORDS[: len(heard)] or heard.startswith(b"HTTP/1.1 200")
    assert 0 < whole < 60
    line.heal()
    assert exchange(line) == (WORDS, "open")


# ------------------------------------------------------------------------------------------------ with TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of 127.0.0.1, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hub")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    path: Path = tmp_path_factory.mktemp("tls") / "hub.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure(echo: Echo, certificate: Path) -> Echo:
    """The echo behind TLS 1.3."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate)

    def secured() -> tuple[socket.socket, object]:
        caller, address = echo.socket.accept()
        try:
            return context.wrap_socket(caller, server_side=True), address
        except OSError:
            caller.close()
            raise

    echo.get_request = secured  # type: ignore[method-assign,assignment]
    return echo


def securely(line: TroubleProxy, certificate: Path) -> bytes:
    trust = ssl.create_default_context(cafile=certificate)
    # Python takes a reset within a record for an orderly end, unless told not to.
    with (
        call(line) as plain,
        trust.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False) as caller,
    ):
        caller.sendall(WORDS)
        heard = b""
        while len(heard) < len(WORDS):
            piece = caller.recv(65_536)
            if not piece:
                break
            heard += piece
        return heard


def test_tls_passes_untouched(secure: Echo, line_with: Lines, certificate: Path) -> None:
    line = line_with(Trouble(piece=100))
    assert securely(line, certificate) == WORDS
    assert line.counted.up > len(WORDS)


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(cut_up=300),
        Trouble(cut_down=3000),
        Trouble(mute_down=700, silence_ms=20),
        Trouble(portal=True),
    ],
)
def test_a_troubled_tls_line_says_so(
    secure: Echo, line_with: Lines, certificate: Path, trouble: Trouble
) -> None:
    line = line_with(trouble)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        securely(line, certificate)
    line.heal()
    assert securely(line, certificate) == WORDS
