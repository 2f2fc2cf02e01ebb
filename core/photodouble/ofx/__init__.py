"""The node for Resolve, Fusion, Nuke and every OpenFX host: built, looked through, installed, tried."""
