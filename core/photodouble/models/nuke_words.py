"""What to type into CatFileCreator for a network that was written for Nuke, as a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .card import ModelCard

if TYPE_CHECKING:
    from .nuke_export import NukeModel

_DOES = {
    "fill": """\
It fills what lies under the matte: rgb and alpha in, rgb out. Where alpha is 0 the picture comes out
as it went in, bit for bit; a soft alpha mixes once, so do not key the result again.""",
    "age": """\
It changes the age of a face: rgb in, rgb out. Crop to the face first, and key the result yourself.
Nobody in Nuke asks for the performer's consent: have it before you use this.""",
}
_CONTROLS = {
    "brightest": "the brightest scene value that stays apart; 0: that of each frame, which may breathe",
    "age_now": "the age that is seen, in years",
    "age_wanted": "the age that is wanted, in years",
    "amount": "how much of the change is added",
}


def words_beside(card: ModelCard, made: NukeModel, flags: tuple[str, ...]) -> str:
    """Return the text: the knobs of CatFileCreator, the controls to add, and what the card says."""
    lines = [
        f"{card.name} for CatFileCreator",
        "",
        _DOES[made.kind],
        "Pixels are scene-linear, of any value and any size.",
        "",
        "Knobs of CatFileCreator:",
        f"  torchScriptFile  {made.script.as_posix()}",
        f"  catFile          {made.script.with_suffix('.cat').as_posix()}",
        f"  channelsIn       {','.join(made.channels_in)}",
        f"  channelsOut      {','.join(made.channels_out)}",
        f"  modelId          {card.name}",
        "  outputScale      1",
        "",
        "Controls to add to it (Manage User Knobs, Floating Point Slider), named exactly so; then press",
        "createCatFile:",
    ]
    lines += [f"  {name:<15}  {value:g}    {_CONTROLS[name]}" for name, value in made.controls]
    lines += [
        "",
        "The program uses operators of torch 1.6 and later, which Nuke 13 has. A .cat that was made in a",
        "newer Nuke does not load in an older one: make it in the oldest that you use.",
        "",
        f"Weights: sha256 {card.sha256}",
        f"Licence: {card.licence or 'not known'}",
        f"Uses that its card permits: {', '.join(card.uses) or 'none'}",
        *(f"Mind: {flag}." for flag in flags),
        "What Nuke makes with it is in no take and no ledger: note it in the shot yourself.",
        "",
    ]
    return "\n".join(lines)
