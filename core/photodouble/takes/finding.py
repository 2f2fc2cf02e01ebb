"""Finding the take that a person means: by its name in the list, its folder, its id, or `v001`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.settings import ResolvedSettings, load_settings
from photodouble_client.errors import ArtistError

if TYPE_CHECKING:
    from .store import Take, TakeStore

SHORTEST_ID = 4


def store_at(root: str = "", take: str = "") -> TakeStore:
    """Return the store of a root, that the take given by its folder lies in, or of the settings."""
    near = Path(root or take or ".").expanduser()
    resolved = load_settings(near if near.exists() else Path())
    above = None if root else _root_above(take, resolved)
    return open_root(above or default_root(root, resolved), resolved)


def _root_above(given: str, resolved: ResolvedSettings) -> Path | None:
    """Return the root that the folder of a take lies in; None when a name is given instead."""
    from .store import REQUEST

    folder = Path(_absolute(given)) if given else Path()
    folder = folder.parent if folder.is_file() else folder
    above = list(folder.parents)
    depth = len(Path(resolved.settings.take_template).parts)
    return above[depth - 1] if (folder / REQUEST).is_file() and len(above) >= depth else None


def default_root(given: str, resolved: ResolvedSettings, *, otherwise: Path = Path()) -> Path:
    """Return where takes are kept: as given, by the settings, in the show, or `takes` in `otherwise`."""
    if given:
        return Path(_absolute(given))
    if resolved.settings.takes_root:
        root = Path(resolved.settings.takes_root).expanduser()
        return Path(_absolute(str((resolved.show_folder or Path.cwd()) / root)))
    return Path(_absolute(str((resolved.show_folder or otherwise) / "takes")))


def open_root(root: Path, resolved: ResolvedSettings) -> TakeStore:
    """Return the store of a root, with the naming templates in force."""
    from .naming import Naming
    from .store import TakeStore

    return TakeStore(root, Naming(resolved.settings.take_template, resolved.settings.file_template))


def found_take(given: str, store: TakeStore) -> Take:
    """Return the take a person means; raises ArtistError `engine.no_take`."""
    take = _in_folder(given, store)
    if take is not None:
        return take
    named = [take for take in store.all() if _is_meant(take, given.strip().rstrip("/"))]
    if len(named) == 1:
        return named[0]
    if named:
        names = ", ".join(take.label for take in named[:6])
        raise ArtistError(
            "engine.no_take",
            "That name fits several takes",
            f"{given!r} may be any of {names}.",
            "Give more of the name.",
        )
    raise ArtistError("engine.no_take", "There is no such take", *_no_take(given, store))


def found_beside(given: str, take: Take, store: TakeStore) -> Take:
    """Return the take a person means who looks at another: `v002` alone is the one of the same shot.

    Raises ArtistError `engine.no_take`.
    """
    beside = take.folder.parent / given
    return found_take(str(beside) if beside.is_dir() else given, store)


def no_takes(store: TakeStore) -> str:
    """Say that a root holds no takes, and where there are some nearby."""
    near = _roots_nearby(store.root)
    hint = (
        f"There are takes in {near[0]}: give that root (--root '{near[0]}')."
        if near
        else "Give another root (--root) to look elsewhere."
    )
    return f"There are no takes in {store.root}. {hint}"


def _in_folder(given: str, store: TakeStore) -> Take | None:
    path = Path(given).expanduser()
    for folder in (path, path.parent) if path.is_file() else (path,):
        take = store.open(folder.absolute()) if folder.is_dir() else None
        if take is not None:
            return take
    return None


def _is_meant(take: Take, given: str) -> bool:
    words = tuple(Path(given).parts)
    by_name = bool(words) and take.folder.parts[-len(words) :] == words
    return by_name or (len(given) >= SHORTEST_ID and take.take_id.startswith(given.lower()))


def _no_take(given: str, store: TakeStore) -> tuple[str, str]:
    import difflib

    labels = [take.label for take in store.all()]
    if not labels:
        return f"{given!r} is no take. {no_takes(store)}", "Give the take's folder, or another root (--root)."
    close = difflib.get_close_matches(given, labels, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{given!r} is no take in {store.root}.", f"{hint}See the names with 'photodouble takes list'."


def _roots_nearby(root: Path) -> list[str]:
    """Return folders called `takes` one level below the folder of a root, where outputs often lie."""
    from .store import REQUEST

    beside = sorted(root.parent.glob("*/takes")) if root.parent.is_dir() else []
    return [str(path) for path in (root / "takes", *beside) if any(path.glob(f"*/*/*/{REQUEST}"))]


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())
