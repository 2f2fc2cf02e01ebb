"""`photodouble deage`: make a performer younger, and what goes before it: the track, the frames to paint."""

from __future__ import annotations

import argparse
from typing import Any

from photodouble.generate.flags import values_from_flags
from photodouble_client.errors import ArtistError
from photodouble_client.specs import DEAGE

from . import inpaint
from .deage_keys import add_keys
from .deage_plate import add_suggest, add_track
from .deage_take import add_look, add_performance

_RENDER = "render"


def add(commands: Any) -> None:
    """Add the command and its actions to the command line."""
    parser = commands.add_parser(
        "deage",
        help=DEAGE.summary,
        description=f"{DEAGE.summary} 'deage --plate ...' is short for 'deage render --plate ...'.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    inpaint.add_operation(actions, DEAGE, _RENDER)
    actions.choices[_RENDER].set_defaults(call=_render)
    add_track(actions)
    add_suggest(actions)
    add_keys(actions)
    add_performance(actions)
    add_look(actions)


def _render(namespace: argparse.Namespace) -> int:
    """Run the operation; whose likeness it is and which age it shows must be said."""
    if not namespace.performer:
        raise ArtistError(
            "usage.arguments",
            "Nobody is named",
            "De-ageing runs only with the consent of the performer, and none is named.",
            "Name the performer (--performer) by the id of the consent; see 'photodouble consent list'.",
        )
    if not values_from_flags(namespace, DEAGE).get("target_age"):
        raise ArtistError(
            "usage.arguments",
            "The target age is not said",
            "A consent to show somebody younger or older always names the ages that may be shown.",
            "Give the age that is to be shown (--target-age).",
        )
    return inpaint.call(namespace)
