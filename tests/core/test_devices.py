"""The graphics cards of a machine: listed by a real program on the PATH that stands in for the driver's."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from photodouble.engine import devices
from photodouble.engine.describe import describe

LISTING = """\
0, GPU-11111111-aaaa, NVIDIA RTX A6000, 49140, 550.54.15
1, GPU-22222222-bbbb, NVIDIA L40S, 46068, 550.54.15
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Give a function that puts a program in the place of the driver's tool."""

    def install(script: str) -> None:
        tool = tmp_path / devices.TOOL
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)
        devices.gpus.cache_clear()

    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv(devices.VISIBLE, raising=False)
    yield install
    devices.gpus.cache_clear()


def lists(listing: str) -> str:
    """Return a script that prints a listing, if it is asked as the real tool wants to be asked."""
    return (
        'case "$*" in\n'
        '  "--query-gpu=index,uuid,name,memory.total,driver_version --format=csv,noheader,nounits")\n'
        f"    cat <<'END'\n{listing}END\n;;\n  *) exit 6;;\nesac"
    )


def test_every_card_is_listed_with_its_memory(driver):
    driver(lists(LISTING))
    assert [(card.ident, card.name, card.memory_bytes) for card in devices.gpus()] == [
        ("GPU-11111111-aaaa", "NVIDIA RTX A6000", 49140 * 1024**2),
        ("GPU-22222222-bbbb", "NVIDIA L40S", 46068 * 1024**2),
    ]


@pytest.mark.parametrize(("has_torch", "users"), [(True, ["inpaint", "deage"]), (False, [])])
def test_the_description_of_the_engine_says_what_computes_on_a_card(driver, monkeypatch, has_torch, users):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if has_torch else None)
    driver(lists(LISTING))
    kinds = [(device["kind"], device.get("used_by")) for device in describe()["devices"]]
    assert kinds == [("cpu", None), ("gpu", users), ("gpu", users)]


@pytest.mark.parametrize("script", ["exit 9", "echo 'NVIDIA-SMI has failed'", "kill -9 $$"])
def test_a_driver_that_fails_means_no_cards_and_no_error(driver, script):
    driver(script)
    assert devices.gpus() == ()


def test_a_driver_that_hangs_is_not_waited_for(driver, monkeypatch):
    monkeypatch.setattr(devices, "_PATIENCE", 0.2)
    driver("exec sleep 60")
    assert devices.gpus() == ()


def test_the_driver_is_asked_once(driver, tmp_path):
    driver(f"echo asked >> {tmp_path}/asked\n" + lists(LISTING))
    assert devices.gpus() == devices.gpus()
    assert (tmp_path / "asked").read_text().splitlines() == ["asked"]


@pytest.mark.parametrize(
    ("shown", "names"),
    [
        ("1", ["NVIDIA L40S"]),
        ("GPU-1111", ["NVIDIA RTX A6000"]),
        ("", []),
        ("1,0", ["NVIDIA L40S", "NVIDIA RTX A6000"]),
    ],
)
def test_only_the_cards_that_the_farm_gave_this_process_are_listed(driver, monkeypatch, shown, names):
    driver(lists(LISTING))
    monkeypatch.setenv(devices.VISIBLE, shown)
    assert [card.name for card in devices.gpus()] == names


def test_every_worker_sees_a_card_of_its_own_and_those_beyond_the_last_see_none(driver):
    driver(lists(LISTING))
    shown = [devices.gpu_environment(number, devices.gpus())[devices.VISIBLE] for number in range(3)]
    assert shown == ["GPU-11111111-aaaa", "GPU-22222222-bbbb", ""]
