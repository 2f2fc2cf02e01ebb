"""The queue: jobs on disk before work starts, and the workers that take it up."""

from .queue import Queue

__all__ = ["Queue"]
