"""`python -m releasing`, as install/release calls it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .release import BUNDLE, SUMS, make, write_licences
from .versions import ReleaseError

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Make a release, or only its page of licences; the exit status is 1 where there is none."""
    parser = argparse.ArgumentParser(prog="install/release", description="Make all files of a release.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "dist", metavar="FOLDER")
    parser.add_argument("--ofx", type=Path, default=None, metavar="BUNDLE", help="The OpenFX bundle, built.")
    parser.add_argument("--licences", action="store_true", help="Only write core/docs/licences.md anew.")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        if given.licences:
            print("written anew" if write_licences(given.root) else "as it was")
            return 0
        usual = given.folder / BUNDLE
        bundle = given.ofx or (usual if usual.is_dir() else None)
        release = make(given.root, given.folder, bundle=bundle)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    for name, digest in release.files.items():
        print(f"{digest[:16]}  {name}")
    print(f"Photo Double {release.version} lies in {release.folder}; {SUMS} has the whole hashes.")
    if bundle is None:
        print("The OpenFX node is not in it: build it with 'photodouble ofx build', then name it with --ofx.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
