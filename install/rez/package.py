# ruff: noqa: F821, PTH118, PTH123 -- rez gives a package the names `this` and `env`, and runs it anywhere
"""An example of a rez package for an installation that `install.py --studio PATH` made.

Copy this file to PACKAGES/photodouble/VERSION/package.py, write the version and PATH into it, and
`rez env photodouble nuke` gives Nuke, Blender, Resolve and a farm the environment that the installer wrote.
Two versions lie side by side under PATH, and each show takes its own.
"""

name = "photodouble"
version = "0.1.0"
description = "Generative inpainting, crowd replication and de-aging for Nuke, Blender and DaVinci Resolve"
authors = ["Photo Double contributors"]
tools = ["photodouble"]

# Where `install.py --studio` put everything; PHOTODOUBLE_STUDIO names another root for a site or a test.
studio = "/studio/apps/photodouble"


def commands():
    """Give a resolved environment the variables of `PATH/VERSION/environment.json`."""
    import json
    import os

    place = os.path.join(os.environ.get("PHOTODOUBLE_STUDIO", str(this.studio)), str(this.version))
    with open(os.path.join(place, "environment.json"), encoding="utf-8") as stream:
        variables = json.load(stream)
    for variable, value in variables.items():
        if variable in ("NUKE_PATH", "OFX_PLUGIN_PATH", "PATH"):
            env[variable].prepend(value)
        else:
            env[variable] = value
