"""Write the whole reference and Fusion's macros: `python -m photodouble.generate`.

With a folder, `python -m photodouble.generate FOLDER`, the reference alone goes there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .fusion_macros import write_macros
from .write import REFERENCE, write_all

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE
    for path in [*write_all(folder), *(write_macros() if folder == REFERENCE else [])]:
        print(path)
