"""What the tests of the node share: the node built once, and a staged take with a known truth built once.

Libraries are loaded where they are needed: every test loads this file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from photodouble.ofx.host import Host
    from photodouble.ofx.profiles import HostProfile

NODE = "PHOTODOUBLE_TRIED_NODE"
"""Names a node that was built elsewhere: one with a planted fault."""
STAGED = "PHOTODOUBLE_TRIED_STAGE"
"""Names a staged take that was written elsewhere."""
HOSTS = ("fusion", "natron", "nuke", "resolve")


@pytest.fixture(scope="session")
def ofx_node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the node, built from the repository's own source."""
    from ofx_node import built_node, compiler

    if NODE in os.environ:
        return Path(os.environ[NODE])
    if not compiler():
        pytest.skip("no C compiler here")
    return built_node(tmp_path_factory.mktemp("node") / "PhotoDouble.ofx")


@pytest.fixture(scope="session")
def staged_take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a staged take, written by hand, of frames 1001 to 1004. Nobody changes it."""
    from ofx_stage import write_stage

    if STAGED in os.environ:
        return Path(os.environ[STAGED])
    shot = tmp_path_factory.mktemp("show") / "sh010" / "inpaint"
    return write_stage(shot / "ofx" / "v003" / "ACEScct_60x36_own")


@pytest.fixture(params=HOSTS)
def ofx_profile(request: pytest.FixtureRequest) -> HostProfile:
    """Return each host in turn."""
    from photodouble.ofx.profiles import PROFILES

    return PROFILES[request.param]


@pytest.fixture
def ofx_resolve(ofx_node: Path) -> Iterator[Host]:
    """Return the node in Resolve; it must not break a rule in the test."""
    from photodouble.ofx.host import Host
    from photodouble.ofx.profiles import RESOLVE

    with Host(ofx_node, RESOLVE) as host:
        yield host
    if host.complaints:
        pytest.fail("; ".join(host.complaints))
