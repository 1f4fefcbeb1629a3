import os
import subprocess
import sys
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
import yaml
from trove_classifiers import classifiers

from inpaint_zoo.cli.main import VERBS

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check", "--no-compile"]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, "--target", folder, wheel], check=True)
    return folder


def python(installed: Path, cwd: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def test_the_wheel_holds_every_file(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    conf = {f"inpaint_zoo/conf/{path.relative_to(ROOT / 'conf')}" for path in (ROOT / "conf").rglob("*.yaml")}
    package = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "inpaint_zoo/conf/base.yaml" in conf
    assert {"inpaint_zoo/py.typed", "hydra_plugins/inpaint_zoo_plugins.py"} <= package
    assert conf | package <= inside


def test_the_metadata_tell_what_it_is(metadata: Message) -> None:
    assert metadata["Author"] == "The inpaint-zoo authors"
    assert metadata["License-Expression"] == "MIT"
    told = set(metadata.get_all("Classifier", []))
    assert told <= classifiers
    assert "Typing :: Typed" in told
    assert str(metadata.get_payload()).startswith("# inpaint-zoo\n")


def test_the_papers_are_those_of_the_citation(metadata: Message) -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    cited = [identifier["value"] for paper in citation["references"] for identifier in paper["identifiers"]]
    addresses = [line.rpartition(", ")[2] for line in metadata.get_all("Project-URL", [])]
    assert [address.replace("https://arxiv.org/abs/", "arXiv:") for address in addresses] == cited
    assert metadata["Version"] == citation["version"]


def test_the_wheel_works_in_any_folder(installed: Path, tmp_path: Path) -> None:
    assert "Usage: inpaint-zoo VERB" in python(installed, tmp_path, "-m", "inpaint_zoo", "--help")
    code = "from inpaint_zoo.config.compose import CONF_DIR, compose_config; compose_config('base'); print(CONF_DIR)"
    assert python(installed, tmp_path, "-c", code).strip() == str(installed / "inpaint_zoo" / "conf")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_composes_from_the_wheel(installed: Path, tmp_path: Path, verb: str) -> None:
    assert ":" in python(installed, tmp_path, "-m", "inpaint_zoo", *verb.split(), "--cfg", "job")
    assert list(tmp_path.iterdir()) == []
