"""All that can be asked of the engine, in one table."""

from __future__ import annotations

from . import hello, jobs, pages, previews, reviews, sessions, tasks
from .table import Route

TABLE: tuple[Route, ...] = (
    *hello.ROUTES,
    *jobs.ROUTES,
    *previews.ROUTES,
    *tasks.ROUTES,
    *sessions.ROUTES,
    *pages.ROUTES,
    *reviews.ROUTES,
)
