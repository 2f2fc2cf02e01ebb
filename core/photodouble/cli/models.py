"""`photodouble models`: the cards of model files; what each is and what it may be used for."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings
from photodouble_client.errors import ArtistError

from .actions import add_json
from .models_nuke import add_nuke
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.models.registry import ModelRegistry

_TEXTS = {
    "version": "Its version.",
    "source": "Where it came from, such as a web address or a contract.",
    "licence": "Its licence.",
}
_ATTESTED = {
    "vendor": "The vendor who attests what the model was trained on.",
    "signatory": "Who signed the attestation.",
    "valid-from": "The first day on which it holds, such as 2026-01-01.",
    "valid-to": "The last day on which it holds.",
}


def add(commands: Any) -> None:
    """Add the command and its sub-commands to the command line."""
    text = "File models with their cards, list, verify and remove them."
    parser = commands.add_parser("models", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_add(add_json(actions, "add", "Write the card of a file of weights, so that it may be used.", _add))
    add_json(actions, "list", "List the models that are known, and what each may be used for.", _list)
    text = "Show all that is known of a model, and what memory it needs to fill pictures."
    add_json(actions, "show", text, _show).add_argument("name", metavar="NAME", help="The model's name.")
    add_nuke(actions, add_json)
    text = "Remove the card of a model; weights that lie elsewhere stay."
    add_json(actions, "remove", text, _remove).add_argument("name", metavar="NAME", help="The model's name.")
    text = "Read the weights anew and compare them with their cards (exit status 1 where they differ)."
    verify = add_json(actions, "verify", text, _verify)
    verify.add_argument("names", nargs="*", metavar="NAME", help="The models; default: all.")


def _add_add(parser: argparse.ArgumentParser) -> None:
    from photodouble.models.card import COMMERCIAL
    from photodouble.models.registry import KEEPING
    from photodouble_client.request import USES

    parser.add_argument(
        "weights",
        metavar="FILE",
        help="The weights: a file of safetensors, ONNX, TorchScript or torch, or a folder of diffusers.",
    )
    parser.add_argument("--name", default="", metavar="NAME", help="The model's name; default: the file's.")
    parser.add_argument(
        "--card", default="", metavar="FILE", help="A card as JSON; other flags go before it."
    )
    for word, text in _TEXTS.items():
        parser.add_argument(f"--{word}", metavar="TEXT", help=text)
    parser.add_argument(
        "--commercial", choices=COMMERCIAL, help="Whether its licence permits commercial use."
    )
    parser.add_argument(
        "--training",
        action="append",
        metavar="CATEGORY=RIGHTS",
        help="What it was trained on and by which right, such as 'stock photographs=licensed'; any number.",
    )
    parser.add_argument(
        "--use", action="append", choices=USES, dest="uses", help="A use that is permitted; any number."
    )
    parser.add_argument(
        "--fill",
        action="append",
        metavar="KEY=VALUE",
        help="How a model that fills pictures is fed, where its file does not say it, such as "
        "architecture=mask-unet, kind=video, window=10, encoding=signed, size=512; any number.",
    )
    for word, text in _ATTESTED.items():
        parser.add_argument(f"--{word}", metavar="TEXT", help=text)
    parser.add_argument("--document", metavar="FILE", help="The attestation itself; its hash is kept.")
    parser.add_argument(
        "--keep",
        choices=KEEPING,
        default="path",
        help="Where the weights stay: where they are (path, the default), or as a link or copy by the card.",
    )
    parser.add_argument("--show", action="store_true", help="Keep the card with the show you are in.")
    parser.add_argument(
        "--ask",
        action="store_true",
        help="Ask for all of it in words; the card is shown before it is written. On a terminal this is done "
        "by itself where only FILE is given.",
    )


def _add(namespace: argparse.Namespace) -> int:
    from photodouble.models.filing import card_from, file_model

    weights = Path(namespace.weights).expanduser()
    name, document = namespace.name or weights.stem, _document(namespace)
    if namespace.ask or _is_asked_by_itself(namespace, document):
        from .models_guide import asked_card

        name, told = asked_card(weights, name, _is_taken)
        document = {**document, **told}
    card = file_model(
        weights,
        card_from(name, document),
        load_settings(Path()).settings,
        near=Path(),
        in_show=namespace.show,
        keep=namespace.keep,
    )
    if namespace.json:
        tell_json(card.to_json())
    else:
        tell(f"{card.name}: {card.format}, sha256 {card.sha256}")
        _tell_missing(card.name, namespace)
    return 0


def _is_asked_by_itself(namespace: argparse.Namespace, document: dict[str, Any]) -> bool:
    return not document and not namespace.json and sys.stdin.isatty() and sys.stdout.isatty()


def _is_taken(name: str) -> bool:
    return any((folder / f"{name}.json").exists() for folder in _registry().folders)


def _tell_missing(name: str, _namespace: argparse.Namespace) -> None:
    from photodouble.models.filing import model_rows

    row = next(row for row in model_rows(_registry()) if row["name"] == name)
    for reason in row["reasons"]:
        tell(f"  not for a deliverable: {reason}")


def _document(namespace: argparse.Namespace) -> dict[str, Any]:
    """Put together what the flags and the card file say; the flags have the last word."""
    document = _read_card(namespace.card) if namespace.card else {}
    for word in (*_TEXTS, "commercial", "uses"):
        if getattr(namespace, word) is not None:
            document[word] = getattr(namespace, word)
    if namespace.training:
        parts = [text.partition("=") for text in namespace.training]
        document["training"] = [{"category": part[0].strip(), "rights": part[2].strip()} for part in parts]
    if namespace.fill:
        document["fill"] = {**(document.get("fill") or {}), **dict(map(_fed, namespace.fill))}
    attested = {word.replace("-", "_"): getattr(namespace, word.replace("-", "_")) for word in _ATTESTED}
    given = {word: value for word, value in attested.items() if value is not None}
    if namespace.document:
        given["document_sha256"] = _hash_of(Path(namespace.document).expanduser())
    if given:
        document["attestation"] = {**(document.get("attestation") or {}), **given}
    return document


def _fed(text: str) -> tuple[str, Any]:
    """Read `KEY=VALUE` of how a model is fed: numbers and yes or no become what they are."""
    key, _, value = (part.strip() for part in text.partition("="))
    if value.lower() in ("yes", "no", "true", "false"):
        return key, value.lower() in ("yes", "true")
    return key, int(value) if value.isdigit() else value


def _read_card(given: str) -> dict[str, Any]:
    path = Path(given).expanduser()
    try:
        return dict(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ArtistError(
            "input.bad_request",
            "The card cannot be read",
            f"{path} is no readable JSON file with a card.",
            "Correct it, or say what you know by flags.",
            detail=str(error),
        ) from error


def _hash_of(path: Path) -> str:
    from photodouble.models.fingerprint import fingerprint

    if path.is_file():
        return fingerprint(path)
    raise ArtistError(
        "input.missing_sequence",
        "The attestation was not found",
        f"There is no file {path}.",
        "Check the path.",
    )


def _registry() -> ModelRegistry:
    from photodouble.models.filing import registry_near

    return registry_near(Path())


def _show(namespace: argparse.Namespace) -> int:
    from photodouble.engine.space import megabytes
    from photodouble.models.filing import shown_card

    found = shown_card(_registry(), namespace.name)
    if namespace.json:
        tell_json(found)
        return 0
    card, needs = found["card"], found["fills"]
    told = {
        "format": card["format"],
        "path": card["path"],
        "sha256": card["sha256"],
        "size": f"{card['bytes'] / 1e6:.1f} MB",
        "licence": card["licence"] or "not known",
        "uses": ", ".join(card["uses"]) or "none",
    }
    if needs:
        told["fills pictures"] = (
            f"in tiles of {needs['tile']} x {needs['tile']} pixels, {needs['frames']} at once, "
            f"with about {megabytes(needs['memory_bytes'])} of memory"
        )
    for name, text in told.items():
        tell(f"{name + ':':<16} {text}")
    for reason in (*found["reasons"], *([found["fault"]] if found["fault"] else ())):
        tell(f"not for a deliverable: {reason}")
    return 0


def _list(namespace: argparse.Namespace) -> int:
    from photodouble.models.filing import model_rows

    rows = model_rows(_registry())
    if namespace.json:
        tell_json(rows)
        return 0
    if not rows:
        tell("There are no models. Add one with 'photodouble models add FILE'; nothing here needs any.")
    for row in rows:
        if "sha256" not in row:
            tell(row["fault"])
            continue
        until = f"attested to {row['attested_to']}" if row["attested_to"] else "not attested"
        uses = ",".join(row["uses"]) or "no use"
        tell(f"{row['name']:<28} {row['format']:<11} {uses:<22} {until:<24} {row['licence'] or 'no licence'}")
        for reason in (*row["reasons"], *([row["fault"]] if row["fault"] else ())):
            tell(f"  not for a deliverable: {reason}")
    return 0


def _remove(namespace: argparse.Namespace) -> int:
    removed = _registry().remove(namespace.name)
    if namespace.json:
        tell_json({"removed": str(removed)})
    else:
        tell(f"Removed {removed}.")
    return 0


def _verify(namespace: argparse.Namespace) -> int:
    from photodouble.models.filing import verified_rows

    rows = verified_rows(_registry(), tuple(namespace.names))
    if namespace.json:
        tell_json(rows)
    else:
        for row in rows:
            tell(f"{row['name']}: {row['fault'] or 'as its card says'}")
    return 1 if any(row["fault"] for row in rows) else 0
