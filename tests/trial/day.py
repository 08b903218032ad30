"""A day without a screen: the lines are cut and healed, and it is told what arrived where."""

import time

from tests.soak.branch import zone_far_from_midnight
from tests.soak.chain import Chain, Seen, pause
from tests.soak.processes import RemoteStation

PHASE_SECONDS = 5.0
EMPTY_WITHIN = 60.0


def say(indonesian: str, english: str) -> None:
    """Tell the person in both languages."""
    print(f"{indonesian}\n  {english}", flush=True)


class Day:
    """Three stations at work, and what is done to their lines."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self.faults: list[str] = []

    def play(self) -> None:
        """The whole day; `faults` names what went wrong."""
        chain = self._chain
        chain.ready()
        say(f"Semua tersambung; zona {zone_far_from_midnight()}.", "Everything is connected.")
        for seat, station in enumerate(chain.stations.values(), 1):
            station.ask("work", seat=seat, seed=seat)
        pause(PHASE_SECONDS, chain)
        say("Sambungan ke kantor pusat putus.", "The line to head office is cut.")
        _cut(chain.wan)
        pause(PHASE_SECONDS, chain)
        first, *others = chain.lan.values()
        say("Kabel LAN satu komputer juga putus.", "The cable of one station is cut too.")
        _cut(first)
        pause(PHASE_SECONDS, chain)
        say("Komputer utama tidak terjangkau dari semua komputer.", "Nobody reaches the hub.")
        for line in others:
            _cut(line)
        pause(PHASE_SECONDS, chain)
        waited = {each.place: each.waiting for each in chain.seen()}
        self._heal()
        for station in chain.stations.values():
            station.ask("rest")
        self._finish(waited)

    def _heal(self) -> None:
        say("Semua sambungan pulih; pekerjaan jalan terus.", "Every line is healed; work goes on.")
        chain, begun = self._chain, time.monotonic()
        for line in (*chain.lan.values(), chain.wan):
            line.heal()
        position = chain.head_of("hub")[0]
        old = {name: station.ask("acked") for name, station in chain.stations.items()}
        self.emptied: dict[str, float] = {}

        def are_empty() -> bool:
            for name, station in chain.stations.items():
                if name not in self.emptied and _is_at_hub(chain, station, old[name]):
                    self.emptied[name] = time.monotonic() - begun
            if "hub" not in self.emptied and chain.head_office.head()[0] >= position:
                self.emptied["hub"] = time.monotonic() - begun
            return len(self.emptied) > len(chain.stations)

        try:
            chain.wait(are_empty, EMPTY_WITHIN)
        except TimeoutError:
            late = {"hub", *chain.stations} - set(self.emptied)
            self.faults.append(f"masih menunggu / still waiting: {', '.join(sorted(late))}")

    def _finish(self, waited: dict[str, int]) -> None:
        chain = self._chain
        try:
            chain.wait(chain.is_level, EMPTY_WITHIN)
        except TimeoutError:
            self.faults.append("isi log berbeda / the logs differ")
        seen = chain.seen()
        self._missing(seen)
        say("\nCatatan menurut penulis, di tiap tempat:", "Events by author, at each place:")
        print(table(seen, self._names(), waited, self.emptied), flush=True)

    def _missing(self, seen: list[Seen]) -> None:
        for station in self._chain.stations.values():
            self.faults += [f"{station.name}: {each}" for each in station.defects]
            labels = list(station.tickets.values())
            if len(labels) != len(set(labels)):
                self.faults.append(f"{station.name}: nomor ganda / a label twice")
            for run, number in station.acked.items():
                for place in self._chain.stations.values():
                    if missing := place.ask("missing", acked={run: number}):
                        self.faults.append(f"{place.name}: hilang / missing {missing[:3]}")
        if len({each.head for each in seen}) != 1:
            self.faults.append("ujung log berbeda / the heads differ")
        if any(each.authors != seen[-1].authors for each in seen):
            self.faults.append("jumlah catatan berbeda / the numbers of events differ")

    def _names(self) -> dict[str, str]:
        chain = self._chain
        return {chain.places.station_of(name): name for name in ("hub", *chain.places.names)}


def _cut(line: object) -> None:
    from tests.sync.trouble import TroubleProxy

    assert isinstance(line, TroubleProxy)
    line.refuse()
    line.cut()


def _is_at_hub(chain: Chain, station: RemoteStation, acked: list[object]) -> bool:
    """Whether everything that this station had written when the lines were healed is in the hub's log."""
    return chain.is_in_log("hub", str(acked[0]), int(str(acked[1])))


def table(seen: list[Seen], names: dict[str, str], waited: dict[str, int], emptied: dict[str, float]) -> str:
    """A row for each author and figure, a column for each place."""
    rows = [["penulis / author", *(each.place for each in seen)]]
    authors = sorted(
        {author for each in seen for author in each.authors}, key=lambda one: names.get(one, one)
    )
    rows += [[names.get(one, one), *(str(each.authors.get(one, 0)) for each in seen)] for one in authors]
    rows.append(["jumlah / all", *(str(sum(each.authors.values())) for each in seen)])
    rows.append(["ujung log / head", *(f"{each.head[0]} {each.head[1][:8]}" for each in seen)])
    rows.append(["disahkan / countersigned", *(str(each.line) for each in seen)])
    rows.append(["menunggu saat pulih / waited", *(str(waited.get(each.place, 0)) for each in seen)])
    rows.append(["kosong setelah (s) / empty after", *(_seconds(emptied.get(each.place)) for each in seen)])
    rows.append(["menunggu kini / waiting now", *(str(each.waiting) for each in seen)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
