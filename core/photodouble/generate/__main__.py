"""Write the whole reference, Fusion's macros and Nuke's menu: `python -m photodouble.generate`.

With a folder, `python -m photodouble.generate FOLDER`, the reference alone goes there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .fusion_macros import write_macros
from .nuke_menu import write_menu
from .write import REFERENCE, write_all

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE
    beside = [*write_macros(), *write_menu()] if folder == REFERENCE else []
    for path in [*write_all(folder), *beside]:
        print(path)
