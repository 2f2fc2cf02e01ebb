"""What a task is: a name, what it does, its arguments, and the library function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .arguments import Argument, schema_of

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Call = Callable[[Mapping[str, Any], "Settings", "Reporter"], Any]


@dataclass(frozen=True)
class Task:
    """Do one thing of the command line for a host. `call` imports what it needs when it is called."""

    name: str
    help: str
    arguments: tuple[Argument, ...]
    call: Call

    @property
    def arguments_schema(self) -> Mapping[str, Any]:
        """Describe the arguments as JSON schema."""
        return schema_of(self.arguments)
