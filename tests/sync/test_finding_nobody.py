"""A computer without any address: nobody is found, and that is no defect."""

import pytest
import zeroconf

from app.sync.finding import try_finder


@pytest.mark.parametrize("why", [RuntimeError("no interface has an address"), OSError("no network")])
def test_without_an_address_hubs_are_not_found_by_themselves(
    monkeypatch: pytest.MonkeyPatch, why: Exception
) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise why

    monkeypatch.setattr(zeroconf, "Zeroconf", nowhere)
    assert try_finder() is None
