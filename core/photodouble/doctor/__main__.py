"""`python -m photodouble.doctor`: the examination as plain text, with the standard library alone."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .examine import examined
from .row import EXIT_STATUS
from .told import lines


def main(arguments: list[str] | None = None) -> int:
    """Examine the machine and print the table; the exit status is that of the worst row."""
    parser = argparse.ArgumentParser(prog="python -m photodouble.doctor", description=__doc__)
    parser.add_argument("near", nargs="?", default=".", metavar="FOLDER", help="For work in this folder.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    given = parser.parse_args(arguments)
    found = examined(Path(given.near).expanduser().absolute())
    text = json.dumps(found, indent=1) if given.json else "\n".join(line for _, line in lines(found))
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    return EXIT_STATUS[found["worst"]]


if __name__ == "__main__":
    sys.exit(main())
