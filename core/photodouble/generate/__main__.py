"""Write the whole reference, and what is made beside it: `python -m photodouble.generate`.

Beside it: Fusion's macros, Nuke's menu, the catalogue of words, the words of the OpenFX
node, and a golden file for each version of an operation that has none.
With a folder, `python -m photodouble.generate FOLDER`, the reference alone goes there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .catalogue import write_catalogue
from .fusion_macros import write_macros
from .golden import write_golden
from .nuke_menu import write_menu
from .ofx_words import write_words
from .write import REFERENCE, write_all

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE
    changed = write_all(folder)
    if folder == REFERENCE:
        changed += [*write_macros(), *write_menu(), *write_catalogue(), *write_words(), *write_golden()]
    for path in changed:
        print(path)
