"""Write the asset library of the extension, inside Blender as a module: `blender_assets.py ZIP FOLDER`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Install the extension for this process alone, and let it write its node groups."""
    archive, folder = sys.argv[1], Path(sys.argv[2]).absolute()
    with tempfile.TemporaryDirectory() as own:
        os.environ["BLENDER_USER_RESOURCES"] = own
        import bpy

        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.ops.extensions.package_install_files(
            filepath=archive, repo="user_default", enable_on_install=True
        )
        from bl_ext.user_default.photodouble_blender import assets  # type: ignore[import-not-found]

        print(f"The asset library: {assets.write(folder)}", flush=True)
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # Blender as a module may hang or crash in the ordinary way out
