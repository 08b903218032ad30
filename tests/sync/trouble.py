"""A line that makes trouble: a TCP proxy on loopback that delays, cuts, goes deaf, repeats, lies or refuses.

    with TroubleProxy(("127.0.0.1", port_of_the_server)) as line:  # transparent at first
        line.make(Chance(seed))  # or line.make(Trouble(cut_up=500)); clients connect to line.port
        line.heal()

What passes is not looked into, so TLS passes as well. Each proxy has its own thread."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Self

import msgspec

Address = tuple[str, int]
Pause = Callable[[float], Awaitable[object]]

WHOLE = 65_536
QUIET = 1.0
"""Seconds a repeated request waits for the end of its answer, once the first one has ended."""
_PAGE = b"<html><h1>Selamat datang</h1><p>Masuk dahulu untuk memakai Wi-Fi.</html>"
PORTAL = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_PAGE), _PAGE)
)
"""What a captive portal answers, whatever it was asked."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What one connection suffers; without arguments nothing. `up` is from the client to the server."""

    delay_ms: int = 0
    """before each piece, in both directions"""
    piece: int = WHOLE
    """the largest number of bytes passed on at once; few bytes and a delay make a slow drip"""
    cut_up: int | None = None
    """cut when so many bytes have gone up"""
    cut_down: int | None = None
    reset: bool = True
    """cut with RST; False: with FIN, as by a program that ends in good order"""
    deaf: bool = False
    """accepted, never read, never answered"""
    mute_up: int | None = None
    """after so many bytes up nothing more goes up, and the line stays open"""
    mute_down: int | None = None
    silence_ms: int = 0
    """a deaf or mute line is reset after so long; 0: when healed, not before"""
    repeat_after_ms: int | None = None
    """all that goes up goes up once more on a second connection, so much later; that answer is thrown away"""
    portal: bool = False
    """a captive portal answers in the server's place"""
    refuse_ms: int | None = None
    """this connection is reset, and for so long no other is let in; 0: until healed"""

    @classmethod
    def draw(cls, chance: random.Random) -> Trouble:
        """None or one trouble of drawn size, short enough for thousands of connections; silences end by themselves."""
        weights, draws = zip(*_KINDS, strict=True)
        drawn: Trouble = chance.choices(draws, weights)[0](chance)
        return drawn


CLEAR = Trouble()


def _size(chance: random.Random) -> int:
    """Bytes: often within the first line or the TLS greeting, sometimes deep in a body."""
    return int(2 ** chance.uniform(0, 16)) - 1


_KINDS: tuple[tuple[int, Callable[[random.Random], Trouble]], ...] = (
    (30, lambda _: CLEAR),
    (10, lambda chance: Trouble(delay_ms=chance.randrange(1, 30))),
    (5, lambda chance: Trouble(delay_ms=1, piece=chance.randrange(100, 1000))),
    (12, lambda chance: Trouble(cut_up=_size(chance), reset=chance.random() < 0.5)),
    (12, lambda chance: Trouble(cut_down=_size(chance), reset=chance.random() < 0.5)),
    (4, lambda chance: Trouble(deaf=True, silence_ms=chance.randrange(20, 200))),
    (4, lambda chance: Trouble(mute_up=_size(chance), silence_ms=chance.randrange(20, 200))),
    (8, lambda chance: Trouble(mute_down=_size(chance), silence_ms=chance.randrange(20, 200))),
    (8, lambda chance: Trouble(repeat_after_ms=chance.choice((0, 0, chance.randrange(1, 50))))),
    (3, lambda _: Trouble(portal=True)),
    (4, lambda chance: Trouble(refuse_ms=chance.randrange(10, 150))),
)

Plan = Trouble | Callable[[int], Trouble]
"""One trouble for every connection, or what connection number n (1, 2 ...) of this proxy suffers."""


class Chance:
    """Draws for each connection: the same seed and number give the same trouble, whatever the clock says."""

    def __init__(self, seed: object) -> None:
        self._seed = seed

    def __call__(self, number: int) -> Trouble:
        return Trouble.draw(random.Random(f"{self._seed} {number}"))


