#!/usr/bin/env python3
"""Install Photo Double, bring it up to date, or take it out again: `python3 install/install.py --help`.

Only what a bare Python brings is used. This file alone is written so that any Python at all can say which one
it takes; the work is in the folder `installing`.
"""

import os
import sys

OLDEST = (3, 9)


def main():  # type: () -> int
    """Hand over to the installer, or say in one sentence why not."""
    if sys.version_info[:2] < OLDEST:
        said = "The installer needs Python 3.9 or later, and this is {}.{}. Start it so: python3.11 {}"
        sys.stderr.write(said.format(sys.version_info[0], sys.version_info[1], sys.argv[0]) + "\n")
        return 2
    sys.dont_write_bytecode = True  # the project may lie on a share, and nothing is left in it
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:0] = [here, os.path.join(os.path.dirname(here), "core")]
    from installing import main as installing

    return int(installing.main())


if __name__ == "__main__":
    sys.exit(main())
