"""Write the whole reference: `python -m photodouble.generate [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

from .write import REFERENCE, write_all

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE
    for path in write_all(folder):
        print(path)
