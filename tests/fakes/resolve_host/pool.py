"""The media pool and its bins."""

from __future__ import annotations

import os
from typing import Any, List, Optional

from .clips import MediaPoolItem
from .files import wanted
from .names import FOLDER, POOL
from .placing import append
from .timeline import Timeline
from .wire import Thing, gives, since


class Folder(Thing):
    """A bin (facts section 6)."""

    names = FOLDER

    def __init__(self, host: Any, name: str, parent: Optional[Folder] = None) -> None:
        super().__init__(host)
        self._name, self._parent = name, parent
        self._clips: List[MediaPoolItem] = []
        self._folders: List[Folder] = []

    def _put(self, clip: MediaPoolItem) -> MediaPoolItem:
        if clip._folder is not None:
            clip._folder._clips.remove(clip)
        clip._folder = self
        self._clips.append(clip)
        return clip

    def _every_clip(self) -> List[MediaPoolItem]:
        return [*self._clips, *(clip for folder in self._folders for clip in folder._every_clip())]

    @gives("str")
    def GetName(self) -> str:
        return self._name

    @gives("list")
    def GetClipList(self) -> List[MediaPoolItem]:
        return list(self._clips)

    @gives("list")
    def GetSubFolderList(self) -> List[Folder]:
        return list(self._folders)

    @gives("str")
    def GetUniqueId(self) -> str:
        return self._unique

    @gives("bool")
    def GetIsFolderStale(self) -> bool:
        return False


class MediaPool(Thing):
    """What brings clips in and puts them on timelines (facts sections 6 and 12)."""

    names = POOL

    def __init__(self, host: Any, project: Any) -> None:
        super().__init__(host)
        self._project = project
        self._root = Folder(host, "Master")
        self._current = self._root
        self._selected: List[MediaPoolItem] = []

    def GetRootFolder(self) -> Folder:
        return self._root

    def GetCurrentFolder(self) -> Folder:
        return self._current

    @gives("bool")
    def SetCurrentFolder(self, folder: Folder) -> bool:
        if not isinstance(folder, Folder):
            return False
        self._current = folder
        return True

    def AddSubFolder(self, folder: Folder, name: str) -> Optional[Folder]:
        """Make a bin, which then is the current one; None where the name is taken."""
        if not isinstance(folder, Folder) or not name or name in [part._name for part in folder._folders]:
            return None
        made = Folder(self._host, name, folder)
        folder._folders.append(made)
        self._current = made
        self._project._touch()
        return made

    @gives("list")
    def ImportMedia(self, entries: Any) -> List[MediaPoolItem]:
        """Import into the CURRENT bin whatever can be read; one frame named alone is one frame."""
        found = [media for entry in entries for media in wanted(entry)] if isinstance(entries, list) else []
        made = []
        for media in found:
            kind = "Still" if media.frames == 1 and not media.is_raw else "Video"
            clip = MediaPoolItem(self._host, os.path.basename(media.path), media, kind)
            made.append(self._current._put(clip))
        if made:
            self._project._touch()
        return made

    def CreateEmptyTimeline(self, name: str) -> Optional[Timeline]:
        """Make a timeline in the current bin; it is the current timeline from then on."""
        if not isinstance(name, str) or not name or self._project._timeline_named(name) is not None:
            return None
        made = Timeline(self._host, self._project, name)
        made._clip = MediaPoolItem(self._host, name, None, "Timeline")
        made._clip._timeline = made
        self._current._put(made._clip)
        self._project._timelines.append(made)
        self._project._current = made
        self._project._touch()
        return made

    def CreateTimelineFromClips(self, name: str, *entries: Any) -> Optional[Timeline]:
        """Refuse clips that do not lie in the current bin (facts section 12); there is no trackIndex."""
        listed = entries[0] if len(entries) == 1 and isinstance(entries[0], list) else list(entries)
        clips = [entry["mediaPoolItem"] if isinstance(entry, dict) else entry for entry in listed]
        if not clips or any(clip._folder is not self._current for clip in clips):
            return None
        made = self.CreateEmptyTimeline(name)
        if made is not None:
            for entry in listed:
                plain = entry if isinstance(entry, dict) else {"mediaPoolItem": entry}
                append(made, [{key: value for key, value in plain.items() if key != "trackIndex"}])
        return made

    @gives("list")
    def AppendToTimeline(self, *entries: Any) -> List[Any]:
        """See `placing.append`."""
        listed = entries[0] if len(entries) == 1 and isinstance(entries[0], list) else list(entries)
        if self._project._current is None:
            return []
        plain = [entry if isinstance(entry, dict) else {"mediaPoolItem": entry} for entry in listed]
        self._project._touch()
        return append(self._project._current, plain)

    def ImportTimelineFromFile(self, path: str, options: Optional[Any] = None) -> Optional[Timeline]:
        from .exchange import read

        found: Optional[Timeline] = read(self, path, options or {})
        return found

    @gives("bool")
    def DeleteTimelines(self, timelines: List[Timeline]) -> bool:
        """Refuse the timeline that is open."""
        if not timelines or self._project._current in timelines:
            return False
        for timeline in timelines:
            self._project._timelines.remove(timeline)
            timeline._clip._folder._clips.remove(timeline._clip)
        self._project._touch()
        return True

    @gives("bool")
    def DeleteClips(self, clips: List[MediaPoolItem]) -> bool:
        """Remove clips from their bins; what uses them on a timeline loses its media."""
        if not clips or any(clip._folder is None for clip in clips):
            return False
        for clip in clips:
            clip._folder._clips.remove(clip)
            clip._folder = None
        self._project._touch()
        return True

    @gives("bool")
    def DeleteFolders(self, folders: List[Folder]) -> bool:
        if not folders or any(folder._parent is None for folder in folders):
            return False
        for folder in folders:
            if folder._parent is not None:
                folder._parent._folders.remove(folder)
            if self._current is folder:
                self._current = self._root
        return True

    @gives("bool")
    def MoveClips(self, clips: List[MediaPoolItem], folder: Folder) -> bool:
        for clip in clips:
            folder._put(clip)
        return bool(clips)

    @gives("bool")
    def RelinkClips(self, clips: List[MediaPoolItem], folder: str) -> bool:
        """Look for the files by name in another folder."""
        for clip in clips:
            files = clip._media.files if clip._media else []
            there = [os.path.join(folder, os.path.basename(file)) for file in files]
            if not there or not os.path.exists(there[0]) or clip._media is None:
                return False
            clip._media.files = there
            clip._media.path = os.path.join(folder, os.path.basename(clip._media.path))
        return bool(clips)

    @gives("bool")
    def UnlinkClips(self, clips: List[MediaPoolItem]) -> bool:
        """Take a clip's files away from it: it is offline."""
        for clip in clips:
            if clip._media is not None:
                clip._media.files = [f"{file}.unlinked" for file in clip._media.files]
        return bool(clips)

    @gives("bool")
    def RefreshFolders(self) -> bool:
        return True

    @gives("list")
    def GetClipMatteList(self, clip: MediaPoolItem) -> List[str]:
        return list(clip._mattes)

    @gives("str")
    def GetUniqueId(self) -> str:
        return self._unique

    @since(19)
    @gives("list")
    def GetSelectedClips(self) -> List[MediaPoolItem]:
        return list(self._selected)

    @since(19)
    @gives("bool")
    def SetSelectedClip(self, clip: MediaPoolItem) -> bool:
        self._selected = [clip]
        return True
