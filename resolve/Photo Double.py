"""Photo Double in DaVinci Resolve: Workspace > Scripts > Photo Double. It ends when its panel is closed."""

import os
import sys

PACKAGE = "photodouble_resolve"
MISSING = "Photo Double: the folder {} was not found. Put it into the folder Fusion, beside Scripts."
FUSION = {
    "darwin": ("/Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion",),
    "win32": (
        os.path.join("{PROGRAMDATA}", "Blackmagic Design", "DaVinci Resolve", "Fusion"),
        os.path.join("{APPDATA}", "Blackmagic Design", "DaVinci Resolve", "Support", "Fusion"),
    ),
    "linux": ("/opt/resolve/Fusion",),
}
OWN = {
    "darwin": "~/Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion",
    "linux": "~/.local/share/DaVinciResolve/Fusion",
}


def places():
    """List where the package may lie: as named, beside this script or what it links to, or beside Scripts."""
    script = os.path.abspath(globals().get("__file__") or sys._getframe().f_code.co_filename)
    here, linked = os.path.dirname(script), os.path.dirname(os.path.realpath(script))
    above = os.path.dirname(os.path.dirname(here))
    shared = [one.format(**_folders()) for one in FUSION.get(sys.platform, ())]
    own = os.path.expanduser(OWN.get(sys.platform, ""))
    return [os.environ.get("PHOTODOUBLE_RESOLVE", ""), here, linked, above, own] + shared


def main():
    """Start, and give the one line that says why not; empty where all went well."""
    if sys.version_info < (3, 7):
        return "Photo Double needs Python 3.7 or later; Resolve runs scripts with {}.{}.".format(
            *sys.version_info
        )
    found = [one for one in places() if one and os.path.isfile(os.path.join(one, PACKAGE, "__init__.py"))]
    if not found:
        return MISSING.format(PACKAGE)
    sys.path.insert(0, found[0])
    try:
        from photodouble_resolve import vendored

        vendored.use()
        from photodouble_resolve import starting

        return starting.main(globals())
    except Exception as problem:  # noqa: BLE001, the edge: Resolve shows no more than what is printed
        return "Photo Double could not start: {}".format(str(problem) or type(problem).__name__)


def _folders():
    return {name: os.environ.get(name, "") for name in ("PROGRAMDATA", "APPDATA")}


LINE = main()
if LINE:
    print(LINE)  # noqa: T201, Resolve shows it in its console
