"""One line of the speed table: a figure, its floor in the same run, the ratio and the goal."""

import statistics
from collections.abc import Callable, Sequence
from time import perf_counter

RUNS = 5


class Line:
    """What was measured, in `unit`; no goal where it is only said."""

    def __init__(
        self, what: str, figure: float, floor: float | None, goal: float | None, unit: str = "ms"
    ) -> None:
        self.what = what
        self.figure = figure
        self.floor = floor
        self.goal = goal
        self.unit = unit

    @property
    def ratio(self) -> float:
        """Figure to floor, or the figure itself where the goal is absolute."""
        return self.figure / self.floor if self.floor else self.figure

    def __str__(self) -> str:
        sign = "×" if self.floor else self.unit
        floor = f"{self.floor:.3f} {self.unit}" if self.floor else "–"
        goal, fits = "–", "–"
        if self.goal is not None:
            goal, fits = f"≤ {self.goal:.3g} {sign}", "ya" if self.ratio <= self.goal else "TIDAK"
        return (
            f"| {self.what} | {self.figure:.3f} {self.unit} | {floor} | {self.ratio:.2f} {sign} "
            f"| {goal} | {fits} |"
        )


def milliseconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1000


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


HEAD = "| what | Loket | floor | ratio | goal | met |\n|---|---|---|---|---|---|"
