"""Loading weights never runs a program, and what could run one is refused before torch sees it."""

from __future__ import annotations

import collections
import io
import json
import os
import pickle
import sys
import types
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photodouble.models.card import ModelCard
from photodouble.models.inspect import inspected_format
from photodouble.models.loading import open_onnx, open_safetensors, open_torch, open_weights
from photodouble.models.pickles import check_pickle
from photodouble.models.registry import ModelRegistry
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError


class Evil:
    """A thing whose pickle creates a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def evil(path: Path, protocol: int = 2) -> bytes:
    return pickle.dumps({"weights": Evil(path)}, protocol=protocol)


def archive(content: bytes, name: str = "net/data.pkl", **more: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr(name, content)
        packed.writestr("net/data/0", b"\x80raw numbers")
        packed.writestr("net/version", b"3\n")
        for key, value in more.items():
            packed.writestr(key.replace("__", "/"), value)
    return held.getvalue()


MAGIC = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}]


def old_torch(content: bytes) -> bytes:
    """Pack a pickle as torch did before version 1.6."""
    return b"".join(pickle.dumps(part, 2) for part in MAGIC) + content + pickle.dumps([], 2) + b"\0" * 8


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ArtistError) as refused:
        call()
    return refused.value.code


def test_the_planted_pickle_would_indeed_create_a_folder(tmp_path: Path) -> None:
    pickle.loads(evil(tmp_path / "planted"))
    assert (tmp_path / "planted").is_dir()


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("packed", [bytes, archive, old_torch], ids=["plain", "archive", "old"])
def test_a_pickle_that_would_run_something_is_refused_and_runs_nothing(
    tmp_path: Path, protocol: int, packed: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    torch = types.ModuleType("torch")
    torch.load = lambda *_a, **_k: asked.append("load")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    path = tmp_path / "net.pt"
    path.write_bytes(packed(evil(tmp_path / "planted", protocol)))
    assert code_of(lambda: open_torch(path)) == "model.unsafe"
    assert code_of(lambda: inspected_format(path)) == "model.unsafe"
    assert not (tmp_path / "planted").exists() and asked == []


def test_an_evil_pickle_beside_good_weights_is_found(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    good = pickle.dumps(collections.OrderedDict(a=1), 2)
    path.write_bytes(archive(good, net__extra=evil(tmp_path / "planted")))
    assert code_of(lambda: inspected_format(path)) == "model.unsafe"
    path.write_bytes(archive(good))
    assert inspected_format(path) == "torch"


@pytest.mark.parametrize(
    "stored",
    [
        b"\x80\x04\x8c\x05torch\x8c\x0cFloatStorage0\x8c\x06system\x93.",  # POP between the two names
        b"\x80\x04\x8c\x02os\x94\x8c\x06system\x940h\x00h\x01\x93.",  # by memory
        b"\x80\x04\x8c\x05torch\x8c\x0cFloatStorage(\x93.",  # a mark lies on top
        b"\x80\x02\x82\x01.",  # an extension, known by number only
        b"(S'echo'\nios\nsystem\n.",  # an instance of the first protocols
        b"\x80\x04\x8c\x05torch\x8c\x0cFloatStorage\x93",  # no end
        b"\x80\x04garbage",
    ],
    ids=["pop", "memory", "mark", "extension", "instance", "no end", "garbage"],
)
def test_names_that_are_hidden_or_cannot_be_told_are_refused(stored: bytes) -> None:
    assert code_of(lambda: check_pickle(io.BytesIO(stored), "it")) == "model.unsafe"


def test_names_that_tensors_are_made_of_pass_also_by_memory() -> None:
    check_pickle(io.BytesIO(b"\x80\x04\x8c\x05torch\x94\x8c\x0cFloatStorage\x940h\x00h\x01\x93."), "it")
    check_pickle(io.BytesIO(b"ctorch._utils\n_rebuild_tensor_v2\n."), "it")
    check_pickle(io.BytesIO(pickle.dumps(collections.OrderedDict(a=[1, 2.5, "x"]), 4)), "it")
    check_pickle(io.BytesIO(pickle.dumps({"a": {1, 2}, "b": b"bytes"}, 2)), "it")


def test_a_program_in_an_archive_is_never_loaded_as_weights(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    path.write_bytes(archive(pickle.dumps({}, 2), net__code____torch__=b"def"))
    with pytest.raises(ArtistError, match="TorchScript"):
        open_torch(path)
    assert code_of(lambda: inspected_format(path)) == "model.unsafe"


def test_a_torn_archive_is_refused(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("net/data.pkl", pickle.dumps({str(number): number for number in range(99)}, 2))
    whole = held.getvalue()
    path = tmp_path / "net.pt"
    for torn in (whole[:60] + b"\xff" * 40 + whole[100:], whole[:200]):
        path.write_bytes(torn)
        assert code_of(lambda: inspected_format(path)) == "model.unsafe"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    path.write_bytes(archive(pickle.dumps({}, 2), net__data=b""))
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("net/data.pkl", evil(tmp_path / "planted"))
    with pytest.raises(ArtistError, match="twice"):
        inspected_format(path)


def refusing(*_given: Any, **_how: Any) -> None:
    raise pickle.UnpicklingError("Weights only load failed")


def test_torch_is_asked_for_weights_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    torch = types.ModuleType("torch")
    torch.__version__ = "2.13.0+cpu"  # type: ignore[attr-defined]
    torch.load = lambda file, **how: asked.append({**how, "begins": file.read(2)}) or {}  # type: ignore
    monkeypatch.setitem(sys.modules, "torch", torch)
    path = tmp_path / "net.pt"
    path.write_bytes(archive(pickle.dumps({}, 2)))
    open_torch(path)
    assert asked == [{"map_location": "cpu", "weights_only": True, "begins": b"PK"}]
    torch.load = refusing  # type: ignore[attr-defined]
    assert code_of(lambda: open_torch(path)) == "input.corrupt_file"
    torch.__version__ = "2.5.1"  # type: ignore[attr-defined]
    assert code_of(lambda: open_torch(path)) == "model.support"
    monkeypatch.setitem(sys.modules, "torch", None)
    assert code_of(lambda: open_torch(path)) == "model.support"


@pytest.mark.parametrize("is_new", [True, False], ids=["archive", "old"])
def test_weights_saved_by_torch_itself_come_back_and_whole_modules_are_refused(
    tmp_path: Path, is_new: bool
) -> None:
    torch = pytest.importorskip("torch")
    path, net = tmp_path / "net.pt", torch.nn.Linear(3, 2)
    held = {
        "state": net.state_dict(),
        "half": torch.zeros(2, dtype=torch.bfloat16),
        "eighth": torch.zeros(2, dtype=torch.float8_e4m3fn if is_new else torch.int8),
        "sparse": torch.eye(3).to_sparse(),
        "names": {"a", "b"},
        "step": 3,
    }
    torch.save(held, path, _use_new_zipfile_serialization=is_new)
    assert torch.equal(open_torch(path)["state"]["weight"], net.weight)
    torch.save(net, path, _use_new_zipfile_serialization=is_new)
    assert code_of(lambda: open_torch(path)) == "model.unsafe"


def test_safetensors_come_back(tmp_path: Path) -> None:
    numpy_files = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "net.safetensors"
    weights = np.arange(6, dtype=np.float16).reshape(2, 3)
    numpy_files.save_file({"w": weights}, str(path))
    with open_safetensors(path) as opened:
        np.testing.assert_array_equal(opened.get_tensor("w"), weights)
    path.write_bytes(path.read_bytes()[:-1])
    assert code_of(lambda: open_safetensors(path)) == "input.unsupported_format"


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def onnx(tensor: bytes) -> bytes:
    """Write a model whose graph holds a node, whose attribute holds a graph with one tensor."""
    inner = field(5, tensor)
    return b"\x08\x0a" + field(7, field(1, field(5, field(6, inner))))


def test_safetensors_whose_first_byte_is_that_of_a_pickle_are_known(tmp_path: Path) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    header = header.ljust(0x80)
    path = tmp_path / "net.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + np.float32(2).tobytes())
    assert path.read_bytes()[0] == 0x80
    assert inspected_format(path) == "safetensors"
    pytest.importorskip("safetensors")
    with open_safetensors(path) as opened:
        assert opened.get_tensor("a").tolist() == [2.0]


def test_an_onnx_file_is_handed_over_as_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(onnx(field(8, b"w") + field(9, b"\x80\x01numbers")))
    assert open_onnx(path) == path.read_bytes()
    assert code_of(lambda: open_onnx(path, "0" * 64)) == "model.unsafe"


@pytest.mark.parametrize("tensor", [field(13, field(1, b"location")), b"\x70\x01"], ids=["where", "that"])
def test_an_onnx_file_with_weights_elsewhere_is_refused(tmp_path: Path, tensor: bytes) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(onnx(field(8, b"w") + tensor))
    assert code_of(lambda: open_onnx(path)) == "model.unsafe"


@pytest.mark.parametrize("content", [b"", b"x", b"\x08\x0a", b"PNG of something", b"\x08" * 40])
def test_what_is_no_model_is_refused_in_plain_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "net.model"
    path.write_bytes(content)
    assert code_of(lambda: inspected_format(path)) == "input.unsupported_format"


def test_weights_are_opened_only_where_they_are_those_of_their_card(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(onnx(field(8, b"w")))
    settings = Settings(cache_folder=str(tmp_path / "cache"), models_folder=str(tmp_path / "cards"))
    registry = ModelRegistry.of(settings)
    card = registry.add(path, ModelCard("net", "", "0" * 64, 0, "onnx"))
    assert open_weights(card, registry) == path.read_bytes()
    path.write_bytes(onnx(field(8, b"v")))
    assert code_of(lambda: open_weights(card, registry)) == "model.refused"
