"""A believable day of a branch, played through the services alone; the same seed gives the same day."""

from app.services.demo.day import DemoResult, demo, make_demo_branch, play_day, try_out
from app.services.demo.machine import SeededClock, SeededEntropy, SeededMachine, demo_ports
from app.services.demo.people import DEMO_PEOPLE

__all__ = [
    "DEMO_PEOPLE",
    "DemoResult",
    "SeededClock",
    "SeededEntropy",
    "SeededMachine",
    "demo",
    "demo_ports",
    "make_demo_branch",
    "play_day",
    "try_out",
]
