"""QR codes as data."""

import pytest

from app.devices.qr import qr_matrix


def test_a_ticket_id_gives_a_square_with_the_three_finders() -> None:
    matrix = qr_matrix("0192f0c1d2e37abc8def0123456789ab")
    side = len(matrix)
    assert side == 29  # version 3
    assert all(len(row) == side for row in matrix)
    finder = [[max(abs(row - 3), abs(column - 3)) != 2 for column in range(7)] for row in range(7)]
    for top, left in ((0, 0), (0, side - 7), (side - 7, 0)):
        assert [list(matrix[top + row][left : left + 7]) for row in range(7)] == finder


def test_other_text_gives_other_modules() -> None:
    assert qr_matrix("A-014") != qr_matrix("A-015")


def test_text_beyond_any_code_is_refused() -> None:
    with pytest.raises(ValueError, match="Data too large"):
        qr_matrix("x" * 5000)
