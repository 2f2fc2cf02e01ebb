"""Tasks about consent: whether a request may be made, and what is filed.

To file, revoke and override is signing with a person's own key, which no host does for anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _check(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.provenance.gate import check
    from photodouble.provenance.show import Show
    from photodouble_client.request import JobRequest

    request = JobRequest.from_json(values["request"]).checked()
    show = Show.find(Path(values["show"] or request.output_root or Path.home()))
    mark = check(request, show, settings, values["at"], use=values["use"])
    return {"passes": True, "at": values["at"], **mark.to_json(), "reasons": list(mark.reasons)}


def _list(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.provenance.consent import rows
    from photodouble.provenance.gate import revoked_in_ledger
    from photodouble.provenance.show import Show

    return rows(Show.find(Path(values["show"])), revoked_in_ledger(settings), values["performer"])


CONSENT = (
    Task(
        "consent.check",
        "Say whether a request may be made; fails with the reason where it may not.",
        (
            Argument("request", "document", "The request, as request.json holds it."),
            Argument("show", "path", "The show that this folder lies in; empty: that of the takes.", ""),
            Argument(
                "at",
                "text",
                "The gate that is asked.",
                "submit",
                choices=("submit", "run", "approval", "export"),
            ),
            Argument(
                "use",
                "text",
                "For this use, not the one it names.",
                "",
                choices=("", "ideation", "temp", "final"),
            ),
        ),
        _check,
    ),
    Task(
        "consent.list",
        "List the consents of a show.",
        (
            Argument("show", "path", "The show that this folder lies in."),
            Argument("performer", "text", "Those of this performer only; empty: all.", ""),
        ),
        _list,
    ),
)
