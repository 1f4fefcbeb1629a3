from inpaint_zoo.tables import Table, markdown, section


def test_markdown_is_as_narrow_as_its_cells(plain: Table) -> None:
    assert markdown(plain).splitlines() == [
        "| Name | PSNR ↑ |",
        "| --- | ---: |",
        "| a | **30.00** [29, 31] |",
        "| b | 29.50 [28, 31]† |",
        "| c | – |",
    ]


def test_a_section_of_markdown_is_aligned_and_names_a_group_once(plain: Table, grouped: Table) -> None:
    assert section(grouped).splitlines() == [
        "## Title",
        "",
        "| Metric | Name | 0–20 % |",
        "| ------ | ---- | -----: |",
        "| Images |      |      3 |",
        "| PSNR ↑ | a    |  30.00 |",
        "|        | b    |  29.50 |",
        "| L1 ↓   | a    |   1.00 |",
    ]
    assert section(plain).startswith("## Title (protocol x)\n\n")
