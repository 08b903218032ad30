"""Without a screen `python3 dev.py run` plays a day through the real windows, by keys."""

from pathlib import Path

from app.config import DataFolder
from app.ui.headless import play


def test_the_day_without_a_screen_is_played_to_its_closing(qapp, tmp_path: Path) -> None:
    said: list[str] = []
    assert play(DataFolder(tmp_path), 12, said.append) == 0
    pictures = {path.stem for path in tmp_path.glob("*/gambar/*.png")}
    assert {"desk", "counter", "closing", "summary-closed"} <= pictures
    assert list(tmp_path.glob("*/cetak/rekap-*.pdf"))
