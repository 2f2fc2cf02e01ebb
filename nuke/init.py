"""Nuke runs this at every start, on a farm too: Photo Double becomes importable, and nothing else happens.

Whatever fails here is one line in the terminal; it may never stop Nuke.
"""

try:
    import os
    import sys

    if os.path.dirname(os.path.abspath(__file__)) not in sys.path:
        sys.path.append(os.path.dirname(os.path.abspath(__file__)))
    from photodouble_nuke import start

    start.everywhere()
except Exception as problem:  # noqa: BLE001, the edge: a broken plug-in may not stop Nuke
    print("Photo Double is not loaded: {}".format(problem))  # noqa: T201, UP032, also where f-strings fail
