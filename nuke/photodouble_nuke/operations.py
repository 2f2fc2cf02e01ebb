"""The operations by key and name, in the order of the menus. Made by `photodouble.generate`.

They are written down here so that Nuke's start need not read the declarations. Do not edit.
"""

OPERATIONS = (
    ("inpaint", "Inpaint"),
    ("replace", "Replace"),
    ("crowd", "Crowd"),
    ("tiles", "Tiles"),
    ("deage", "DeAge"),
    ("degrain", "Degrain"),
)
