"""Tasks about models: file one with its card, list, remove, and verify the weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.models.registry import ModelRegistry
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _registry(values: Values, settings: Settings) -> ModelRegistry:
    from photodouble.models.filing import registry_near

    return registry_near(_near(values), settings)


def _near(values: Values) -> Path:
    return Path(values["near"] or Path.home())


def _add(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.models.filing import card_from, file_model

    card = file_model(
        Path(values["weights"]),
        card_from(values["name"], values["card"]),
        settings,
        near=_near(values),
        in_show=values["in_show"],
        keep=values["keep"],
        report=report,
    )
    return card.to_json()


def _show(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.models.filing import shown_card

    return shown_card(_registry(values, settings), values["name"])


def _list(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.models.filing import model_rows

    return model_rows(_registry(values, settings))


def _remove(values: Values, settings: Settings, _report: Reporter) -> Any:
    return {"removed": str(_registry(values, settings).remove(values["name"]))}


def _verify(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.models.filing import verified_rows

    names = (values["name"],) if values["name"] else ()
    return verified_rows(_registry(values, settings), names, report)


def _nuke(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.models.nuke_export import write_named_model

    made = write_named_model(
        values["name"],
        Path(values["output"]),
        _near(values),
        settings,
        use=values["use"],
        overwrite=values["overwrite"],
        report=report,
    )
    return made.to_json()


_NEAR = Argument("near", "path", "For work in this folder, whose show's models count; empty: no show's.", "")

MODELS = (
    Task(
        "models.add",
        "Write the card of a file of weights, so that it may be used.",
        (
            Argument(
                "weights",
                "path",
                "The file of weights (safetensors, ONNX, TorchScript, torch), or a folder of diffusers.",
            ),
            Argument("name", "text", "The model's name, by which it is chosen."),
            Argument("card", "document", "What is known: version, source, licence, training, uses ...", {}),
            Argument("keep", "text", "Where the weights stay.", "path", choices=("path", "link", "copy")),
            Argument("in_show", "flag", "Keep the card with the show and not with the user.", False),
            _NEAR,
        ),
        _add,
    ),
    Task(
        "models.show",
        "Show all that is known of a model, and what memory it needs to fill pictures.",
        (Argument("name", "text", "The model's name."), _NEAR),
        _show,
    ),
    Task("models.list", "List the models that are known, and what each may be used for.", (_NEAR,), _list),
    Task(
        "models.remove",
        "Remove the card of a model; weights that lie elsewhere stay.",
        (Argument("name", "text", "The model's name."), _NEAR),
        _remove,
    ),
    Task(
        "models.nuke",
        "Write a small network as TorchScript for Nuke's CatFileCreator, with a text of what to type there.",
        (
            Argument("name", "text", "The model's name."),
            Argument("output", "path", "The program to write, such as fill.pt."),
            Argument("use", "text", "What it is for.", "temp", choices=("ideation", "temp", "final")),
            Argument("overwrite", "flag", "Replace existing files.", False),
            _NEAR,
        ),
        _nuke,
    ),
    Task(
        "models.verify",
        "Read the weights anew and compare them with their cards.",
        (Argument("name", "text", "One model; empty: all.", ""), _NEAR),
        _verify,
    ),
)
