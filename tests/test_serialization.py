"""``save`` and ``load``: what goes in comes out, and a hostile file is a clear error that runs nothing."""

import io
import json
import os
import pickle
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

import autodiff_lab as th


def there_and_back(value):
    file = io.BytesIO()
    th.save(value, file)
    file.seek(0)
    return th.load(file)


def test_data_of_every_kind_comes_back_as_it_was():
    value = {
        "numbers": [1, 2.5, True, None, "ñ", float("inf")],
        3: (th.ones(2, 3), th.tensor(7), th.tensor([True, False])),
        "dtype": th.float64,
        "size": th.Size([2, 3]),
        "ordered": OrderedDict(b=1, a=th.zeros(0, 3)),
        "set": {1, 2},
        "array": np.arange(3, dtype=np.int8),
        "number": np.float32(0.5),
        ("a", 1): th.arange(6, dtype=th.int16).view(2, 3).t(),
    }
    back = there_and_back(value)
    assert repr(back) == repr(value)
    assert type(back["array"]) is np.ndarray and type(back["number"]) is np.float32
    assert isinstance(back["ordered"], OrderedDict) and back["dtype"] is th.float64


@pytest.mark.parametrize("dtype", "float16 float32 float64 int8 int16 int32 int64 uint8 bool".split())
def test_every_dtype_keeps_its_bits(dtype):
    t = (th.arange(8) - 3).to(getattr(th, dtype))
    back = there_and_back(t)
    assert back.dtype is t.dtype and th.equal(back, t)


def test_views_share_memory_and_what_is_one_tensor_stays_one():
    x = th.arange(6.0)
    a, b, c, d = there_and_back([x, x[1:3], x, x.view(2, 3).t()])
    a[1] = 9
    assert a is c and b[0] == 9 and d[1, 0] == 9 and d.stride() == (1, 3)


def test_leaves_and_parameters_stay_what_they_are():
    w, p = there_and_back([th.ones(2, requires_grad=True), th.nn.Parameter(th.ones(2), requires_grad=False)])
    assert w.requires_grad and w.is_leaf
    assert isinstance(p, th.nn.Parameter) and not p.requires_grad


def test_a_checkpoint_goes_on_where_it_stopped(tmp_path):
    def start():
        th.manual_seed(0)
        model = th.nn.Linear(2, 1)
        return model, th.optim.Adam(model.parameters(), lr=0.1)

    def step(model, optimizer):
        optimizer.zero_grad()
        model(th.ones(3, 2)).square().mean().backward()
        optimizer.step()

    model, optimizer = start()
    step(model, optimizer)
    path = tmp_path / "checkpoint.pt"
    th.save({"epoch": 1, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, path)
    step(model, optimizer)
    other, its = start()
    kept = th.load(path, weights_only=True, map_location="cpu")
    other.load_state_dict(kept["model"])
    its.load_state_dict(kept["optimizer"])
    step(other, its)
    assert kept["epoch"] == 1 and th.equal(other.weight, model.weight)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (lambda: 1, "function"),
        (th.nn.Linear(1, 1), "state_dict"),
        ({"a": [object()]}, r"\['a'\]\[0\]"),
        (1j, "complex"),
    ],
)
def test_what_is_no_data_is_not_saved(value, said, tmp_path):
    path = tmp_path / "file.pt"
    with pytest.raises(TypeError, match=said):
        th.save(value, path)
    assert not path.exists()


def archive(structure, memories=(), compress=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compress) as made:
        made.writestr("structure.json", structure if isinstance(structure, str) else json.dumps(structure))
        for i, m in enumerate(memories):
            made.writestr(f"memory/{i}", m)
    file.seek(0)
    return file


def structure(tree=None, tensors=(), memories=(), **other):
    plain = {
        "mark": "autodiff_lab tensors",
        "version": 1,
        "tree": tree,
        "tensors": tensors,
        "memories": memories,
    }
    return {**plain, **other}


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("a loaded file ran code",)


