"""The page on governance: what it says about consent and policy is what the program does."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from photodouble.cli.main import main
from photodouble.provenance.keys import new_person_key
from photodouble.provenance.policy import Policy
from photodouble_client.request import JobRequest, PortInput

PAGE = Path(__file__).parents[2] / "core" / "docs" / "governance.md"
SECTION = PAGE.read_text(encoding="utf-8").partition("## File a performer's consent")[2].partition("\n## ")[0]


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", SECTION, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_policy_of_the_page_is_one() -> None:
    policy = Policy.read(tomllib.loads(block("toml"))["policy"])
    assert (policy.mode, policy.override, policy.permit_hours) == ("deliverable", ("supervisor",), 48)
    assert policy.approvals("final") == ("supervisor",)


def test_the_commands_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    monkeypatch.setenv("PHOTODOUBLE_STATE", str(tmp_path / "state"))
    key = new_person_key("ada").public_text()
    person = f'\n[people.ada]\nrole = "supervisor"\nkey = "{key}"\n'
    (tmp_path / "photodouble.toml").write_text(block("toml") + person, encoding="utf-8")
    (tmp_path / "consent.pdf").write_bytes(b"signed")
    inputs = {"plate": PortInput("plate.####.exr"), "matte": PortInput("matte.####.exr")}
    request = JobRequest("inpaint", inputs=inputs, shot="sh010", output_root=str(tmp_path / "takes"))
    (tmp_path / "request.json").write_text(request.to_text(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    lines = block("sh").splitlines()
    assert [line.split()[2] for line in lines] == ["add", "list", "check", "check", "override", "revoke"]
    known = ""
    for line in lines:
        filed = re.search(r"\bc[0-9a-f]{15}\b", capsys.readouterr().out)
        known = filed[0] if filed else known
        assert main(shlex.split(line.replace("c0123456789abcde", known))[1:]) == 0, line
