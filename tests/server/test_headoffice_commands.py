"""Head office from the command line, as an administrator types it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from app.config import resources
from app.credentials import DeviceKey
from app.errors import Refused
from app.server.__main__ import main
from app.sync.trust_caller import join_branch
from app.sync.trust_joining import Newcomer, read_code
from tests.houses import CountingEntropy
from tests.server.office_house import NIK, csv_file

ROOT = Path(__file__).resolve().parents[2]


class Desk:
    """An administrator's shell: commands on one database with one key."""

    def __init__(self, folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.key = folder / "kantor-pusat.key"
        self.options = ["--database", url, "--key-file", str(self.key)]
        self._capsys = capsys

    def type(self, *words: str) -> str:
        """What a command that works says."""
        status = main([words[0], *self.options, *words[1:]])
        said = self._capsys.readouterr()
        assert status == 0, said.err
        return said.out

    def refused(self, *words: str) -> str:
        """What a command that is refused says: Indonesian first, then English."""
        status = main([words[0], *self.options, *words[1:]])
        said = self._capsys.readouterr()
        assert (status, said.out) == (2, "")
        assert len(said.err.splitlines()) == 2
        return said.err


@pytest.fixture
def desk(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path, database_url, capsys)
    assert "Basis data siap." in made.type("prepare")
    return made


def test_the_key_is_made_once_for_its_owner_alone(desk: Desk) -> None:
    assert desk.key.stat().st_mode & 0o777 == 0o600
    kept = desk.key.read_bytes()
    desk.type("prepare")
    assert desk.key.read_bytes() == kept


def test_an_administrators_day(desk: Desk) -> None:
    said = desk.type("branch", "add", "MDU", "Medan Utara", "WIB")
    assert said.splitlines()[0] == "Cabang MDU ditambahkan."
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{2}", said)
    assert code is not None
    assert read_code(code.group())
    shipped = resources() / "bundle" / "default.json"
    assert "untuk 1 cabang" in desk.type("bundle", "publish", str(shipped))
    members = csv_file(desk.folder, "nik,member_no,name", f"{NIK},12345678901,Peserta Contoh")
    assert desk.type("members", "import", str(members)).startswith("1 baris, 1 baru")
    staff = csv_file(desk.folder, "branch,person,name,roles", "MDU,P1,Petugas Satu,cso")
    assert "1 petunjuk" in desk.type("staff", "import", str(staff))
    bookings = csv_file(desk.folder, "branch,code,day,time,service,name", "MDU,B1,2026-11-23,08:00,jht,Ada")
    assert "1 petunjuk" in desk.type("bookings", "import", str(bookings))
    payments = csv_file(desk.folder, "branch,voucher,reference,day,amount", "MDU,V1,R1,2026-11-23,1000")
    assert "0 petunjuk" in desk.type("payments", "import", str(payments))
    status = desk.type("status").splitlines()
    assert status[1].split() == ["MDU", "0", "0", "0", "3", "0", "0", "Medan", "Utara"]


def test_what_is_refused_is_said_in_both_languages(desk: Desk) -> None:
    desk.type("branch", "add", "MDU", "Medan Utara", "WIB")
    assert "sudah ada" in desk.refused("branch", "add", "MDU", "Lagi", "WIB")
    assert "NIX" in desk.refused("device", "enrol", "NIX")
    assert "tidak punya komputer" in desk.refused("device", "revoke", "MDU", "pc-9")
    assert desk.type("device", "list", "MDU").startswith("no.")
    wrong = csv_file(desk.folder, "nik,member_no,name", "12,1,Ada")
    assert "2 (nik)" in desk.refused("members", "import", str(wrong))
    assert "berkas-tiada" in desk.refused("bundle", "publish", str(desk.folder / "berkas-tiada"))
    desk.key.chmod(0o644)
    assert str(desk.key) in desk.refused("status")


def test_serving_to_the_network_without_tls_is_refused(desk: Desk) -> None:
    desk.refused("headoffice", "--listen", "192.0.2.1:8765")
    assert "prepare --tls" in desk.refused("headoffice", "--tls", str(desk.folder / "tls"))


@pytest.mark.enable_socket
def test_the_service_starts_serves_over_tls_and_stops(desk: Desk) -> None:
    tls = desk.folder / "tls"
    desk.type("prepare", "--tls", str(tls))
    assert (tls / "otoritas.key").stat().st_mode & 0o777 == 0o600
    said = desk.type("branch", "add", "MDU", "Medan Utara", "WIB")
    found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{2}", said)
    assert found is not None
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "app.server",
        "headoffice",
        *desk.options,
        "--tls",
        str(tls),
        "--listen",
        f"127.0.0.1:{port}",
    ]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    try:
        address = f"https://127.0.0.1:{port}"
        wait_for(address, tls / "otoritas.pem", serving)
        newcomer = Newcomer(station="hub-1", fingerprint="f" * 32, name="Hub", branch="MDU")
        key = DeviceKey(b"h" * 32, "hub-1", "f" * 32)
        code = read_code(found.group())
        assert join_branch(address, code, newcomer, key, CountingEntropy("hub")).branch == "MDU"
    finally:
        serving.send_signal(signal.SIGTERM)
        said = serving.communicate(timeout=60)[0]
    lines = [json.loads(line) for line in said.splitlines()]
    assert {"/healthz", "/v1/enrol"} <= {line.get("route") for line in lines}
    assert desk.type("status").splitlines()[1].split()[3] == "1"


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, authority: Path, serving: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert serving.poll() is None
        try:
            answer = requests.get(
                f"{address}/healthz", verify=str(authority), headers={"Connection": "close"}, timeout=5
            )
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
            continue
        assert answer.json()["status"] == "ok"
        return
    raise AssertionError(os.fspath(authority))


def test_the_servers_clock_is_shown_beside_the_databases(desk: Desk) -> None:
    shown = desk.type("clock", "show")
    assert re.search(r"jam server +20\d\d-\d\d-\d\d", shown)
    assert re.search(r"jam basis data +20\d\d-\d\d-\d\d", shown)
    assert "dicatat sebagai benar" in desk.type("clock", "confirm")
    assert desk.refused("clock", "set-back", "XXX").startswith("Cabang XXX")


def test_a_doubted_clock_is_said_by_status_and_fails_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.server.headoffice.clock_guard import ClockGuard

    def doubts(*_: object) -> None:
        raise Refused("server_clock_ahead", newest=202611, month=203511)

    monkeypatch.setattr(ClockGuard, "check", doubts)
    assert main(["status", *desk.options]) == 1
    assert "clock confirm" in capsys.readouterr().out
