"""The engine's door: every host, panel and page talks to it over HTTP on this machine alone."""
