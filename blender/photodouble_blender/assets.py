# SPDX-License-Identifier: GPL-3.0-or-later
"""The node groups as an asset library: what `install/blender --assets` writes for each version of Blender."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from . import crowd_tree, fill_tree

CATALOGUES = {
    "Photo Double/Compositor": "6b2f2d51-5a4e-4c8e-9a3b-0d5f3c6f7a01",
    "Photo Double/Crowd": "6b2f2d51-5a4e-4c8e-9a3b-0d5f3c6f7a02",
}
"""Where each group is filed, and the id by which Blender knows the place."""


def write(folder: Path) -> Path:
    """Write the library into a folder, for the version of Blender that runs; return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = {
        _take(): ("Photo Double/Compositor", "Keys the fill of a take over a plate: give it the two images"),
        crowd_tree.group(): ("Photo Double/Crowd", "Puts cards or figures on the points of a crowd"),
    }
    for made, (catalogue, text) in groups.items():
        made.asset_mark()
        made.asset_data.catalog_id = CATALOGUES[catalogue]
        made.asset_data.description = text
        made.asset_data.author = "Photo Double"
        made.use_fake_user = True
    (folder / "blender_assets.cats.txt").write_text(_catalogues(), encoding="utf-8")
    path = folder / "photodouble_assets.blend"
    bpy.data.libraries.write(str(path), set(groups), fake_user=True)
    return path


def _take() -> Any:
    return fill_tree.make_tree("Photo Double Take", fill_tree.Pictures(None, None, {}))


def _catalogues() -> str:
    """Write the list of catalogues in Blender's own form: id, path, short name."""
    lines = [f"{ident}:{path}:{path.replace('/', '-')}" for path, ident in CATALOGUES.items()]
    return "\n".join(["VERSION 1", "", *lines, ""])