class Counted(msgspec.Struct):
    """What came through so far: connections let in, bytes passed on, bytes sent up a second time."""

    connections: int = 0
    up: int = 0
    down: int = 0
    repeated: int = 0


class _Cut(Exception):
    """The plan ends it."""


def _settle(end: socket.socket) -> None:
    end.setblocking(False)
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _close(end: socket.socket, reset: bool) -> None:
    """Close with RST, or with FIN: bytes left unread would make the kernel send RST."""
    with suppress(OSError):
        if reset:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            end.shutdown(socket.SHUT_WR)
            while end.recv(WHOLE):
                continue
    end.close()


class _Line:
    """One connection through the proxy."""

    def __init__(self, proxy: TroubleProxy, client: socket.socket, plan: Trouble) -> None:
        self._proxy, self._client = proxy, client
        self._ends, self._reset = [client], True
        self.plan = plan
        self.silent = False

    async def run(self) -> None:
        """Until both sides have ended, or the plan says so."""
        try:
            await self._serve()
            self._reset = False
        except _Cut:
            self._reset = self.plan.reset
        except OSError:
            pass

    def close(self) -> None:
        """Close both sides; also of a line that was taken down before it began to run."""
        for end in self._ends:
            _close(end, self._reset)

    async def _serve(self) -> None:
        if self.plan.refuse_ms is not None:
            self._proxy._shut(self.plan.refuse_ms)
            raise ConnectionResetError
        if self.plan.deaf:
            await self._fall_silent()
        if self.plan.portal:
            await self._answer_as_portal()
            return
        server = await self._proxy._dial(self._ends)
        copies = self._proxy._repeat(self.plan.repeat_after_ms)
        ways = [
            asyncio.create_task(self._pass_on(self._client, server, "up", copies)),
            asyncio.create_task(self._pass_on(server, self._client, "down", None)),
        ]
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
            for way in done:
                way.result()
        finally:
            if copies is not None:
                copies.put_nowait(b"")
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pass_on(
        self, source: socket.socket, target: socket.socket, way: str, copies: asyncio.Queue[bytes] | None
    ) -> None:
        loop, passed = asyncio.get_running_loop(), 0
        while True:
            if getattr(self.plan, f"mute_{way}") == passed:
                await self._fall_silent()
            limits = (getattr(self.plan, f"{what}_{way}") for what in ("cut", "mute"))
            room = [limit - passed for limit in limits if limit is not None and limit >= passed]
            if 0 in room:
                raise _Cut
            piece = await loop.sock_recv(source, min([self.plan.piece, *room]))
            if not piece:
                break
            if self.plan.delay_ms:
                await self._proxy.pause(self.plan.delay_ms / 1000)
            passed += len(piece)
            self._proxy._count(way, len(piece))
            await loop.sock_sendall(target, piece)
            if copies is not None:
                copies.put_nowait(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    async def _fall_silent(self) -> None:
        self.silent = True
        if self.plan.silence_ms:
            await self._proxy.pause(self.plan.silence_ms / 1000)
        else:
            await asyncio.Event().wait()
        raise ConnectionResetError

    async def _answer_as_portal(self) -> None:
        loop = asyncio.get_running_loop()
        if await loop.sock_recv(self._client, WHOLE):
            await loop.sock_sendall(self._client, PORTAL)
            self._client.shutdown(socket.SHUT_WR)
            while await loop.sock_recv(self._client, WHOLE):
                pass


class TroubleProxy:
    """Listens on a free loopback port and passes on to `target`, which may be changed at any time.

    `plan` is what connections made from now on suffer. `pause` waits in place of asyncio.sleep.
    """

    def __init__(self, target: Address, plan: Plan = CLEAR, pause: Pause = asyncio.sleep) -> None:
        self.target = target
        self.pause = pause
        self.counted = Counted()
        self._plan = plan
        self._lines: dict[asyncio.Task[None], _Line] = {}
        self._copying: set[asyncio.Task[None]] = set()
        self._listener: socket.socket | None = None
        self._opens: asyncio.TimerHandle | None = None
        self._name = self._bound(("127.0.0.1", 0))
        """bound and never listening: it keeps the port ours while nobody is let in"""
        self.port: int = self._name.getsockname()[1]
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"line {self.port}", daemon=True)
        self._thread.start()
        self._ask(self._healed())

    @property
    def address(self) -> Address:
        """Where clients connect to."""
        return "127.0.0.1", self.port

    @property
    def standing(self) -> int:
        """How many connections stand now."""
        return len(self._lines)

    def make(self, plan: Plan) -> None:
        """Connections made from now on suffer this; those that stand go on as they are."""
        self._plan = plan

    def heal(self) -> None:
        """Transparent from now on: who was refused is let in, silent lines are reset, the others flow freely."""
        self._plan = CLEAR
        self._ask(self._healed())

    def cut(self) -> None:
        """Reset every connection that stands now; new ones are let in."""
        self._ask(self._cancelled(lambda _: True))

    def refuse(self, milliseconds: int = 0) -> None:
        """Let nobody in for so long (0: until healed), as when nothing listens there; what stands stays."""

        self._ask(self._refused(milliseconds))

    def close(self) -> None:
        """Reset everything and give the port back; twice does no harm."""
        if self._loop.is_closed():
            return
        self._ask(self._wound_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._name.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------ on its thread

    def _ask(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _refused(self, milliseconds: int) -> None:
        self._shut(milliseconds)

    async def _healed(self) -> None:
        for line in self._lines.values():
            line.plan = CLEAR
        self._open()
        await self._cancelled(lambda line: line.silent)

    async def _cancelled(self, which: Callable[[_Line], bool]) -> None:
        tasks = [task for task, line in self._lines.items() if which(line)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _wound_up(self) -> None:
        self._shut(0)
        await self._cancelled(lambda _: True)
        for task in self._copying:
            task.cancel()
        await asyncio.gather(*self._copying, return_exceptions=True)

    @staticmethod
    def _bound(address: Address) -> socket.socket:
        made = socket.socket()
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        return made

    def _open(self) -> None:
        if self._opens is not None:
            self._opens.cancel()
            self._opens = None
        if self._listener is None:
            self._listener = self._bound(self.address)
            self._listener.listen(128)
            self._loop.add_reader(self._listener, self._let_in, self._listener)

    def _shut(self, milliseconds: int) -> None:
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        if self._opens is not None:
            self._opens.cancel()
        self._opens = self._loop.call_later(milliseconds / 1000, self._open) if milliseconds else None

    def _let_in(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except OSError:  # it went away again
            return
        _settle(client)
        self.counted.connections += 1
        plan = self._plan if isinstance(self._plan, Trouble) else self._plan(self.counted.connections)
        line = _Line(self, client, plan)
        task = self._loop.create_task(line.run())
        self._lines[task] = line
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Task[None]) -> None:
        self._lines.pop(task).close()

    async def _dial(self, ends: list[socket.socket]) -> socket.socket:
        """A connection to the target, entered in `ends` before anything can go wrong with it."""
        server = socket.socket()
        ends.append(server)
        _settle(server)
        await self._loop.sock_connect(server, self.target)
        return server

    def _count(self, way: str, count: int) -> None:
        setattr(self.counted, way, getattr(self.counted, way) + count)

    def _repeat(self, after_ms: int | None) -> asyncio.Queue[bytes] | None:
        """A queue whose pieces are sent once more; an empty piece is its end."""
        if after_ms is None:
            return None
        copies: asyncio.Queue[bytes] = asyncio.Queue()
        task = self._loop.create_task(self._send_again(copies, after_ms / 1000))
        self._copying.add(task)
        task.add_done_callback(self._copying.discard)
        return copies

    async def _send_again(self, copies: asyncio.Queue[bytes], after: float) -> None:
        ends: list[socket.socket] = []
        try:
            while piece := await copies.get():
                await self.pause(after)
                server = ends[0] if ends else await self._dial(ends)
                self._count("repeated", len(piece))
                await self._loop.sock_sendall(server, piece)
            # A FIN from us would make a server drop what it has not begun: the answer is read first.
            async with asyncio.timeout(QUIET):
                while ends and await self._loop.sock_recv(ends[0], WHOLE):
                    pass
        except OSError:  # TimeoutError is one
            pass
        finally:
            for end in ends:
                _close(end, reset=False)
