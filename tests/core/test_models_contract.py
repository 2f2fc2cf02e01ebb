"""A model's file holds the tensors that its card promises and that an operation needs, or it is refused."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_files import HALF, INT64, onnx_file, value, weight

from photodouble.models.card import ModelCard, Tensor
from photodouble.models.contract import (
    Contract,
    check_contract,
    contract_fault,
    contract_in_file,
    differences,
)
from photodouble.models.filing import verified_rows
from photodouble.models.loading import open_weights
from photodouble.models.registry import ModelRegistry
from photodouble.models.use import required
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

NO_CARD = ModelCard("net", "", "0" * 64, 0, "onnx", uses=("temp",))
IMAGE = Tensor("image", "1,3,H,W", "float16")
FILLED = Tensor("filled", "1,3,H,W", "float32")


@pytest.fixture
def registry(tmp_path: Path) -> ModelRegistry:
    return ModelRegistry.of(
        Settings(cache_folder=str(tmp_path / "cache"), models_folder=str(tmp_path / "cards"))
    )


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """An ONNX file with a free size, one input of which is a weight, as old exporters wrote it."""
    return written(
        tmp_path / "net.onnx",
        onnx_file(
            [value("image", [1, 3, "h", "w"], HALF), value("kernel", [3, 3])],
            [value("filled", [1, 3, "h", "w"])],
            [weight("kernel", [3, 3]), weight("table", [300], INT64)],
        ),
    )


def safetensors(**tensors: tuple[str, list[int], int]) -> bytes:
    header, end = {}, 0
    for name, (kind, shape, size) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps({"__metadata__": {"by": "a test"}, **header}).encode()
    return len(text).to_bytes(8, "little") + text + bytes(end)


def refusal(call: Any) -> ArtistError:
    with pytest.raises(ArtistError) as refused:
        call()
    assert refused.value.code == "model.refused"
    return refused.value


def test_an_onnx_file_tells_its_ends_and_weights(net: Path) -> None:
    assert contract_in_file(net, "onnx") == Contract(
        (Tensor("image", "1,3,h,w", "float16"),),
        (Tensor("filled", "1,3,h,w", "float32"),),
        (Tensor("kernel", "3,3", "float32"), Tensor("table", "300", "int64")),
    )


def test_a_safetensors_file_tells_its_weights(tmp_path: Path) -> None:
    path = written(tmp_path / "net", safetensors(a=("F16", [2, 3], 12), b=("I64", [], 8)))
    weights = (Tensor("a", "2,3", "float16"), Tensor("b", "scalar", "int64"))
    assert contract_in_file(path, "safetensors") == Contract(weights=weights)


def test_safetensors_written_by_its_own_library_are_read_alike(tmp_path: Path) -> None:
    numpy = pytest.importorskip("safetensors.numpy")
    numpy.save_file({"w": np.zeros((4, 2), np.float32), "n": np.array(3, np.uint8)}, tmp_path / "net")
    found = contract_in_file(tmp_path / "net", "safetensors").weights
    assert {*found} == {Tensor("w", "4,2", "float32"), Tensor("n", "scalar", "uint8")}


def torch_pickle() -> bytes:
    """Write what torch.save writes of {"state": {"w": a (2, 3) half, "p": a parameter}, "step": 7}."""
    tensor = (
        b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nHalfStorage\n"
        b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQK\x00K\x02K\x03\x86K\x03K\x01\x86\x89"
        b"ccollections\nOrderedDict\n)RtR"
    )
    parameter = b"ctorch._utils\n_rebuild_parameter\n(" + tensor + b"\x88}tR"
    state = b"ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00w" + tensor + b"X\x01\x00\x00\x00p" + parameter
    return b"\x80\x02}(X\x05\x00\x00\x00state" + state + b"uX\x04\x00\x00\x00stepK\x07u."


def torch_file(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("net/data.pkl", content)
        packed.writestr("net/data/0", bytes(12))
    return held.getvalue()


def old_torch_file(content: bytes) -> bytes:
    head = (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})
    return b"".join(pickle.dumps(part, 2) for part in head) + content + pickle.dumps([], 2) + bytes(12)


@pytest.mark.parametrize("packed", [torch_file, old_torch_file])
def test_torch_weights_are_told_without_torch(tmp_path: Path, packed: Any) -> None:
    path = written(tmp_path / "net.pt", packed(torch_pickle()))
    weights = (Tensor("state.w", "2,3", "float16"), Tensor("state.p", "2,3", "float16"))
    assert contract_in_file(path, "torch") == Contract(weights=weights)


def test_weights_of_a_program_are_told_without_running_it(tmp_path: Path) -> None:
    tensor = torch_pickle().partition(b"w")[2].partition(b"X\x01\x00\x00\x00p")[0]
    inner = b"c__torch__\nInner\n)\x81}X\x06\x00\x00\x00weight" + tensor + b"sb"
    outer = b"c__torch__\nNet\n)\x81}(X\x08\x00\x00\x00training\x89X\x04\x00\x00\x00conv" + inner + b"ub"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("net/data.pkl", b"\x80\x02" + outer + b".")
        packed.writestr("net/code/__torch__.py", "class Net(Module):\n  training : bool\n")
        packed.writestr("net/data/0", bytes(12))
    path = written(tmp_path / "net.pt", held.getvalue())
    found = contract_in_file(path, "torchscript")
    assert found == Contract(weights=(Tensor("conv.weight", "2,3", "float16"),))


@pytest.mark.parametrize("kind", ["diffusers", "torchscript", "torch", "safetensors"])
def test_inputs_of_a_kind_that_does_not_tell_them_are_a_promise_of_the_card_alone(kind: str) -> None:
    card = dataclasses.replace(NO_CARD, inputs=(IMAGE,), path="nowhere", format=kind)
    assert contract_fault(card) == ""
    assert contract_fault(card, Contract(weights=(Tensor("w"),))) != ""


def test_weights_saved_by_torch_itself_are_told(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    model = torch.nn.Conv2d(3, 4, 5).half()
    torch.save(model.state_dict(), tmp_path / "net.pt")
    found = contract_in_file(tmp_path / "net.pt", "torch").weights
    assert found == (Tensor("weight", "4,3,5,5", "float16"), Tensor("bias", "4", "float16"))


def test_a_pickle_that_would_run_something_runs_nothing_while_its_tensors_are_read(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "planted"),)

    path = written(tmp_path / "net.pt", torch_file(pickle.dumps({"w": Evil()}, 2)))
    with pytest.raises(ArtistError) as refused:
        contract_in_file(path, "torch")
    assert refused.value.code == "model.unsafe" and not (tmp_path / "planted").exists()


@pytest.mark.parametrize(
    ("promised", "said"),
    [
        (Contract((IMAGE,), (FILLED,), (Tensor("kernel", "3,3", "float32"),)), ""),
        (Contract((dataclasses.replace(IMAGE, shape="", kind="half"),)), ""),
        (Contract((dataclasses.replace(IMAGE, shape="1, 3, 512, 512"),)), ""),
        (Contract(outputs=(FILLED,)), ""),
        (Contract((Tensor("plate"),)), "there is no input plate (there is image); it also wants the input"),
        (Contract((dataclasses.replace(IMAGE, kind="float32"),)), "input image is float16 and not float32"),
        (Contract((dataclasses.replace(IMAGE, shape="1,4,H,W"),)), "has the shape 1,3,h,w and not 1,4,H,W"),
        (Contract((dataclasses.replace(IMAGE, shape="3,H,W"),)), "has the shape 1,3,h,w and not 3,H,W"),
        (Contract((IMAGE,), (Tensor("alpha"),)), "there is no output alpha (there is filled)"),
        (Contract(weights=(Tensor("kernel", "5,5"),)), "tensor kernel has the shape 3,3 and not 5,5"),
        (Contract(weights=(Tensor("kernel", "N,N"),)), ""),
        (Contract(weights=(Tensor("kernel", "N"),)), "has the shape 3,3 and not N"),
        (Contract(weights=(Tensor("kernel", "N,3"), Tensor("table", "N"))), "tensor table has the shape 300"),
    ],
)
def test_a_difference_is_told_in_words(net: Path, promised: Contract, said: str) -> None:
    told = "; ".join(differences(promised, contract_in_file(net, "onnx")))
    assert said in told and bool(said) == bool(told)


def test_a_size_that_is_free_by_the_card_and_fixed_in_the_file_is_a_difference(tmp_path: Path) -> None:
    ends = [value("image", [1, 3, 512, 512], HALF)], [value("filled", [1, 3, 512, 512])]
    fixed = contract_in_file(written(tmp_path / "net.onnx", onnx_file(*ends)), "onnx")
    assert differences(Contract((IMAGE,)), fixed) == (
        "the input image has the shape 1,3,512,512 and not 1,3,H,W",
    )


def test_a_card_that_promises_other_tensors_is_not_filed(registry: ModelRegistry, net: Path) -> None:
    known = dataclasses.replace(NO_CARD, inputs=(dataclasses.replace(IMAGE, kind="float32"),))
    assert "is float16 and not float32" in refusal(lambda: registry.add(net, known)).message
    assert registry.cards() == ()


def test_a_card_that_says_nothing_of_its_ends_learns_them_from_the_file(
    registry: ModelRegistry, net: Path
) -> None:
    card = registry.add(net, NO_CARD)
    assert card.inputs == (Tensor("image", "1,3,h,w", "float16"),)
    assert registry.fault(card) == ""


def test_weights_that_the_card_names_must_be_in_a_safetensors_file(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    path = written(tmp_path / "net.safetensors", safetensors(a=("F16", [2, 3], 12)))
    ends = {"inputs": (IMAGE,), "format": "safetensors"}
    good = dataclasses.replace(NO_CARD, weights=(Tensor("a", "2,3", "float16"),), **ends)
    bad = dataclasses.replace(NO_CARD, weights=(Tensor("b"),))
    assert "there is no tensor b (there is a)" in refusal(lambda: registry.add(path, bad)).message
    assert registry.fault(registry.add(path, good)) == ""


def test_a_card_whose_promise_is_edited_afterwards_is_refused_at_use(
    registry: ModelRegistry, net: Path
) -> None:
    card = registry.add(net, NO_CARD)
    file = registry.folders[-1] / "net.json"
    stored = json.loads(file.read_text())
    stored["inputs"][0]["shape"] = "1,4,h,w"
    file.write_text(json.dumps(stored))
    card = registry.card("net")
    assert "not 1,4,h,w" in refusal(lambda: open_weights(card, registry)).message
    assert "not 1,4,h,w" in refusal(lambda: required(registry, "net", "temp", "exploration")).message
    assert "not 1,4,h,w" in verified_rows(registry, ())[0]["fault"]


def test_a_model_that_does_not_hold_what_an_operation_needs_is_refused(
    registry: ModelRegistry, net: Path
) -> None:
    card = registry.add(net, NO_CARD)
    needs = Contract((IMAGE, Tensor("mask", "1,1,H,W")), (FILLED,))
    assert "there is no input mask" in refusal(lambda: check_contract(card, needs)).message
    refusal(lambda: open_weights(card, registry, needs))
    refusal(lambda: required(registry, "net", "temp", "exploration", needs=needs))
    found, _ = required(registry, "net", "temp", "exploration", needs=Contract((IMAGE,), (FILLED,)))
    assert found == card


def test_a_file_whose_tensors_cannot_be_read_keeps_no_promise(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    path = written(tmp_path / "net.pt", torch_file(b"\x80\x02ctorch\nSize\n)RK\x01\x86R."))
    known = dataclasses.replace(NO_CARD, weights=(Tensor("w"),))
    assert refusal(lambda: registry.add(path, known)).code == "model.refused"


@pytest.mark.parametrize("shape", ["1,,3", "1x3", ",", "1,3,"])
def test_a_shape_that_cannot_be_read_is_a_fault_of_the_card(shape: str) -> None:
    stored = {**NO_CARD.to_json(), "inputs": [{"name": "image", "shape": shape}]}
    with pytest.raises(ArtistError) as refused:
        ModelCard.from_json(stored)
    assert refused.value.code == "input.bad_request"


def test_a_card_with_its_tensors_comes_back_from_json_as_it_was() -> None:
    card = dataclasses.replace(NO_CARD, inputs=(IMAGE,), weights=(Tensor("w", "scalar", "float32"),))
    assert ModelCard.from_json(json.loads(json.dumps(card.to_json()))) == card
