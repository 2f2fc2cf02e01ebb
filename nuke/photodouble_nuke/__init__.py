"""Photo Double in Nuke: nodes that show takes, and the way from a script to the engine and back.

Importing this touches nothing: no disk, no socket, no thread, no Qt.
"""