FOUR = np.arange(4, dtype="<f4").tobytes()
HOSTILE = {
    "empty": io.BytesIO(b""),
    "text": io.BytesIO(b"hello world"),
    "pickle": io.BytesIO(pickle.dumps([1])),
    "no structure": archive("[]"),
    "no JSON": archive("{"),
    "deep": archive("[" * 100_000),
    "another mark": archive(structure(mark="x")),
    "another version": archive(structure(version=2)),
    "an unknown kind": archive(structure({"is": "os.system", "of": ["true"]})),
    "a kind that is no text": archive(structure({"is": ["tuple"], "of": []})),
    "a tensor that is not there": archive(structure({"is": "tensor", "of": 0})),
    "memory too short": archive(structure(tensors=[], memories=[["float32", 5]]), [FOUR]),
    "no such dtype": archive(structure(memories=[["ALL", 4]]), [FOUR]),
    "objects": archive(structure(memories=[["object", 2]]), [FOUR * 4]),
    "beyond memory": archive(
        structure(tensors=[[0, 2, [3], [1], False, False]], memories=[["float32", 4]]), [FOUR]
    ),
    "negative stride": archive(
        structure(tensors=[[0, 2, [3], [-1], False, False]], memories=[["float32", 4]]), [FOUR]
    ),
    "negative start": archive(
        structure(tensors=[[0, -1, [1], [1], False, False]], memories=[["float32", 4]]), [FOUR]
    ),
    "huge": archive(
        structure(tensors=[[0, 0, [2**62, 4], [0, 2**61], False, False]], memories=[["float32", 4]]), [FOUR]
    ),
    "a list as key": archive(structure({"is": "dict", "of": [[[1], 2]]})),
    "truth of 7": archive(structure(memories=[["bool", 1]]), [b"\x07"]),
    "compressed": archive(structure(), compress=zipfile.ZIP_DEFLATED),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_clear_error(name):
    with pytest.raises(RuntimeError, match=r"^load\(\): this is not a file that autodiff_lab.save\(\) wrote"):
        th.load(HOSTILE[name])


def test_a_pickle_in_torchs_clothes_runs_nothing():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("archive/data.pkl", pickle.dumps(Bomb()))
    file.seek(0)
    with pytest.raises(RuntimeError, match="PyTorch's own format"):
        th.load(file, weights_only=False)


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_file_that_cannot_be_written_whole_stays_the_old_one(error, tmp_path, monkeypatch):
    path, old, new = tmp_path / "net.pt", {"w": th.ones(2)}, {"w": th.zeros(1000), "epoch": 2}
    th.save(old, path)
    before = path.read_bytes()
    for at in range(1, 5):  # the two memories, then what goes to the disk
        left = iter(range(1, at))

        def fails(real):
            def act(*args):
                if next(left, None) is None:  # noqa: B023 - called within the round
                    raise error
                return real(*args)

            return act

        with monkeypatch.context() as patched:
            patched.setattr(zipfile.ZipFile, "writestr", fails(zipfile.ZipFile.writestr))
            patched.setattr(os, "fsync", fails(os.fsync))
            patched.setattr(os, "replace", fails(os.replace))
            with pytest.raises(error):
                th.save(new, path)
        assert path.read_bytes() == before and os.listdir(tmp_path) == ["net.pt"]
    th.save(new, str(path))
    assert th.load(path)["epoch"] == 2 and os.listdir(tmp_path) == ["net.pt"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="this system has no links")
def test_a_link_is_written_through_and_a_device_is_written_to(tmp_path):
    (tmp_path / "net.pt").touch()
    os.symlink(tmp_path / "net.pt", tmp_path / "link.pt")
    th.save([1, 2], tmp_path / "link.pt")
    assert os.path.islink(tmp_path / "link.pt") and th.load(tmp_path / "net.pt") == [1, 2]
    th.save([1, 2], os.devnull)
    assert not os.path.isfile(os.devnull)


@pytest.mark.parametrize("library", ["autodiff_lab", "torch"])
def test_a_folder_that_is_not_there(library, tmp_path):
    lib = pytest.importorskip(library)
    with pytest.raises(RuntimeError, match=r"Parent directory .*nowhere does not exist"):
        lib.save([1], tmp_path / "nowhere" / "net.pt")


def test_a_file_that_is_not_there():
    with pytest.raises(FileNotFoundError, match="nowhere"):
        th.load("nowhere.pt")
