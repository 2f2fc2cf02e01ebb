"""A model's card by questions: wrong answers are mended in place, nothing is written before a yes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photodouble.cli.models_guide import asked_card
from photodouble.models import filing
from photodouble.models.card import ModelCard
from photodouble.models.filing import card_from, file_model, registry_near
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

WHOLE = (
    *("cleanup", "fill", "mask-unet", "2", "https://example.org", "Apache-2.0", "", "temp, final"),
    *("stock photographs = licensed; own plates = own", "yes", "Acme", "B. Roth", "", "2099-12-31", "yes"),
)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    header = json.dumps({"w": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}).encode()
    path = tmp_path / "net.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    return path


@pytest.fixture
def own_models(tmp_path: Path) -> None:
    """Keep the cards that the command writes in the test's own folder."""
    text = f'models_folder = "{(tmp_path / "cards").as_posix()}"\n'
    (tmp_path / "photodouble.toml").write_text(text, encoding="utf-8")


def answering(*answers: str) -> Callable[[str], str]:
    given: Iterator[str] = iter(answers)

    def read(_question: str) -> str:
        try:
            return next(given)
        except StopIteration:
            raise EOFError from None

    return read


def card_of(weights: Path, *answers: str, taken: tuple[str, ...] = ()) -> ModelCard:
    name, document = asked_card(weights, weights.stem, lambda one: one in taken, answering(*answers))
    return card_from(name, document)


def test_the_questions_make_a_whole_card(weights: Path) -> None:
    card = card_of(weights, *WHOLE)
    assert (card.name, card.version, card.licence, card.commercial) == ("cleanup", "2", "Apache-2.0", "yes")
    assert card.uses == ("temp", "final")
    assert [(one.category, one.rights) for one in card.training] == [
        ("stock photographs", "licensed"),
        ("own plates", "own"),
    ]
    assert card.attestation is not None
    assert (card.attestation.signatory, card.attestation.valid_to) == ("B. Roth", "2099-12-31")
    assert card.fill is not None
    assert card.fill.architecture == "mask-unet"


def test_wrong_answers_are_asked_again_at_once(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = (
        *("no such name!", "taken", "", "perhaps", "?", "other", "", "", "house contract", "", "maybe"),
        *("unknown", "cinema", "ideation", "photographs", "", "no", "yes"),
    )
    card = card_of(weights, *answers, taken=("taken",))
    assert (card.name, card.source, card.uses, card.training) == ("net", "house contract", ("ideation",), ())
    said = capsys.readouterr().out
    for word in ("Use letters", "name already", "one of: fill, age", "Say where", "Name one or more", "'='"):
        assert word in said


def test_a_day_that_is_none_is_asked_again(weights: Path) -> None:
    answers = [*WHOLE[:-2], "next year", "2098-01-31", "yes"]
    card = card_of(weights, *answers)
    assert card.attestation is not None
    assert card.attestation.valid_to == "2098-01-31"


def test_one_may_go_back_and_change_an_answer_before_it_is_written(weights: Path) -> None:
    back = ("cleanup", "age", "<", "other", "3", "here", "", "", "", "", "no", "licence", "MIT", "yes")
    card = card_of(weights, *back)
    assert (card.version, card.licence, card.fill) == ("3", "MIT", None)


def test_a_changed_answer_brings_its_own_questions(weights: Path) -> None:
    answers = (
        "",
        "other",
        "",
        "here",
        "",
        "",
        "",
        "",
        "no",
        "attested",
        "yes",
        "Acme",
        "Roth",
        "",
        "",
        "yes",
    )
    card = card_of(weights, *answers)
    assert card.attestation is not None
    assert card.attestation.vendor == "Acme"


@pytest.mark.parametrize("answers", [WHOLE[:4], (*WHOLE[:-1], "no")], ids=["ended", "not agreed"])
def test_without_a_yes_there_is_no_card(weights: Path, answers: tuple[str, ...]) -> None:
    with pytest.raises(ArtistError, match=r"ended before|Nobody agreed"):
        card_of(weights, *answers)


def test_a_dangerous_file_is_refused_before_any_question(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    path.write_bytes(b"\x80\x04cos\nsystem\n.")
    with pytest.raises(ArtistError) as refused:
        card_of(path)
    assert refused.value.code == "model.unsafe"


def test_a_stop_while_the_card_is_noted_leaves_nothing(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        cache_folder=str(tmp_path / "cache"),
        models_folder=str(tmp_path / "cards"),
        engine_folder=str(tmp_path / "state"),
    )

    def stop(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(filing, "_note", stop)
    with pytest.raises(KeyboardInterrupt):
        file_model(weights, card_from("net", {}), settings, near=tmp_path, keep="copy")
    assert registry_near(tmp_path, settings).cards() == ()
    assert list((tmp_path / "cards").iterdir()) == []


@pytest.mark.usefixtures("own_models")
def test_the_command_asks_shows_the_card_and_writes_it(
    photodouble: Callable[..., subprocess.CompletedProcess[str]], weights: Path
) -> None:
    done = photodouble("models", "add", weights, "--ask", input="\n".join(WHOLE) + "\n")
    assert done.returncode == 0, done.stderr
    assert '"licence": "Apache-2.0"' in done.stdout
    assert "cleanup: safetensors" in done.stdout
    assert json.loads(photodouble("models", "show", "cleanup", "--json").stdout)["deliverable"] is True


@pytest.mark.usefixtures("own_models")
def test_the_command_that_is_not_agreed_to_writes_nothing(
    photodouble: Callable[..., subprocess.CompletedProcess[str]], weights: Path
) -> None:
    done = photodouble("models", "add", weights, "--ask", input="\n".join(WHOLE[:-1]) + "\nno\n")
    assert done.returncode == 2
    assert "No card was written" in done.stderr
    assert json.loads(photodouble("models", "list", "--json").stdout) == []
