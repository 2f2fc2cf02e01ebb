"""The catalogue of everything a person reads, for translators: `core/languages/photodouble.pot`.

Sentences are collected from where they are written, by the syntax tree of every module: what the
declarations say, what goes into an ArtistError, what a widget, a knob or a property is given, what a command
says of itself, and every other text that reads as a sentence. A sentence with values in it stands with
braces, `{path} holds no frames.`, as `photodouble_client.language` looks it up.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from photodouble_client.advice import ADVICE
from photodouble_client.errors import CODES
from photodouble_client.specs import SPECS
from photodouble_client.wire import STATES

ROOT = Path(__file__).resolve().parents[3]
CATALOGUE = ROOT / "core" / "languages" / "photodouble.pot"
PLACES = ("core/photodouble_client", "core/photodouble_qt", "core/photodouble", "nuke", "resolve", "blender")
_SINKS = {
    "ArtistError": (1, 2, 3),
    "said": (0,),
    "words": (0,),
    "heading": (0,),
    "button": (0, 1),
    "tell": (1,),
    "View": (0, 2),
    "Tool": (1, 2, 3),
    "QLabel": (0,),
    "QCheckBox": (0,),
    "QPushButton": (0,),
    "setText": (0,),
    "setToolTip": (0,),
    "setWindowTitle": (0,),
    "setPlaceholderText": (0,),
    "setAccessibleName": (0,),
    "setAccessibleDescription": (0,),
    "show_words": (0,),
    "addItem": (0,),
    "addTab": (1,),
    "addRow": (0,),
    "progress": (2,),
    "warn": (0,),
    "Argument": (2,),
    "Task": (1,),
}
"""What is called with words for a person, and at which places; keywords are in _KEYWORDS."""
_KEYWORDS = frozenset(
    ("text", "label", "help", "tooltip", "name", "description", "title", "message", "fix", "tip", "note")
)
_ATTRIBUTES = frozenset(("bl_label", "bl_description", "WORDS", "REPAIRS", "NONE_YET"))
_SPOKEN = ("core/photodouble_qt", "nuke/", "resolve/", "blender/", "core/photodouble/takes/review_words")
"""Where nearly every text of two words is read by somebody."""
_TWO_WORDS = re.compile(r"[A-Za-z]{2,}[,.:;]? (?=.*[A-Za-z{])", re.DOTALL)
_SENTENCE = re.compile(r"\A[A-Z{'].*\s\S.*[.?:…]\Z", re.DOTALL)
_NO_NAMES = frozenset(("len", "str", "join", "for", "in", "if", "else", "self", "name", "not", "is", "or"))
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_BRACE = re.compile(r"\{[a-z_0-9]*\}")
_CODE = re.compile(r"\\|^(SELECT|INSERT|DELETE|UPDATE|CREATE|PRAGMA) |^\w+\(")
_HEAD = """# Every sentence that Photo Double shows. Written by python -m photodouble.generate.
msgid ""
msgstr ""
"Project-Id-Version: photodouble\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


@dataclass(frozen=True, order=True)
class Entry:
    """One sentence, and the module that says it."""

    text: str
    place: str


def catalogue_text() -> str:
    """Write the whole catalogue as gettext's template."""
    places: dict[str, set[str]] = {}
    for entry in [*_declared(), *_written()]:
        places.setdefault(entry.text, set()).add(entry.place)
    return _HEAD + "".join(_paragraph(text, sorted(places[text])) for text in sorted(places))


def write_catalogue(path: Path = CATALOGUE) -> list[Path]:
    """Write the catalogue where it differs; return what changed. Nothing is written outside a checkout."""
    text = catalogue_text()
    if not path.parent.parent.is_dir() or (path.is_file() and path.read_text(encoding="utf-8") == text):
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return [path]


def sentences_in(source: str, place: str) -> Iterator[Entry]:
    """Yield what the source of one module says to a person."""
    tree = ast.parse(source)
    reads_as_words = _TWO_WORDS if place.startswith(_SPOKEN) else _SENTENCE
    quiet = _docstrings(tree) | _inside_f_strings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (Entry(text, place) for text in _said_by(node))
            text = _text(node)
            if text is not None and reads_as_words.search(text) and not _CODE.search(text):
                yield Entry(text, place)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and _assigned(node) & _ATTRIBUTES:
            yield from (Entry(text, place) for text in _values(node.value) if _LETTERS.search(text))
        elif isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in quiet:
            text = _text(node)
            if text is not None and reads_as_words.search(text) and not _CODE.search(text):
                yield Entry(text, place)


