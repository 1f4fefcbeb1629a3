from inpaint_zoo.tables import Table, tabular


def test_latex_heads_groups_and_marks_second_and_ties(plain: Table, grouped: Table) -> None:
    assert tabular(grouped) == [
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"Name & 0--20\,\% \\",
        r"\midrule",
        r"Images & 3 \\",
        r"\midrule",
        r"\multicolumn{2}{l}{\emph{PSNR $\uparrow$}} \\",
        r"a & 30.00 \\",
        r"b & 29.50 \\",
        r"\midrule",
        r"\multicolumn{2}{l}{\emph{L1 $\downarrow$}} \\",
        r"a & 1.00 \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
    assert tabular(plain)[4:7] == [
        r"a & \textbf{30.00} {\scriptsize [29, 31]} \\",
        r"b & \underline{29.50}$^\dagger$ {\scriptsize [28, 31]} \\",
        r"c & -- \\",
    ]
