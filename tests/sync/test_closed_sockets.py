"""What is stopped leaves no socket open: neither the hub's lines nor those of who looks for hubs."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeroconf
from fastapi import FastAPI

from app.server.hub_serving import HubServer
from app.services.network_ways import Ways
from app.sync import finding
from app.sync.finding import try_announcement
from app.sync.trust_certificates import issue, make_authority, stranger_context
from tests.houses import House, make_branch
from tests.sync.strange_servers import now_ms

pytestmark = pytest.mark.enable_socket
PATIENCE = 20.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    yield made
    made.close()


def test_a_hub_that_stops_closes_the_line_of_who_still_waits_for_an_answer(tmp_path: Path) -> None:
    """A long poll that does not end in time was cancelled, and its socket was left to whoever collects the garbage."""
    certificate = issue(make_authority("MDU", now_ms()), "s1", ["127.0.0.1"], now_ms())
    app, asked = FastAPI(), threading.Event()

    @app.get("/long")
    async def long_poll() -> None:
        asked.set()
        await asyncio.sleep(3600)

    server = HubServer(app, tmp_path, certificate)
    server.start("127.0.0.1", 0)
    plain = socket.create_connection(("127.0.0.1", server.port))
    with stranger_context().wrap_socket(plain, server_hostname="hub") as line:
        line.sendall(b"GET /long HTTP/1.1\r\nHost: hub\r\n\r\n")
        assert asked.wait(PATIENCE)
        lines = [each.transport.get_extra_info("socket") for each in server.connections]
        assert [each.fileno() >= 0 for each in lines] == [True]
        server.stop()
        assert [each.fileno() for each in lines] == [-1]


@pytest.mark.parametrize("why", [zeroconf.NonUniqueNameException, OSError, RuntimeError])
def test_a_hub_that_cannot_be_announced_serves_and_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch, why: type[Exception]
) -> None:
    opened = []

    class Net:
        """As Zeroconf where the name is somebody's already, or no network is there any more."""

        def __init__(self, **_: Any) -> None:
            self.closed = False
            opened.append(self)

        def register_service(self, *_: object, **__: object) -> None:
            raise why

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(zeroconf, "Zeroconf", Net)
    assert try_announcement("MDU", "Medan Utara", "s1", ("127.0.0.1",), 1) is None
    assert [each.closed for each in opened] == [True]


def test_a_finder_that_is_opened_while_the_program_ends_is_closed(
    monkeypatch: pytest.MonkeyPatch, house: House
) -> None:
    class Slow:
        """Opens when it is let."""

        closed = False

        def close(self) -> None:
            self.closed = True

    finder, may_open, opened = Slow(), threading.Event(), threading.Event()

    def opening() -> Slow:
        assert may_open.wait(PATIENCE)
        opened.set()
        return finder

    monkeypatch.setattr(finding, "try_finder", opening)
    ways = Ways(house.office, house.office.journal.signer)
    ways.find()
    ways.close()
    may_open.set()
    assert opened.wait(PATIENCE)
    for thread in threading.enumerate():
        if thread.name == "finding":
            thread.join(PATIENCE)
    assert finder.closed
