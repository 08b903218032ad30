"""The parts of the service that have modules of their own, beside health and enrolment: each makes its routes."""

from collections.abc import Callable

from fastapi import APIRouter

from app.server.headoffice.office import Follower, HeadOffice

Part = Callable[[HeadOffice, Follower], APIRouter]
"""(office, follower) -> routes. A part that appended entries calls `follower.notice(branch)` after its answer's data
is durable."""