def _declared() -> Iterator[Entry]:
    """Yield what the declarations say: operations, ports, controls, and the errors' meanings."""
    for key, spec in SPECS.items():
        told = [spec.label, spec.summary]
        for port in spec.ports:
            told += [port.help, port.key.replace("_", " ").capitalize()]
        for param in spec.params:
            told += [param.label, param.help, param.group, param.unit or "", *param.choices]
        yield from (Entry(text, f"specs/{key}") for text in told if text.strip())
    yield from (Entry(text, "states") for text in (*STATES, "unfinished"))
    yield from (Entry(text, "errors") for text in CODES.values())
    yield from (Entry(text, "advice") for text in ADVICE.values())


def _written() -> Iterator[Entry]:
    for folder in PLACES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "_vendor" not in path.parts and "generate" not in path.parts:
                place = path.relative_to(ROOT).as_posix()
                yield from sentences_in(path.read_text(encoding="utf-8"), place)


def _said_by(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name not in _SINKS:
        return
    given = [call.args[place] for place in _SINKS[name] if place < len(call.args)]
    given += [one.value for one in call.keywords if one.arg in _KEYWORDS]
    for node in given:
        yield from (text for text in _values(node) if _LETTERS.search(_BRACE.sub("", text)))


def _values(node: ast.AST | None) -> Iterator[str]:
    """Yield the texts that an expression can give: both ways of a condition, the values of a table."""
    if isinstance(node, ast.IfExp):
        yield from _values(node.body)
        yield from _values(node.orelse)
    elif isinstance(node, (ast.BoolOp, ast.Dict)):
        for one in node.values:
            yield from _values(one)
    elif isinstance(node, (ast.Tuple, ast.List)):
        for one in node.elts:
            yield from _values(one)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "said":
        yield from _values(node.args[0])
    elif (text := _text(node)) is not None:
        yield text


def _text(node: ast.AST | None) -> str | None:
    """Give a literal's text, with braces for the values in it; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return None if left is None and right is None else (left or "{more}") + (right or "{more}")
    if isinstance(node, ast.JoinedStr):
        return _with_braces(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _formatted(node.func.value, node)
    return None


def _formatted(pattern: ast.expr, call: ast.Call) -> str | None:
    """Write what `str.format` fills with names in its braces."""
    if not isinstance(pattern, ast.Constant) or not isinstance(pattern.value, str):
        return None
    names = iter(call.args)
    return re.sub(
        r"\{[^{}]*\}", lambda _brace: "{" + _name_of(next(names, ast.Name("value"))) + "}", pattern.value
    )


def _with_braces(node: ast.JoinedStr) -> str:
    """Write an f-string with short names in braces; one that comes again with other contents is numbered."""
    made, names = "", dict[str, str]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            made += str(part.value)
            continue
        assert isinstance(part, ast.FormattedValue)
        code = ast.unparse(part)
        base = _name_of(part.value)
        name, count = base, 1
        while names.get(name, code) != code:
            count += 1
            name = f"{base}{count}"
        names[name] = code
        made += "{" + name + "}"
    return re.sub(r"(\{[a-z_0-9]+\})(\{[a-z_0-9]+\})+", r"\1", made)


def _name_of(node: ast.expr) -> str:
    """Name a value by the last word of what it is."""
    found = re.findall(r"[a-z_][a-z_0-9]*", ast.unparse(node).lower())
    plain = [one for one in found if one not in _NO_NAMES]
    return (plain[-1] if plain else "value").strip("_") or "value"


def _assigned(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {one.id for one in targets if isinstance(one, ast.Name)}


def _docstrings(tree: ast.AST) -> set[int]:
    """Name the texts that stand alone: docstrings, of modules, classes, functions and constants."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _inside_f_strings(tree: ast.AST) -> set[int]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found |= {id(one) for one in ast.walk(node) if one is not node}
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "format":
            found.add(id(getattr(node.func, "value", node)))
    return found


def _paragraph(text: str, places: list[str]) -> str:
    kind = "#, python-brace-format\n" if _BRACE.search(text) else ""
    return f'\n#: {" ".join(places)}\n{kind}msgid {_quoted(text)}\nmsgstr ""\n'


def _quoted(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    return f'"{safe}"'
