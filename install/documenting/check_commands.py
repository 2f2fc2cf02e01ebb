"""Check the commands of all pages, in an environment that has the program itself."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from documenting.commands import faults
from documenting.pages import all_pages, written_pages


def main() -> int:
    """Say what is refused; status 1 if anything is."""
    pages = {page.path: page for page in (*written_pages(), *all_pages())}
    found = faults(pages.values())
    print("\n".join(found) or f"The commands of {len(pages)} pages are understood.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
