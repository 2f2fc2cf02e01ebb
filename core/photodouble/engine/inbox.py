"""The engine's inbox: a folder of the user's own in which a node, which has no network, leaves requests.

A request is a small file of `key value` lines. It comes from a program that is not ours, so nothing of it is
believed: it must be the user's own plain file, and what it names must be a finished take and its staging.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from photodouble.engine.queue.folder import state_folder, state_place
from photodouble.image.storage import write_whole
from photodouble.settings import Settings
from photodouble.takes.manifest import request_sha256
from photodouble.takes.node_text import FOLDER, NO_DOOR, Door, NodeText, StageWish, plain_bytes, wish_of
from photodouble.takes.store import REQUEST, Take, read_request, stored_take_id
from photodouble_client.errors import ArtistError
from photodouble_client.pathmap import is_full_path
from photodouble_client.wire import checked_id

INBOX, STATUS, TAKEN, ASIDE = "inbox", "status", "taken", "aside"
FIRST_LINE = "photodouble_request 1"
LARGEST = 16 * 1024
_KEYS = ("take", "staged", "frame", "host", "wanted")
_ANSWER = re.compile(r"[0-9a-f]{16}[.]txt\Z")
_HOST = re.compile(r"[\w .()+-]{1,64}\Z")


@dataclass(frozen=True)
class NodeRequest:
    """What a node asks: the take to make anew, and where it lies staged; `answer` is the file for answers."""

    take: Take
    staged: Path
    wish: StageWish
    host: str
    answer: Path | None


def inbox_folder(settings: Settings) -> Path:
    """Return where requests are left; the engine makes the folder, and so does whoever stages a take."""
    return state_place(settings) / INBOX


def open_inbox(settings: Settings) -> Path:
    """Make the inbox and its folders, for this user alone; raises ArtistError, or OSError."""
    folder = state_folder(settings) / INBOX
    for each in (folder, *(folder / name for name in (STATUS, TAKEN, ASIDE))):
        each.mkdir(mode=0o700, exist_ok=True)
        found = each.lstat()
        if not stat.S_ISDIR(found.st_mode) or not _is_own(found):
            raise PermissionError(f"{each} is not this user's own folder")
        if os.name != "nt" and found.st_mode & 0o077:
            each.chmod(0o700)
    return folder


def door(settings: Settings) -> Door:
    """Make the place where a node finds the engine, with a file of its own for answers, if that can be."""
    try:
        folder = open_inbox(settings)
    except (ArtistError, OSError):
        return NO_DOOR
    return Door(str(folder), str(folder / STATUS / f"{secrets.token_hex(8)}.txt"))


def read_node_request(path: Path, inbox: Path) -> NodeRequest:
    """Read a request that a node left, and look at what it names.

    Raises ArtistError `input.bad_request` for what is no request of this user's, `engine.no_take` where its
    take or its staging is not there, `input.tampered` where the take is not as it was sealed.
    """
    words = _words(path)
    if words["wanted"] != "analyse":
        raise _bad(f"It wants {words['wanted'][:40]!r}, which nobody here can do.")
    ident, staged = checked_id(words["take"]), Path(words["staged"])
    if not is_full_path(words["staged"]) or ".." in staged.parts:
        raise _bad("The staged pictures are not named by a full path.")
    staged = Path(os.path.realpath(staged))
    take = _take_of(staged, ident)
    note = NodeText.read(staged)
    if note is None or note.words.get("take") != ident:
        raise _no_take(f"{staged} holds no staging of this take.")
    name = Path(note.words.get("status", "")).name
    answer = inbox / STATUS / name if _ANSWER.match(name) else None
    host = words["host"] if _HOST.match(words["host"]) else ""
    return NodeRequest(take, staged, wish_of(staged), host, answer)


def answer(path: Path | None, state: str, note: str = "", **more: str) -> None:
    """Write where a request stands: `queued`, `running`, `finished` or `refused`, and why, for the node."""
    if path is None:
        return
    words = {"state": state, "note": note, **more}
    lines = [f"{key} {' '.join(value.split())[:500]}" for key, value in words.items() if value]
    write_whole(path, ("\n".join(["photodouble_status 1", *lines]) + "\n").encode())


def _words(path: Path) -> dict[str, str]:
    try:
        content = plain_bytes(path, LARGEST, own=True)
    except (OSError, ValueError) as error:
        raise _bad(f"{error}") from error
    try:
        lines = content.decode("utf-8").split("\n")
    except ValueError:
        raise _bad("It is no text.") from None
    if lines[0] != FIRST_LINE:
        raise _bad(f"It does not begin with {FIRST_LINE!r}.")
    words = dict.fromkeys(_KEYS, "")
    for line in filter(None, lines[1:]):
        key, _, value = line.partition(" ")
        if key not in words or not value.isprintable():
            raise _bad(f"The line {line[:40]!r} is not understood.")
        words[key] = value
    return words


def _take_of(staged: Path, ident: str) -> Take:
    """Return the finished take beside which pictures are staged: nothing else is made again."""
    if staged.parent.parent.name != FOLDER:
        raise _no_take(f"{staged} does not lie beside a take.")
    folder = staged.parents[2] / staged.parent.name
    take = Take(folder, stored_take_id(folder), 0, "")
    if take.take_id != ident or not take.is_sealed:
        raise _no_take(f"{folder} holds no finished take {ident[:12]}.")
    manifest, request = take.manifest(), read_request(folder / REQUEST)
    if manifest.get("take") != ident or manifest.get("request_sha256") != request_sha256(request):
        raise ArtistError(
            "input.tampered",
            "The take is not what was sealed",
            f"The request or the manifest of {take.label} was changed.",
            "Bring it back from a copy; 'photodouble verify' says what else is wrong.",
        )
    return take


def _is_own(found: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()


def _bad(why: str) -> ArtistError:
    return ArtistError(
        "input.bad_request",
        "The node's request cannot be read",
        why,
        "Press the button again; if it happens again, install the node anew.",
    )


def _no_take(why: str) -> ArtistError:
    return ArtistError(
        "engine.no_take",
        "What the node shows is not there",
        why,
        "Stage the take again (photodouble stage), and give the node that folder.",
    )
