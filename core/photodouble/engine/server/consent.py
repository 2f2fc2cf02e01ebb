"""The first gate: work that nobody consented to is refused before the queue takes it."""

from __future__ import annotations

from pathlib import Path

from photodouble.provenance.gate import check_near
from photodouble.settings import Settings
from photodouble_client.pathmap import PathMap
from photodouble_client.request import JobRequest


def check_consent(request: JobRequest, settings: Settings) -> None:
    """Refuse a request that its show does not allow; raises `consent.*` and `policy.forbidden`."""
    here = PathMap(settings.path_maps).localise(request.checked())
    root = Path(here.output_root or settings.takes_root or "takes").expanduser()
    check_near(here, settings, "submit", root)
