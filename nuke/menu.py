"""Nuke runs this at a start with a window: the toolbar, the menu, the panel, and what the nodes listen to.

Whatever fails here is one line in the terminal; it may never stop Nuke.
"""

try:
    from photodouble_nuke import start

    start.with_window()
except Exception as problem:  # noqa: BLE001, the edge: a broken plug-in may not stop Nuke
    print("Photo Double has no menu: {}".format(problem))  # noqa: T201, UP032, also where f-strings fail
