"""The environment of an installation that many machines share, as the hosts and a farm are given it."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping

LISTS = ("NUKE_PATH", "OFX_PLUGIN_PATH", "PATH")
"""Variables that hold several folders: what is there already follows ours."""


def environment(place: str, hosts: tuple[str, ...], *, has_engine: bool) -> dict[str, str]:
    """Give the variables by their names for the version that lies in a place."""
    found = {}
    if "nuke" in hosts:
        found["NUKE_PATH"] = os.path.join(place, "nuke")
    if "blender" in hosts:
        found["BLENDER_SYSTEM_EXTENSIONS"] = os.path.join(place, "blender", "extensions")
    if "resolve" in hosts:
        found["PHOTODOUBLE_RESOLVE"] = os.path.join(place, "resolve", "Fusion")
    if "resolve" in hosts and has_engine:
        found["OFX_PLUGIN_PATH"] = os.path.join(place, "ofx")
    if has_engine:
        found["PHOTODOUBLE_ENGINE"] = os.path.join(place, "engine")
        found["PATH"] = os.path.join(place, "bin")
    return found


def written(variables: Mapping[str, str]) -> dict[str, str]:
    """Give the files that hold the environment: one to be sourced by a shell, one for programs."""
    lines = [
        f"export {name}={shlex.quote(value)}" + (f'"${{{name}:+:${name}}}"' if name in LISTS else "")
        for name, value in variables.items()
    ]
    return {
        "environment.sh": "\n".join(lines) + "\n",
        "environment.json": json.dumps(dict(variables), indent=1, sort_keys=True) + "\n",
    }
