"""The gallery: albums of stills, which carry a grade."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Optional

from .grades import Grade, Node
from .names import ALBUM, GALLERY
from .wire import Thing, gives, since

FORMATS = ("dpx", "cin", "tif", "jpg", "png", "ppm", "bmp", "xpm", "drx")


class GalleryStill(Thing):
    """A still with the grade of the clip it was taken of."""

    def __init__(self, host: Any, grade: Grade) -> None:
        super().__init__(host)
        self._grade, self._label = grade, ""


class GalleryStillAlbum(Thing):
    """An album (facts section 7)."""

    names = ALBUM

    def __init__(self, host: Any, name: str) -> None:
        super().__init__(host)
        self._name = name
        self._stills: List[GalleryStill] = []

    @gives("list")
    def GetStills(self) -> List[GalleryStill]:
        return list(self._stills)

    @gives("str")
    def GetLabel(self, still: GalleryStill) -> str:
        return still._label

    @gives("bool")
    def SetLabel(self, still: GalleryStill, label: str) -> bool:
        still._label = label
        return True

    @gives("bool")
    def ExportStills(self, stills: List[GalleryStill], folder: str, prefix: str, form: str) -> bool:
        """Fail while the gallery is not shown (facts section 7)."""
        if not self._host.shows_gallery or self._host._resolve._page != "color" or form not in FORMATS:
            return False
        for place, still in enumerate(stills, 1):
            path = os.path.join(folder, f"{prefix}_1.{place}.1.drx")
            with open(path, "w", encoding="utf-8") as text:
                json.dump(still._grade.told(), text)
        return bool(stills)

    @gives("bool")
    def DeleteStills(self, stills: List[GalleryStill]) -> bool:
        for still in stills:
            self._stills.remove(still)
        return bool(stills)


class Gallery(Thing):
    """The albums of a project."""

    names = GALLERY

    def __init__(self, host: Any, project: Any) -> None:
        super().__init__(host)
        self._albums = [GalleryStillAlbum(host, "Stills 1")]
        self._current = self._albums[0]

    def GetCurrentStillAlbum(self) -> GalleryStillAlbum:
        return self._current

    @gives("bool")
    def SetCurrentStillAlbum(self, album: GalleryStillAlbum) -> bool:
        self._current = album
        return album in self._albums

    @gives("list")
    def GetGalleryStillAlbums(self) -> List[GalleryStillAlbum]:
        return list(self._albums)

    @gives("str")
    def GetAlbumName(self, album: GalleryStillAlbum) -> str:
        return album._name

    @gives("bool")
    def SetAlbumName(self, album: GalleryStillAlbum, name: str) -> bool:
        album._name = name
        return bool(name)

    @since(19, 1)
    def CreateGalleryStillAlbum(self) -> GalleryStillAlbum:
        self._albums.append(GalleryStillAlbum(self._host, f"Stills {len(self._albums) + 1}"))
        return self._albums[-1]


def read_grade(path: str) -> Optional[Grade]:
    """Read a made-up .drx; None where there is none."""
    try:
        with open(path, encoding="utf-8") as text:
            told: List[Dict[str, Any]] = json.load(text)
    except (OSError, ValueError):
        return None
    grade = Grade()
    grade.nodes = []
    for said in told:
        node = Node(said["label"])
        node.lut, node.is_on, node.cdl = said["lut"], said["on"], said["cdl"]
        grade.nodes.append(node)
    return grade
