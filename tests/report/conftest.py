import numpy as np
import pytest
import skimage.data

from inpaint_zoo.fills import FILLS
from inpaint_zoo.metrics import Record, score
from inpaint_zoo.report import Case, Report

EVIL = "<script>alert(\"1\")</script> & 'x' [bold]|*.png"


@pytest.fixture(scope="session")
def report() -> Report:
    """Three photographs of different shapes in three bins, judged after three fills."""
    photographs = {
        "cat.png": skimage.data.chelsea()[60:140, 100:180],
        EVIL: skimage.data.coffee()[100:160, 200:290],
        "猫 Ünï.png": skimage.data.astronaut()[50:130, 180:240],
    }
    cases, records = [], []
    for (name, photograph), share in zip(photographs.items(), (0.1, 0.0, 0.5), strict=True):
        target = np.ascontiguousarray(photograph)
        mask = np.zeros(target.shape[:2], np.uint8)
        mask[:, : int(target.shape[1] * share)] = 1
        composites = {method: fill(target, mask == 1) for method, fill in FILLS.items()}
        cases.append(Case(name, target, mask, composites))
        records += [Record.from_score(method, name, name, score(target, made, mask)) for method, made in composites.items()]
    return Report(
        "Fills & <friends>",
        records,
        cases,
        notes=["LPIPS is not available: <offline>."],
        config="data:\n  path: '<b>&'\n",
        versions={"torch": "2.x<y"},
    )
