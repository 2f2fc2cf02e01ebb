"""The version of Photo Double that this client belongs to; a test keeps it equal to the engine's."""

from __future__ import annotations

VERSION = "0.1.0"
