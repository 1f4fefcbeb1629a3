from pathlib import Path

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.compiler import check_compiler


def test_a_missing_compiler_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("torch._inductor.config.cpp.cxx", (str(tmp_path / "none"),))
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "cache"))
    torch.compiler.reset()
    with pytest.raises(InputError, match=r"compiler.*compile=false"):
        check_compiler("cpu")


def test_another_error_of_the_compiler_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> object:
        raise ValueError("no such\nbackend")

    monkeypatch.setattr(torch, "compile", refuse)
    with pytest.raises(InputError, match=r"compile=true does not work here \(no such\): give compile=false"):
        check_compiler("cpu")
