"""Write a small network as TorchScript for Nuke's CatFileCreator, and beside it what to type there.

What fits: one picture in, one out, forward once (facts on CatFileCreator: one tensor 1 x channels x H x W
each way, scripted, float and half, any size). What samples in steps or looks at several frames stays in the
engine, and is refused in words.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.image.storage import write_whole
from photodouble_client.errors import ArtistError

from .card import ModelCard
from .feeding import Feeding
from .nuke_network import Numbers, around_fill, around_reager, first_of
from .nuke_words import words_beside
from .use import required

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

_SCALES = {"unit": (1.0, 0.0), "signed": (2.0, -1.0), "bytes": (255.0, 0.0)}
_MULTIPLES = {"fill": 8, "age": 16}
AGES = (50.0, 30.0)
"""The ages in the controls as they are made, of which the artist types their own."""
_TRIED = ((48, 64), (80, 48))
"""Sizes at which a network is tried: one that was traced at a size takes no other."""
_WRITERS = (".debug_pkl", "byteorder")
"""Entries of an archive that only tell where the program was written, and that older torch cannot read."""
_MISFITS = (ArithmeticError, AttributeError, LookupError, NotImplementedError, RuntimeError, TypeError,
            ValueError)  # fmt: skip


@dataclass(frozen=True)
class NukeModel:
    """What was written: the program, the text beside it, what it does (`fill` or `age`), its channels."""

    script: Path
    words: Path
    kind: str
    channels_in: tuple[str, ...]
    channels_out: tuple[str, ...]
    controls: tuple[tuple[str, float], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "script": str(self.script),
            "words": str(self.words),
            "kind": self.kind,
            "channels_in": list(self.channels_in),
            "channels_out": list(self.channels_out),
            "controls": dict(self.controls),
        }


def write_named_model(
    name: str,
    path: Path,
    near: Path,
    settings: Settings,
    *,
    use: str = "temp",
    overwrite: bool = False,
    report: Reporter | None = None,
) -> NukeModel:
    """Write the network of a model, if its card and the policy of the show near a path permit the use.

    Raises ArtistError `model.unknown`, and as `use.required` and `write_nuke_model`.
    """
    from photodouble.provenance.policy import Policy
    from photodouble.provenance.show import Show

    from .filing import registry_near

    policy = Policy.read(Show.find(near).policy)
    policy.check_use(use)
    card, verdict = required(registry_near(near, settings), name, use, policy.mode, policy, report=report)
    return write_nuke_model(card, path, flags=verdict.flags, overwrite=overwrite)


def write_nuke_model(
    card: ModelCard, path: Path, *, flags: tuple[str, ...] = (), overwrite: bool = False
) -> NukeModel:
    """Write the network of a card whose file was checked as `path` (.pt) and a text beside it.

    `flags` are what must be known where it is used. Raises ArtistError `model.refused` where it does not fit,
    `model.unsafe`, `model.support`, `input.output_exists`, or as `storage.write_whole`.
    """
    words = path.with_suffix(".txt")
    for one in (path, words):
        _check_new(one, overwrite)
    torch, network = _opened(card)
    kind, network = _tried(torch, network, card)
    numbers = _numbers(card.fill or Feeding(), kind)
    if kind == "fill":
        module = around_fill(torch, network, numbers)
    else:
        module = around_reager(torch, network, numbers, AGES)
    content = _archive(torch, _scripted(torch, module, card))
    made = _told(path, words, kind)
    write_whole(path, content)
    write_whole(words, words_beside(card, made, flags).encode("utf-8"))
    return made


def unfit_for_nuke(card: ModelCard, why: str) -> ArtistError:
    """Make the error for a model that Nuke's Inference cannot run."""
    return ArtistError(
        "model.refused",
        "This model does not fit into CatFileCreator",
        f"{card.name}: {why}.",
        "Use it in the engine, through a node of Photo Double; Inference takes small networks that see one "
        "picture once.",
        detail=card.path,
    )


