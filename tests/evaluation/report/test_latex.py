import math
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from inpaint_zoo.evaluation.report import Report, latex_table
from inpaint_zoo.evaluation.report.latex import latex_column
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.metrics import METRICS, Record
from inpaint_zoo.tables.latex import escaped

EVIL = "100%_#1 & {x} $y$ ~^\\ <b> | 猫 Ünï\nend"


def records_of(method: str, psnrs: list[float | None], ratio: float = 0.3) -> list[Record]:
    values = dict.fromkeys(METRICS, None)
    return [Record(method, str(n), str(n), ratio, values | {"psnr": psnr}) for n, psnr in enumerate(psnrs)]


def report_of(*records: list[Record], **more) -> Report:
    everything = [record for own in records for record in own]
    return Report("t", everything, [], estimates=estimates_of(everything, num_resamples=300), **more)


def body(source: str) -> dict[str, list[str]]:
    """Cells behind each first cell of the first tabular; checks that all lines have as many."""
    columns, lines = re.search(r"\\begin\{tabular\}\{l(r*)\}\n(.*?)\\end\{tabular\}", source, re.DOTALL).groups()
    found = {}
    for line in lines.splitlines():
        if line.startswith((r"\toprule", r"\midrule", r"\bottomrule", r"\multicolumn")):
            continue
        assert line.endswith(r" \\")
        first, *cells = [cell.strip() for cell in re.split(r"(?<!\\)&", line.removesuffix(r" \\"))]
        assert len(cells) == len(columns)
        found[first] = cells
    return found


def check_structure(source: str) -> None:
    """Braces are balanced, environments are closed in order, and no sign stands bare."""
    code = re.sub(r"^%.*$", "", source, flags=re.MULTILINE)
    open_environments: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+\*?)\}", code):
        if kind == "begin":
            open_environments.append(name)
        else:
            assert open_environments.pop() == name
    assert open_environments == []
    bare = re.sub(r"\\[#$%&_{}]", "", code.replace(r"\\", ""))
    depth = 0
    for sign in bare:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    assert not set("#%~<>|") & set(bare)
    assert bare.count("$") % 2 == 0
    assert all(line.count("^") == line.count(r"^\dagger") + line.count("$^2$") for line in bare.splitlines())


def test_it_is_a_booktabs_table(full_report):
    source = latex_table(full_report)
    check_structure(source)
    assert source.splitlines()[0] == r"% needs \usepackage{booktabs}"
    for command in ("toprule", "midrule", "bottomrule", "caption"):
        assert f"\\{command}" in source
    assert r"\hline" not in source
    assert body(source)["Method"] == [r"0--20\,\%", r"40--60\,\%", "no hole", "all"]
    assert body(source)["Images"] == ["1", "1", "1", "3"]
    assert body(source)["Photographs"] == [f"{number}: too few photographs" for number in (1, 1, 1, 3)]


def test_best_is_bold_second_underlined_and_ties_have_a_dagger():
    good = [30.0 + n for n in range(8)]
    report = report_of(
        records_of("good", good),
        records_of("close", [value - 0.5 * (-1) ** n - 0.1 for n, value in enumerate(good)]),
        records_of("bad", [value - 9 for value in good]),
    )
    cells = {method: line[-1] for method, line in body(latex_table(report)).items()}
    for method, pattern in {
        "good": r"\\textbf\{33\.50\} \{\\scriptsize \[[\d.]+, [\d.]+\] a\}",
        "close": r"\\underline\{33\.40\}\$\^\\dagger\$ \{\\scriptsize \[[\d.]+, [\d.]+\] a\}",
        "bad": r"24\.50 \{\\scriptsize \[[\d.]+, [\d.]+\] b\}",
    }.items():
        assert re.fullmatch(pattern, cells[method])


def test_caption_says_protocol_test_and_legend(sure_report):
    caption = re.search(r"\\caption\{(.*)\}\n", latex_table(sure_report))[1]
    for part in (
        r"protocol leaky \textless{}/script\textgreater{}: leaks ground truth",
        "10 000 times at random",
        "Best in bold, second underlined",
        r"$\dagger$ marks",
        "corrected for all pairs of methods",
        r"PSNR: 8 bits \textless{}b\textgreater{}",
        r"No images: 20--40 \%, \textgreater{} 60 \%.",
    ):
        assert part in caption


def test_notes_stand_in_comments(full_report):
    report = replace(full_report, notes=["two\nlines\r% of notes"])
    assert "\n% two lines % of notes\n" in latex_table(report)
    check_structure(latex_table(report))


def test_names_are_escaped_and_keep_what_is_not_ascii():
    report = report_of(records_of(EVIL, [30.0, 31.0]), records_of("plain", [20.0, 22.0]))
    report = replace(report, title=EVIL, notes=[EVIL])
    source = latex_table(report)
    check_structure(source)
    assert "猫 Ünï end" in source
    assert escaped(EVIL) in body(source)


def test_escaping_prints_what_was_there():
    printed = escaped(EVIL)
    names = {"backslash": "\\", "asciitilde": "~", "asciicircum": "^", "less": "<", "greater": ">", "bar": "|"}
    back = re.sub(r"\\text(\w+)\{\}", lambda found: names[found[1]], printed)
    assert re.sub(r"\\([#$%&_{}])", r"\1", back) == EVIL.replace("\n", " ")


@pytest.mark.parametrize(("psnrs", "cell"), [([math.inf, 20.0], r"\textbf{$\infty$}"), ([None], "--")])
def test_infinite_and_missing_values(psnrs: list[float | None], cell: str):
    others = [Record("b", str(n), str(n), 0.3, dict.fromkeys(METRICS, 0.5)) for n in range(2)]
    source = latex_table(report_of(records_of("a", psnrs), others))
    check_structure(source)
    found = re.findall(r"^a & .* & (.*) \\\\$", source, re.MULTILINE)
    assert cell in found
    assert "nan" not in source.lower()


def test_without_estimates_there_are_no_brackets(report):
    assert "scriptsize" not in latex_table(report)


def test_metrics_of_the_set_follow(full_report):
    source = latex_table(full_report)
    assert source.count(r"\begin{tabular}") == 2
    assert r"opencv\_telea & 80.25 & 1.00 \\" in source
    assert r"Method & FID & P-IDS \% \\" in source


def test_nothing_to_show():
    check_structure(latex_table(Report("t", [], [])))


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex on this machine")
def test_compiles(full_report, tmp_path: Path):
    document = (
        rf"\documentclass{{article}}\usepackage{{booktabs}}\begin{{document}}{latex_table(full_report)}\end{{document}}"
    )
    (tmp_path / "table.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "table.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-1000:]


def test_a_table_for_one_column_has_a_caption_of_one_sentence(full_report: Report) -> None:
    text = latex_column(full_report)
    (caption,) = re.findall(r"\\caption\{(.*)\}\n", text)
    assert caption.count(". ") == 0
    assert caption.startswith("3 images, protocol leaky")
    assert "table*" not in text
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert [row.split(" & ")[0] for row in rows] == ["Method", "mean", r"opencv\_telea", r"opencv\_navier\_stokes"]
    assert r"\textbf" in text
