"""The search box over a million tickets: the newest twenty for what a person types."""

import random

from app.services.office import open_office
from app.services.services import Services
from benchmarks import material
from benchmarks.table import Line, milliseconds

QUESTIONS = 400


def _typed(chance: random.Random) -> str:
    """A label, its beginning, the last four digits of a NIK, or a rare one."""
    kind = chance.randrange(4)
    if kind == 0:
        return f"{chance.choice('AHKLMR')}-{chance.randrange(1, 51):03d}"
    if kind == 1:
        return f"{chance.choice('AHKLMR')}{chance.randrange(5)}"
    if kind == 2:
        return f"{chance.randrange(10000):04d}"
    return f"{chance.choice('AHKLMR')}-{chance.randrange(1, 51):03d} {chance.randrange(10000):04d}"


def _asked(services: Services, who: str, typed: str) -> float:
    return milliseconds(lambda: services.finder.find(who, typed))


def run(many: int) -> list[Line]:
    """95th percentile of many questions."""
    with material.folder() as where:
        office = material.make_branch(where)
        material.grow(office, many, whole=False)
        office.close()
        services = Services(open_office(where, material.ports()))
        supervisor, _ = material.people_of(services.office)
        chance = random.Random(7)
        questions = [_typed(chance) for _ in range(QUESTIONS)]
        times = sorted(_asked(services, supervisor, typed) for typed in questions)
        services.close()
    return [
        Line(
            f"search over {many:,} tickets, newest first, 95th percentile",
            times[int(QUESTIONS * 0.95)],
            None,
            20,
        )
    ]
