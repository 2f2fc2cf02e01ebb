"""The words a person reads, in the person's language: looked up by the English sentence itself.

Engine, logs and files speak English, so that a sentence can be searched for and support can read it; a host
looks a sentence up where it shows it. A catalogue is what gettext knows: `core/languages/photodouble.pot`
holds every sentence, a translator makes a `.po` of it, `msgfmt` a `.mo`, and that file is named by the
setting `language`, or lies as `LANGUAGE.mo` in the folder `languages` beside the settings. A sentence with
names or numbers in it stands in the catalogue with braces, such as "{path} holds no frames."; it is found by
its fixed words, and a translation may put the braces in another order. What is not translated stays English.
"""

from __future__ import annotations

import gettext
import os
import re
from typing import Dict, Iterator, List, Mapping, Optional, Tuple

from .settings import ClientSettings, config_folder, load_client_settings

FOLDER = "languages"
SUFFIX = ".mo"
_MOST = 4000
"""Sentences whose translation is kept; a host shows few different ones."""
_LONGEST = 1200
"""Longer texts, such as a log, are not taken apart."""
_BRACE = re.compile(r"\{([a-z_][a-z_0-9]*)\}")
_WORD = re.compile(r"\w+")


def _fixed_length(source: str) -> int:
    return len(_BRACE.sub("", source))


class Catalogue:
    """Sentences and their translations; both may hold names in braces, such as `{path}`."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._pairs = {source: told for source, told in pairs.items() if source and told}
        self._kept: Dict[str, str] = {}
        self._by_word: Dict[str, List[Tuple[str, _Sentence]]] = {}
        for source in sorted(self._pairs, key=_fixed_length, reverse=True):
            fixed = _BRACE.sub("\n", source)
            if fixed != source and _WORD.search(fixed):
                word = max(_WORD.findall(fixed), key=len)
                self._by_word.setdefault(word, []).append((source, _Sentence(source)))

    @property
    def plain(self) -> Dict[str, str]:
        """Give the sentences without names in them, and their translations."""
        return {source: told for source, told in self._pairs.items() if not _BRACE.search(source)}

    def said(self, text: str) -> str:
        """Give a text in the language; what the catalogue does not hold comes back as it is."""
        if len(text) > _LONGEST:
            return self._look_up(text, depth=2)
        if text not in self._kept:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[text] = self._look_up(text, depth=2)
        return self._kept[text]

    def _look_up(self, text: str, depth: int) -> str:
        if text in self._pairs:
            return self._pairs[text]
        if not text.strip() or len(text) > _LONGEST:
            return text
        for source, sentence in self._candidates(text):
            parts = sentence.names_in(text)
            if parts is not None:
                return _filled(self._pairs[source], {key: self._part(parts[key], depth) for key in parts})
        if "\n" in text:
            return "\n".join(self._look_up(line, depth) for line in text.split("\n"))
        return text

    def _part(self, text: str, depth: int) -> str:
        return self._look_up(text, depth - 1) if depth else text

    def _candidates(self, text: str) -> Iterator[Tuple[str, _Sentence]]:
        """Yield the sentences with braces that share their longest word, the most exact ones first."""
        near = [one for word in set(_WORD.findall(text)) for one in self._by_word.get(word, ())]
        return iter(sorted(near, key=lambda one: (-_fixed_length(one[0]), one[0])))


ENGLISH = Catalogue({})
_chosen: List[Catalogue] = []


def said(text: str) -> str:
    """Give a text in the language that this host shows."""
    if not _chosen:
        use_language()
    return _chosen[0].said(text)


def use_language(catalogue: Optional[Catalogue] = None) -> Catalogue:
    """Show this catalogue from now on; without one, what settings and environment name. Return it."""
    _chosen[:] = [catalogue if catalogue is not None else _named()]
    return _chosen[0]


def catalogue_path(settings: ClientSettings, environment: Mapping[str, str]) -> str:
    """Name the file of the language in force; empty for English."""
    language = environment.get("PHOTODOUBLE_LANGUAGE", "") or settings.language
    if language in ("", "en"):
        return ""
    if language.endswith(SUFFIX):
        return os.path.expanduser(language)
    return os.path.join(config_folder(environment), FOLDER, language + SUFFIX)


def read_catalogue(path: str) -> Catalogue:
    """Read a compiled catalogue (`.mo`); raises OSError or ValueError where it is none."""
    with open(path, "rb") as stream:
        try:
            read = gettext.GNUTranslations(stream)
        except (ValueError, IndexError, OverflowError, MemoryError, ArithmeticError) as problem:
            raise ValueError(str(problem)) from problem
        except Exception as problem:  # noqa: BLE001 (struct.error and LookupError of a damaged one)
            raise ValueError(str(problem)) from problem
    pairs = getattr(read, "_catalog", {})
    return Catalogue({key: told for key, told in pairs.items() if isinstance(key, str)})


def _named() -> Catalogue:
    """Read what is named. A language that cannot be read is no reason to show nothing: it stays English."""
    try:
        path = catalogue_path(load_client_settings(), os.environ)
        return read_catalogue(path) if path else ENGLISH
    except Exception:  # noqa: BLE001 (a broken settings file is told where the engine is looked for)
        return ENGLISH


def _filled(told: str, parts: Mapping[str, str]) -> str:
    return _BRACE.sub(lambda brace: parts.get(brace.group(1), brace.group(0)), told)


class _Sentence:
    """A sentence with names in braces, recognised by its fixed words in one pass over a text.

    No expression with a gap for each name: a long text that nearly fits would be tried in every way.
    """

    def __init__(self, source: str) -> None:
        parts = _BRACE.split(source)
        self._first, self._fixed, self._names = parts[0], parts[2::2], parts[1::2]

    def names_in(self, text: str) -> Optional[Dict[str, str]]:
        """Give what stands for each name, each as short as can be; None for another sentence."""
        last = self._fixed[-1]
        end = len(text) - len(last)
        place = len(self._first)
        if end < place or not text.startswith(self._first) or not text.endswith(last):
            return None
        found: Dict[str, str] = {}
        for name, fixed in zip(self._names, self._fixed[:-1]):
            at = text.find(fixed, place, end)
            if at < 0 or found.setdefault(name, text[place:at]) != text[place:at]:
                return None
            place = at + len(fixed)
        rest = text[place:end]
        return found if found.setdefault(self._names[-1], rest) == rest else None