def _opened(card: ModelCard) -> tuple[Any, Any]:
    if card.format == "diffusers":
        raise unfit_for_nuke(card, "a diffusion model makes its picture in many steps")
    if card.format == "onnx":
        raise unfit_for_nuke(
            card, "it is ONNX, and Inference runs TorchScript; ask for it as TorchScript or safetensors"
        )
    if (card.fill or Feeding()).kind == "video":
        raise unfit_for_nuke(card, "it looks at several frames at once, and Inference hands over one")
    if card.format == "torchscript":
        from .fillers.torchscript import open_program

        return open_program(card, unfit_for_nuke)
    if card.format == "safetensors":
        from .fillers.safetensors_class import open_class

        return open_class(card, unfit_for_nuke)
    raise unfit_for_nuke(card, f"weights as {card.format} alone do not say what to do with them")


def _tried(torch: Any, network: Any, card: ModelCard) -> tuple[str, Any]:
    """Say what a network does by running it, and return it so that it gives one picture."""
    reasons = []
    for kind, planes in (("fill", (3, 1)), ("age", (5,))):
        try:
            several = [_gives_several(torch, network, planes, size) for size in _TRIED]
        except _MISFITS as error:
            reasons.append((str(error).strip().splitlines() or [type(error).__name__])[-1][:160])
            continue
        return kind, first_of(torch, network, len(planes)) if any(several) else network
    raise unfit_for_nuke(
        card,
        "it runs neither on a picture and a matte of any size nor on a picture with two ages "
        f"({'; '.join(reasons)})",
    )


def _gives_several(torch: Any, network: Any, planes: tuple[int, ...], size: tuple[int, int]) -> bool:
    """Run a network on grey; return whether it gives several pictures. Raises where it does not fit."""
    with torch.no_grad():
        made = network(*(torch.full((1, count, *size), 0.5) for count in planes))
    is_several = isinstance(made, (tuple, list))
    made = made[0] if is_several else made
    if tuple(made.shape) != (1, 3, *size):
        raise ValueError(f"for {size[1]} x {size[0]} pixels it gives {tuple(made.shape)}")
    return is_several


def _numbers(feeding: Feeding, kind: str) -> Numbers:
    scale, offset = _SCALES[feeding.encoding]
    gives = _SCALES[feeding.gives or feeding.encoding]
    multiple = max(feeding.multiple, 1) if feeding.multiple else _MULTIPLES[kind]
    return Numbers(scale, offset, *gives, multiple, feeding.hole == "black", feeding.masked)


def _scripted(torch: Any, module: Any, card: ModelCard) -> Any:
    """Compile a module; a class that TorchScript cannot read is refused."""
    for part in module.modules():
        if hasattr(part, "for_scripting"):
            module.network = part.for_scripting()
    for part in module.modules():
        if not isinstance(part, torch.jit.ScriptModule):
            part.__dict__.pop("_is_full_backward_hook", None)
    try:
        return torch.jit.script(module.eval())
    except _MISFITS as error:
        why = "TorchScript cannot read the program of its class"
        raise unfit_for_nuke(card, f"{why} ({str(error).strip().splitlines()[0][:160]})") from error


def _archive(torch: Any, scripted: Any) -> bytes:
    """Return the archive, the same bytes for the same network, without what old versions stumble over."""
    written, kept = io.BytesIO(), io.BytesIO()
    torch.jit.save(scripted, written)
    with zipfile.ZipFile(written) as archive, zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as plain:
        for name in sorted(archive.namelist()):
            inner = name.partition("/")[2]
            if not inner.endswith(_WRITERS) and not inner.startswith(".data/"):
                plain.writestr(zipfile.ZipInfo(f"network/{inner}"), archive.read(name))
    return kept.getvalue()


def _told(path: Path, words: Path, kind: str) -> NukeModel:
    colour = ("rgba.red", "rgba.green", "rgba.blue")
    if kind == "fill":
        return NukeModel(path, words, kind, (*colour, "rgba.alpha"), colour, (("brightest", 0.0),))
    ages = (("age_now", AGES[0]), ("age_wanted", AGES[1]))
    return NukeModel(path, words, kind, colour, colour, (*ages, ("amount", 1.0), ("brightest", 0.0)))


def _check_new(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The file exists",
            f"{path} is there already.",
            "Choose another name, or overwrite it.",
        )
