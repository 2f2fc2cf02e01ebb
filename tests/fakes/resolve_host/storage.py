"""The media storage: the disks as Resolve lists them."""

from __future__ import annotations

import os
from typing import Any, List

from .names import STORAGE
from .wire import Thing, gives


class MediaStorage(Thing):
    """List folders and files, and bring clips into the current bin (facts section 6)."""

    names = STORAGE

    @gives("list")
    def GetMountedVolumeList(self) -> List[str]:
        return ["/"]

    @gives("list")
    def GetSubFolderList(self, folder: str) -> List[str]:
        if not os.path.isdir(folder):
            return []
        paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        return [path for path in paths if os.path.isdir(path)]

    @gives("list")
    def GetFileList(self, folder: str) -> List[str]:
        """Fold numbered pictures into one line each, as the media page shows them."""
        from .files import wanted

        if not os.path.isdir(folder):
            return []
        return [media.path for media in wanted(folder)]

    @gives("bool")
    def RevealInStorage(self, path: str) -> bool:
        return os.path.exists(path)

    @gives("list")
    def AddItemListToMediaPool(self, *entries: Any) -> List[Any]:
        """Take paths one by one, or one list of paths or of {media, startFrame, endFrame}."""
        listed = entries[0] if len(entries) == 1 and isinstance(entries[0], list) else list(entries)
        pool = self._host._pool()
        return list(pool.ImportMedia(listed)) if pool is not None else []

    @gives("bool")
    def AddClipMattesToMediaPool(self, clip: Any, paths: List[str], eye: str = "") -> bool:
        there = [path for path in paths if os.path.exists(path)]
        clip._mattes += there
        return bool(there) and len(there) == len(paths)
