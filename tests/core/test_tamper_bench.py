"""The tamper bench sees every kind of edit, raises no false alarm, and a blind checker fails it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("c2pa")
BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture(scope="module")
def tamper() -> Iterator[ModuleType]:
    """Load bench/tamper.py, which is no package."""
    spec = importlib.util.spec_from_file_location("_tamper_tested", BENCH / "tamper.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    yield module
    sys.path[:] = before


@pytest.fixture(scope="module")
def site(tamper: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    folder = tmp_path_factory.mktemp("tamper")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHOTODOUBLE_USER", str(folder / "user" / "photodouble.toml"))
        yield tamper.make_site(folder / "site")


def test_every_kind_of_edit_is_seen(tamper: ModuleType, site: object) -> None:
    found, missed = tamper.campaign(site, 2 * len(tamper.EDITS), seed=5)
    assert (found, dict(missed)) == (2 * len(tamper.EDITS), {})


def test_untouched_pictures_raise_no_alarm(tamper: ModuleType, site: object) -> None:
    assert tamper.alarms(site, 20, seed=5) == 0


def test_a_blind_checker_sees_nothing_and_says_so(tamper: ModuleType, site: object) -> None:
    found, missed = tamper.campaign(site, len(tamper.EDITS), seed=5, check=lambda _site: True)
    assert found == 0
    assert sum(missed.values()) == len(tamper.EDITS)


def test_a_checker_of_headers_alone_is_caught(tamper: ModuleType, site: object) -> None:
    def headers_only(given: object) -> bool:
        from photodouble.provenance.verify import take_in_header

        takes = sorted((given.show / "takes").rglob("result/*.exr"))  # type: ignore[attr-defined]
        return len(takes) == 10 and all(take_in_header(path) for path in takes)

    assert headers_only(site)
    found, _ = tamper.campaign(site, len(tamper.EDITS), seed=5, check=headers_only)
    assert found < len(tamper.EDITS)
