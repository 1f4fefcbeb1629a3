from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.evaluation.code_parts import OTHERS, TOUCHES, code_parts, part_of
from inpaint_zoo.files.hashing import code_hashes


def test_every_part_has_files_and_every_file_a_part() -> None:
    parts = {part_of(path) for path in code_hashes(CONF_DIR)}
    assert parts == set(TOUCHES) == code_parts(CONF_DIR).keys()


def test_files_are_in_the_part_whose_numbers_they_make() -> None:
    expected = {
        "src/metrics/psnr.py": "metrics",
        "src/evaluation/significance/permutation.py": "statistics",
        "src/evaluation/methods/fills/mean.py": "filling",
        "src/evaluation/session.py": "evaluation",
        "src/evaluation/board/page.py": OTHERS,
        "src/cli/compare.py": "evaluation",
        "src/cli/train.py": OTHERS,
        "src/tables/html.py": "tables",
        "conf/protocol/misf.yaml": "protocols",
        "src/metricsx.py": OTHERS,
    }
    assert {path: part_of(path) for path in expected} == expected


def test_a_part_changes_with_its_files_alone(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    before = code_parts(CONF_DIR)
    changed = {**code_hashes(CONF_DIR), "src/metrics/psnr.py": "0" * 64}
    monkeypatch.setattr("inpaint_zoo.evaluation.code_parts.code_hashes", lambda conf: changed)
    assert [part for part, digest in code_parts(CONF_DIR).items() if before[part] != digest] == ["metrics"]
