"""Ask things of Resolve's objects, which never raise: they answer None or False, and say yes to any name.

`hasattr` is always true on them, so that only `dir` tells what there is; an answer of "done" is believed when
it has been read back.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Callable, Dict, List, Optional

from photodouble_client.errors import ArtistError

LOG = logging.getLogger(__name__)
TROUBLES = (AttributeError, TypeError, ValueError, RuntimeError, OSError)
"""What crosses the bridge as an exception: a wrong shape of arguments, an object of a closed project."""


def has(thing: Any, name: str) -> bool:
    """Say whether an object of Resolve has a method of this name in this version."""
    return thing is not None and name in dir(thing)


def ask(thing: Any, name: str, *arguments: Any) -> Any:
    """Call a method and give its answer; None where there is no such object, method or answer."""
    if not has(thing, name):
        return None
    try:
        return getattr(thing, name)(*arguments)
    except TROUBLES as trouble:
        LOG.warning("Resolve's %s failed: %s", name, trouble)
        return None


def text(thing: Any, name: str, *arguments: Any) -> str:
    """Call a method that answers with text; empty where it does not."""
    answer = ask(thing, name, *arguments)
    return answer if isinstance(answer, str) else ""


def whole(thing: Any, name: str, *arguments: Any) -> Optional[int]:
    """Call a method that answers with a frame or a count; None where it does not."""
    answer = ask(thing, name, *arguments)
    if isinstance(answer, bool) or not isinstance(answer, (int, float)):
        return None
    return int(round(answer))


def listed(thing: Any, name: str, *arguments: Any) -> List[Any]:
    """Call a method that answers with a list; empty where it does not. Numbered tables count as lists."""
    answer = ask(thing, name, *arguments)
    if isinstance(answer, dict):
        return [answer[key] for key in sorted(answer)]
    return list(answer) if isinstance(answer, (list, tuple)) else []


def named(thing: Any, name: str, *arguments: Any) -> Dict[Any, Any]:
    """Call a method that answers with named fields; empty where it does not."""
    answer = ask(thing, name, *arguments)
    return dict(answer) if isinstance(answer, dict) else {}


def must(thing: Any, name: str, *arguments: Any, because: str) -> Any:
    """Call a method that has to answer with something; raises ArtistError `input.host_refused`.

    `because` is the sentence that an artist reads where Resolve does not do it.
    """
    answer = ask(thing, name, *arguments)
    if answer is None or answer is False or answer == "" or answer == [] or answer == {}:
        raise refused(because, "{} answered {!r}".format(name, answer))
    return answer


def settle(act: Callable[[], Any], read: Callable[[], Any], wanted: Any, because: str) -> None:
    """Let something be set and read it back: only what is read counts. Raises `input.host_refused`."""
    if same(read(), wanted):
        return
    act()
    found = read()
    if not same(found, wanted):
        raise refused(because, "wanted {!r}, found {!r}".format(wanted, found))


def same(found: Any, wanted: Any) -> bool:
    """Say whether two settings mean the same: Resolve gives numbers back as text, and the other way round."""
    if found == wanted:
        return True
    try:
        return not isinstance(found, bool) and abs(float(found) - float(wanted)) < 1e-6
    except (TypeError, ValueError):
        return False


def also(problem: ArtistError) -> ArtistError:
    """Let what could not be put back not hide what went wrong before: that is told first, then this."""
    first = sys.exc_info()[1]
    if not isinstance(first, ArtistError):
        return problem
    message = "{} {}".format(first.message, problem.message)
    return ArtistError(first.code, first.title, message, first.fix, first.detail or problem.detail)


def refused(message: str, detail: str = "") -> ArtistError:
    """Make the error that says what Resolve did not do."""
    return ArtistError(
        "input.host_refused",
        "Resolve did not do what it was asked",
        message,
        "Close what is open on top of Resolve's window, look at the clip, and ask again.",
        detail,
    )
