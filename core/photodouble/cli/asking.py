"""The parser of the command line: it says what it did not understand in plain words, and what was meant."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from photodouble_client.errors import ArtistError

_PLACES = ("BUNDLE", "FILE", "FOLDER", "PATH", "PATTERN", "REQUEST", "TAKE")
"""What the help calls a value that names a file or a folder, or a take, which may be given by its folder."""


_RENDERED = ("crowd", "deage")
"""The commands whose action `render` may be left out before an option."""

_NEGATIVE = re.compile(r"-\.?\d")
"""How a word begins that is a number or a place, such as -20,15, and no option."""


class Parser(argparse.ArgumentParser):
    """Say what was wrong with the arguments as every other error is said; options are written in full."""

    def __init__(self, **given: Any) -> None:
        """Take what any parser takes."""
        super().__init__(**{**given, "allow_abbrev": False})
        self._given: list[str] = []
        self._negative_number_matcher = _NEGATIVE

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse; words that are left over are refused here, where the command's own options are known."""
        self._given = list(sys.argv[1:] if args is None else args)
        found, extras = super().parse_known_args(args, namespace)
        if len(extras) > 1 and not any(word.startswith("-") for word in extras):
            raise _expanded(extras)
        if extras:
            raise _refusal(f"{extras[0]!r} is not understood here.", self.prog, self._options_like(extras[0]))
        return found, extras

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """Read the words of one argument; a file or folder without a name would be the folder we are in."""
        if action.metavar in _PLACES and any(not word.strip() for word in arg_strings):
            name = "/".join(action.option_strings) or str(action.metavar)
            raise _nameless(name, self.prog, can_be_left=bool(action.option_strings) and not action.required)
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        """Raise ArtistError `usage.arguments` for what argparse found wrong."""
        unknown = self._unknown_option()
        if unknown and message.startswith("the following arguments are required"):
            raise _refusal(f"{unknown!r} is not understood here.", self.prog, self._options_like(unknown))
        raise _refusal(_plain(message) + self._what_there_is(message), self.prog, _choices_like(message))

    def _unknown_option(self) -> str:
        known = self._option_string_actions
        options = [word.partition("=")[0] for word in self._given if word.startswith("--") and len(word) > 2]
        misspelt = (option for option in options if option not in known and self._options_like(option))
        return next(misspelt, "")

    def _what_there_is(self, message: str) -> str:
        """List the commands or actions when the very word for one is missing."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction) and message.endswith(f": {action.metavar}"):
                return f" It is one of {', '.join(action.choices)}."
        return ""

    def _options_like(self, word: str) -> list[str]:
        options = [option for action in self._actions for option in action.option_strings]
        return difflib.get_close_matches(word.partition("=")[0], options, n=1, cutoff=0.7)


def _refusal(message: str, program: str, meant: Sequence[str]) -> ArtistError:
    hint = f"Did you mean {' or '.join(meant)}? " if meant else ""
    fix = f"{hint}See what it takes with: {program} --help"
    return ArtistError("usage.arguments", "The command was not understood", message, fix)


def _expanded(words: Sequence[str]) -> ArtistError:
    """Tell what became of a star: the shell put the names of the files in its place."""
    pattern = re.sub(r"\d+(?=\.\w+$)", "####", words[0])
    return ArtistError(
        "usage.arguments",
        "The command was not understood",
        f"There are {len(words)} words too many, from {words[0]!r} on.",
        f"Write pictures as one pattern in quotes, without a star: '{pattern}'.",
    )


def _plain(message: str) -> str:
    """Turn a complaint of argparse into a sentence for people."""
    choice = re.match(r"argument (\S+): invalid choice: ('.*?') \(choose from (.*)\)", message)
    if choice:
        return f"{choice[1]} cannot be {choice[2]}; it is one of {choice[3]}.".replace("'", "")
    missing = re.match(r"the following arguments are required: (.*)", message)
    if missing:
        return f"Something is missing: {missing[1]}."
    value = re.match(r"argument (\S+): (expected .*|ignored .*)", message)
    if value:
        wanted = "needs a value" if value[2].startswith("expected") else "takes no value"
        return f"{value[1]} {wanted}."
    refused = re.match(r"argument (\S+): (.*)", message)
    sentence = f"{refused[1].partition('/')[0]}: {refused[2]}" if refused else message
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _choices_like(message: str) -> list[str]:
    choice = re.match(r"argument \S+: invalid choice: '(.*?)' \(choose from (.*)\)", message)
    if not choice:
        return []
    choices = [word.strip(" '") for word in choice[2].split(",")]
    return difflib.get_close_matches(choice[1].lower(), choices, n=1, cutoff=0.5)


def _nameless(name: str, program: str, *, can_be_left: bool) -> ArtistError:
    instead = f", or leave {name} out" if can_be_left else ""
    return ArtistError(
        "usage.bad_value",
        "A file, folder or take has no name",
        f"{name} was given an empty text, which names none.",
        f"Give its path{instead}. See what it takes with: {program} --help",
    )


def spelled_out(arguments: Sequence[str]) -> list[str]:
    """Return the words of a command line with the `render` that `crowd --plate ...` leaves out."""
    given = list(arguments)
    if len(given) > 1 and given[0] in _RENDERED and given[1].startswith("--") and given[1] != "--help":
        given.insert(1, "render")
    return given
