"""How it stands with the consent for a finished take today: said beside every approval of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.takes.store import REQUEST, read_request

from .consent import consent_for
from .gate import OVERRIDE, made_with, recorded, revoked_in_ledger, source_takes

if TYPE_CHECKING:
    from photodouble.settings import Settings

    from .show import Show

UNDER_OVERRIDE = "it was made under an override, so it is never final"


def consent_now(take: Path, show: Show, settings: Settings) -> tuple[str, ...]:
    """Say what keeps a take, or one that it was made from, from being final; empty where nothing does.

    Models are not asked here; the gate does that at approval and export.
    """
    request = read_request(take / REQUEST)
    sources = (each for each in source_takes(request) if (each / REQUEST).is_file())
    found = [why for source in sources for why in consent_now(source, show, settings)]
    if request.spec.consent == "none":
        return tuple(dict.fromkeys(found))
    today = datetime.now(UTC).date()
    if recorded(take) == OVERRIDE:
        found.append(UNDER_OVERRIDE)
    else:
        also = revoked_in_ledger(settings)
        found += consent_for(request, show, today, also_revoked=also, models=made_with(take)).reasons
    return tuple(dict.fromkeys(found))
