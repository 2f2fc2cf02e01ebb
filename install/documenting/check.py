"""Check pages and site: links, headings, pictures, spelling, and that nothing comes from another machine.

Runs in the environment of install/docs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from documenting import links, site_files, spelling
from documenting.pages import DOCS, ROOT, all_pages, written_pages

MADE = (DOCS / "licences.md",)
"""Pages of names alone, made by a script: no dictionary has them."""


def main(arguments: list[str] | None = None) -> int:
    """Say what is wrong; status 1 if anything is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, help="The folder with the built site, to be checked as well.")
    given = parser.parse_args(arguments)
    written = written_pages()
    pages = {page.path: page for page in (*written, *all_pages())}
    texts = [page.path for page in written] + [ROOT / "CHANGELOG.md"]
    found = (
        links.faults(pages.values())
        + spelling.faults(page for page in pages.values() if page.path not in MADE)
        + spelling.misspellings(texts)
    )
    found += [f"{name} is shown nowhere" for name in links.unused_pictures(DOCS / "pictures", written)]
    if given.site:
        found += site_files.faults(given.site)
    print("\n".join(found) or f"{len(pages)} pages are in order.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
