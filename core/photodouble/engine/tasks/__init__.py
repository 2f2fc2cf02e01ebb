"""Tasks: whatever the command line can do beside running jobs, for hosts and scripts, by the same name."""

from .run import TASKS, run_task
from .task import Task

__all__ = ["TASKS", "Task", "run_task"]
