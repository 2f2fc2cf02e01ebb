"""A TorchScript program is read before it is loaded: what only calculates passes, all else is refused."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import pytest
from tiny_models import torchscript_colour

from photodouble.models.inspect import inspected_format
from photodouble.models.scripts import check_script
from photodouble_client.errors import ArtistError

HEAD = """class Net(Module):
  __parameters__ = []
  __buffers__ = []
  def forward(self: __torch__.Net, picture: Tensor, mask: Tensor) -> Tensor:
"""


def archive(body: str, **entries: bytes) -> io.BytesIO:
    """Write an archive with a program of one method."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as written:
        written.writestr("net/code/__torch__.py", HEAD + body)
        for name, content in entries.items():
            written.writestr(f"net/{name}", content)
    return stream


def test_a_program_that_calculates_is_a_model(tmp_path: Path) -> None:
    assert inspected_format(torchscript_colour(tmp_path / "grey.pt")) == "torchscript"
    check_script(archive("    _0 = __torch__.blur\n    return _0(torch.mul(picture, mask), )\n"), "net")


@pytest.mark.parametrize(
    "body",
    [
        '    return torch.from_file("/etc/passwd", False, 16)\n',
        '    _0 = torch.from_file\n    return _0("/x")\n',
        "    t = torch\n    return picture\n",
        '    return getattr(torch, "from_file")("/x")\n',
        '    o = ops.aten\n    return o.from_file("/x")\n',
        '    return ops.torchvision.read_file("/x")\n',
        "    return torch.classes.dist_rpc.Call()\n",
        "    return torch.as_strided(picture, [9], [9], 9)\n",
        '    return open("/x")\n',
        "    return fork(picture)\n",
        "    return picture.__class__.__bases__\n",
        "    import os\n    return picture\n",
        "    return (lambda: picture)()\n",
        "    return picture +\n",
    ],
)
def test_a_program_that_could_reach_outside_is_refused(body: str) -> None:
    with pytest.raises(ArtistError) as refused:
        check_script(archive(body), "net")
    assert refused.value.code == "model.unsafe"


def test_a_pickle_with_code_and_an_unknown_entry_in_the_archive_are_refused() -> None:
    class Harm:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            import os

            return os.system, ("true",)

    for name, content in (("data.pkl", pickle.dumps(Harm())), ("extra.so", b"\x7fELF")):
        with pytest.raises(ArtistError) as refused:
            check_script(archive("    return picture\n", **{name: content}), "net")
        assert refused.value.code == "model.unsafe"
