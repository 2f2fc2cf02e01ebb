"""Takes on disk: naming, records, the manifest, and what may be done with them afterwards."""
