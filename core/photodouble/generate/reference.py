"""The reference pages: one per operation, one per error code, and one for the command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from typing import Any

from photodouble.farm.options import FarmOptions
from photodouble.farm.template import job_template
from photodouble_client.advice import ADVICE
from photodouble_client.errors import CODES, EXIT_CODES
from photodouble_client.opspec import OpSpec
from photodouble_client.param import Param, limits_text
from photodouble_client.specs import SPECS

from .crowd_schema import crowd_schema
from .flags import default_text, flag_name
from .schema import request_schema, values_schema

FAMILIES = {
    "usage": "What was typed",
    "input": "Pictures, documents and hosts",
    "model": "Models",
    "engine": "The engine, its jobs and takes",
    "policy": "The show's policy and decisions",
    "consent": "Consent",
}
"""The families of errors, as a reader looks for them."""
NOTICE = "<!-- Made by `python -m photodouble.generate` from the declarations. Do not edit. -->\n"


def pages(parser: argparse.ArgumentParser | None = None) -> dict[str, str]:
    """Make every page, that of the command line only if its parser is given: relative path to text."""
    made = {"index.md": index_page(), "request.schema.json": _json(request_schema())}
    made["crowd.schema.json"] = _json(crowd_schema())
    if parser is not None:
        made["command-line.md"] = command_page(parser)
    for key, spec in sorted(SPECS.items()):
        made[f"operations/{key}.md"] = operation_page(spec)
        made[f"operations/{key}.schema.json"] = _json(values_schema(spec))
        made[f"farm/{key}.template.json"] = _json(job_template(spec, FarmOptions()), sort=False)
    for code in sorted(CODES):
        made[f"errors/{code}.md"] = error_page(code)
    made["troubleshooting.md"] = troubleshooting_page()
    return made


def index_page() -> str:
    """List what the reference holds."""
    lines = ["# Reference", "", "## Operations", ""]
    lines += [f"- [{spec.label}](operations/{key}.md): {spec.summary}" for key, spec in sorted(SPECS.items())]
    lines += ["", "## Command line", "", "- [Every command and flag](command-line.md)"]
    lines += ["", "## Request files", "", "- [JSON schema of a request](request.schema.json)"]
    lines += ["", "## Documents", "", "- [JSON schema of a crowd file](crowd.schema.json)"]
    lines += ["", "## Farm templates", ""]
    lines += [f"- [{spec.label}](farm/{key}.template.json)" for key, spec in sorted(SPECS.items())]
    lines += [
        "",
        "## Errors",
        "",
        "All on one page, by what goes wrong: [troubleshooting](troubleshooting.md).",
        "",
    ]
    lines += [f"- [`{code}`](errors/{code}.md): {CODES[code]}" for code in sorted(CODES)]
    return _page(lines)


def operation_page(spec: OpSpec) -> str:
    """Describe an operation: what goes in, what comes out, every control and every preset."""
    lines = [f"# {spec.label}", "", spec.summary, "", f"Version {spec.version}.", ""]
    lines += ["## Inputs", "", *_port_table(spec, "in"), "", "## Outputs", "", *_port_table(spec, "out")]
    for group in dict.fromkeys(param.group for param in spec.params):
        lines += ["", f"## {group}", ""]
        lines += _param_table(param for param in spec.params if param.group == group)
    if spec.presets:
        lines += ["", "## Presets", ""]
        lines += _table(("preset", "changes"), (_preset_row(spec, name) for name in spec.presets))
    return _page(lines)


def error_page(code: str) -> str:
    """Explain an error: what it means, what to do, and how the command line ends."""
    family = code.split(".", 1)[0]
    lines = [f"# `{code}`", "", CODES[code], "", "## What to do", "", ADVICE[code], ""]
    lines += [f"The command line ends with exit status {EXIT_CODES[family]}."]
    return _page(lines)


def troubleshooting_page() -> str:
    """List every error on one page by its family: what happened, what to do, and the code."""
    lines = ["# Troubleshooting, by error", ""]
    lines += [
        "Every error says what happened and what to do, in the panel, on the node, on the page of the jobs "
        "or in the terminal. Its code stands in the details, and in a program's answer as JSON. Look it up "
        "here where you want the whole of it; `photodouble engine log` shows what the engine did around it."
    ]
    for family, status in EXIT_CODES.items():
        lines += ["", f"## {FAMILIES[family]}", "", f"The command line ends with exit status {status}.", ""]
        codes = sorted(code for code in CODES if code.startswith(f"{family}."))
        rows = [(CODES[code], ADVICE[code], f"[`{code}`](errors/{code}.md)") for code in codes]
        lines += _table(("what happened", "what to do", "code"), rows)
    return _page(lines)


def command_page(parser: argparse.ArgumentParser) -> str:
    """Describe every command and flag of a parser, its subcommands included, as `command-line.md`."""
    lines = ["# Command line"]
    for command in _commands(parser):
        lines += ["", f"## `{command.prog}`", ""]
        if command.description:
            lines += [command.description, ""]
        lines += _table(("argument", "meaning"), _action_rows(command))
    return _page(lines)


def _commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in dict.fromkeys(action.choices.values()):
                yield from _commands(command)


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    actions = [action for action in parser._actions if action.help != argparse.SUPPRESS]
    return [action for action in actions if not isinstance(action, argparse._HelpAction)]


def _action_rows(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in _actions(parser):
        if isinstance(action, argparse._SubParsersAction):
            for command in action._choices_actions:
                yield f"`{command.dest}`", _action_help(command)
        else:
            yield _action_name(action), _action_help(action)


def _action_name(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{action.metavar or action.dest}`"
    metavar = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
    return " ".join(f"`{spelling}{metavar}`" for spelling in action.option_strings)


def _action_help(action: argparse.Action) -> str:
    return (action.help or "").replace("%%", "%")


def _port_table(spec: OpSpec, direction: str) -> list[str]:
    ports = [port for port in spec.ports if port.direction == direction]
    if direction == "in":
        names = ("key", "flag", "needed", "meaning")
        rows = [
            (f"`{port.key}`", f"`{flag_name(port.key)}`", "yes" if port.required else "", port.help)
            for port in ports
        ]
        return _table(names, rows)
    return _table(
        ("key", "channels", "meaning"),
        [(f"`{port.key}`", ", ".join(port.channels), port.help) for port in ports],
    )


def _param_table(params: Iterable[Param]) -> list[str]:
    names = ("control", "flag", "kind", "default", "limits", "meaning")
    return _table(names, (_param_row(param) for param in params))


def _param_row(param: Param) -> tuple[str, ...]:
    limits = ", ".join(param.choices) or f"{limits_text(param)} {param.unit}".strip()
    flag = f"`{flag_name(param.key)}`"
    kind = f"{param.kind}, animates" if param.animates else param.kind
    return (param.label, flag, kind, default_text(param), limits, param.help)


def _preset_row(spec: OpSpec, name: str) -> tuple[str, str]:
    values = spec.presets[name]
    return name, ", ".join(f"{spec.param(key).label} {value}" for key, value in values.items())


def _table(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [_row(names), _row(("---",) * len(names))]
    return lines + [_row(row) for row in rows]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _page(lines: list[str]) -> str:
    return NOTICE + "\n" + "\n".join(lines).rstrip() + "\n"


def _json(content: dict[str, Any], *, sort: bool = True) -> str:
    return json.dumps(content, indent=2, sort_keys=sort) + "\n"
