"""Everything that is to be measured on a GPU, in one call of less than ten minutes that needs no network.

python benchmarks/gpu.py FOLDER OUTPUT [--seconds 560] [--device cuda] [--tiny]

FOLDER holds `photographs` and `val` of `benchmarks/bundles/photographs.py FOLDER`, and in `wheels` what this machine's
Python lacks of the dependencies (PyPatchMatch, too, if it is to be compared), which is unpacked for this call alone.
Weights for LPIPS are FOLDER/alexnet.pth, if there. OUTPUT gets gpu.json, written again with each row, the page gpu.md
made from it, and the logs and curves of the trainings. docs/gpu.md tells what is measured. The exit code is 1 if the
networks compute something else than on the CPU.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Make a path of what the parts import, and start them in a process that has it; they read the command line."""
    with tempfile.TemporaryDirectory() as temporary:
        site = Path(temporary)
        unpack([path for given in sys.argv[1:] for path in Path(given, "wheels").glob("*.whl")], site)
        write_version(site)
        folders = (HERE.parent / "src", HERE, HERE / "bundles", site, os.environ.get("PYTHONPATH"))
        path = os.pathsep.join(str(folder) for folder in folders if folder)
        environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "gpu_parts.main", *sys.argv[1:]]
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)


def unpack(wheels: list[Path], site: Path) -> None:
    """Unpack wheels, without what they depend on."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)


def write_version(site: Path) -> None:
    """Let `importlib.metadata` find the version of a checkout that is not installed: results name it."""
    version = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    folder = site / f"inpaint_zoo-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: inpaint-zoo\nVersion: {version}\n")


if __name__ == "__main__":
    main()
