"""Build the node with each planted fault and run the node's own quick tests over it: what do they find?

A program of its own: all is loaded once, and each fault is tried in a child of it, so that a node that ends
its host ends no more than that. Prints a line of JSON for each fault, and one for the node as it is.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np  # noqa: F401 (loaded before the children are made)
import ofx_node
import ofx_stage
import pytest
from ofx_faults import FAULTS, Fault
from ofx_fixtures import NODE, STAGED

import photodouble.ofx.host  # noqa: F401 (loaded before the children are made)

TESTS = Path(__file__).resolve().parents[1] / "hosts"
QUICK = ("test_ofx_mapping.py", "test_ofx_picture.py", "test_ofx_trouble.py")
LEFT_OUT = "not engine_killed"  # the test of the stager, which needs a take of the real engine
AS_IT_IS, NOT_BUILT = "as it is", 99
LONGEST_S = 120
AT_ONCE = 2


def main(source: Path) -> int:
    """Try every fault; print what was found."""
    with tempfile.TemporaryDirectory(prefix="ofx-faults-") as made:
        folder = Path(made)
        staged = folder / "sh010" / "inpaint" / "ofx" / "v003" / "ACEScct_60x36_own"
        os.environ[STAGED] = str(ofx_stage.write_stage(staged))
        children: dict[int, str] = {}
        wanted = [(AS_IT_IS, None), *((fault.what, fault) for fault in FAULTS)]
        for number, (name, fault) in enumerate(wanted):
            if len(children) == AT_ONCE:
                _tell(*_ended(children))
            place = folder / str(number)
            place.mkdir()
            process = os.fork()
            if process == 0:
                os._exit(_tried(source, place, fault))
            children[process] = name
        while children:
            _tell(*_ended(children))
    return 0


def _ended(children: dict[int, str]) -> tuple[str, int]:
    process, status = os.wait()
    return children.pop(process), os.waitstatus_to_exitcode(status)


def _tell(name: str, status: int) -> None:
    sys.stdout.write(json.dumps({"fault": name, "status": status}) + "\n")
    sys.stdout.flush()


def _tried(source: Path, place: Path, fault: Fault | None) -> int:
    signal.alarm(LONGEST_S)
    try:
        if fault is not None:
            fault.plant(source, place / "source")
        node = ofx_node.built_node(place / "PhotoDouble.ofx", place / "source" if fault else source)
    except (ValueError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        return NOT_BUILT
    os.environ[NODE] = str(node)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # others' plugins take longer than the tests
    with redirect_stdout(StringIO()):
        return int(pytest.main([*_arguments(place)]))


def _arguments(place: Path) -> Iterator[str]:
    yield from ("-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-k", LEFT_OUT)
    yield from (f"--rootdir={TESTS.parents[1]}", f"--basetemp={place / 'pytest'}")
    yield from (str(TESTS / name) for name in QUICK)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
