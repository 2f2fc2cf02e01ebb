"""The licences of all libraries: the page is fresh, none is unknown, and what does not go is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from releasing import licences, sbom
from releasing.licences import Licensed, check, is_allowed, licensed, page, recorded
from releasing.licences_known import COMPATIBLE, EXTRAS_ONLY, READ
from releasing.locked import EXTRAS, Library, libraries
from releasing.release import write_licences
from releasing.versions import ReleaseError

from photodouble.doctor.libraries import EXTRAS as INSTALLED_EXTRAS

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_lock_and_the_libraries_say_now() -> None:
    written = (ROOT / licences.PAGE).read_text(encoding="utf-8")
    assert written == page(licensed(ROOT)), "run: install/release --licences"


def test_every_library_has_a_licence_that_goes_with_ours() -> None:
    found = licensed(ROOT)
    assert len(found) > 60
    check(found)
    assert {one.library.name for one in found} >= set(READ)


def test_every_extra_of_artists_is_looked_at() -> None:
    # The node is built with ziglang by whoever wants to; nothing of it is used by the program.
    assert set(EXTRAS) == set(INSTALLED_EXTRAS) - {"ofx"}


@pytest.mark.parametrize(
    ("licence", "extras", "word"),
    [
        ("GPL-3.0-only", (), "does not go"),
        ("GPL-3.0-only", ("qt",), "does not go"),
        ("AGPL-3.0-or-later OR SSPL-1.0", ("qt",), "does not go"),
        ("LGPL-3.0-only", (), "does not go"),
        ("LGPL-3.0-only", ("qt",), ""),
        ("GPL-2.0-only OR MIT", (), ""),
        ("GPL-2.0-only AND MIT", (), "does not go"),
        ("", (), "is not known"),
        ("Proprietary", ("qt",), "does not go"),
    ],
)
def test_a_planted_licence_is_judged(licence: str, extras: tuple[str, ...], word: str) -> None:
    fault = Licensed(Library("planted", "1.0", extras), licence).fault()
    assert (word in fault) if word else fault == ""


def test_a_release_with_a_planted_licence_is_refused_by_name() -> None:
    with pytest.raises(ReleaseError, match=r"planted: GPL-3\.0-only does not go with Apache-2\.0"):
        check([*licensed(ROOT), Licensed(Library("planted", "1.0"), "GPL-3.0-only")])


@pytest.mark.parametrize(
    ("expression", "is_fine"),
    [
        ("MIT", True),
        ("MIT AND GPL-2.0-only", False),
        ("MIT OR GPL-2.0-only", True),
        ("(MIT OR GPL-2.0-only) AND BSD-3-Clause", True),
        ("(MIT AND GPL-2.0-only) OR GPL-3.0-only", False),
        ("Apache-2.0 WITH LLVM-exception", True),
    ],
)
def test_expressions_are_judged_by_and_and_or(expression: str, is_fine: bool) -> None:
    assert is_allowed(expression, COMPATIBLE) is is_fine


def test_lgpl_is_for_extras_only() -> None:
    assert not COMPATIBLE & EXTRAS_ONLY
    assert all("LGPL" not in one.licence for one in licensed(ROOT) if one.library.is_core)


def test_a_library_that_is_not_installed_here_is_taken_from_the_page(tmp_path: Path) -> None:
    locks = tmp_path / "install" / "locks"
    shutil.copytree(ROOT / "install" / "locks", locks)
    with (locks / "core.txt").open("a", encoding="utf-8") as stream:
        stream.write("not-installed-anywhere==1.2\n")
    (tmp_path / licences.PAGE).parent.mkdir(parents=True)
    with pytest.raises(ReleaseError, match="not-installed-anywhere: its licence is not known"):
        write_licences(tmp_path)
    row = "| not-installed-anywhere | 1.2 | MIT | always | https://example.org |\n"
    (tmp_path / licences.PAGE).write_text(row, encoding="utf-8")
    assert recorded(tmp_path)["not-installed-anywhere"] == ("1.2", "MIT", "https://example.org")
    assert write_licences(tmp_path)
    assert row in (tmp_path / licences.PAGE).read_text(encoding="utf-8")
    assert not write_licences(tmp_path)


def test_a_core_library_is_no_extra() -> None:
    found = {one.name: one for one in libraries(ROOT)}
    assert found["numpy"].is_core
    assert found["pyside6-essentials"].extras == ("qt",)


class TestTheBillOfMaterials:
    """CycloneDX 1.6, read by the schema that comes with the library of CycloneDX itself."""

    @pytest.fixture(autouse=True)
    def _library(self) -> None:
        pytest.importorskip("cyclonedx")

    def text(self) -> str:
        return sbom.sbom("0.1.0", licensed(ROOT), 1700000000, {"a.whl": "0" * 64})

    def test_it_holds_by_the_schema_and_a_planted_fault_does_not(self) -> None:
        text = self.text()
        assert sbom.schema_fault(text) == ""
        assert sbom.schema_fault(text.replace('"required"', '"perhaps"', 1)) != ""

    def test_it_names_every_library_of_the_lock_with_its_licence(self) -> None:
        bill = json.loads(self.text())
        parts = {part["purl"]: part for part in bill["components"] if part["type"] == "library"}
        wanted = {f"pkg:pypi/{one.name}@{one.version}" for one in libraries(ROOT)}
        assert set(parts) == wanted
        assert all(part["licenses"] for part in parts.values())
        scopes = {part["name"]: part["scope"] for part in parts.values()}
        assert (scopes["numpy"], scopes["pyside6-essentials"]) == ("required", "optional")

    def test_it_names_the_files_of_the_release_by_hash(self) -> None:
        files = [part for part in json.loads(self.text())["components"] if part["type"] == "file"]
        assert [(one["name"], one["hashes"][0]["content"]) for one in files] == [("a.whl", "0" * 64)]

    def test_the_same_libraries_give_the_same_bill(self) -> None:
        assert self.text() == self.text()
        assert json.loads(self.text())["metadata"]["timestamp"].startswith("2023-11-14T22:13:20")
