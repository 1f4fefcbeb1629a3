from inpaint_zoo.tables import Cell, Column, Table, html


def test_html_has_what_the_page_sorts_and_hides(plain: Table) -> None:
    source = html(plain)
    assert '<th scope="col" data-best="high" class="image">PSNR ↑</th>' in source
    assert '<td data-value="30.001" data-title="PSNR ↑" class="image best">' in source
    assert '29.50<abbr title="not significantly different from the best">†</abbr></span>' in source
    assert '<small class="interval">[29, 31]</small>' in source
    assert '<td data-value="" data-title="PSNR ↑" class="image">' in source
    assert '<caption><span>Title <span class="count">3 images</span> <strong class="tag">protocol x</strong>' in source


def test_a_name_may_lead_somewhere() -> None:
    source = html(Table("T", [Column("a", "A", is_text=True)], [[Cell("<b>", link='#x"y')], ["plain"]]))
    assert '<a href="#x&quot;y"><bdi>&lt;b&gt;</bdi></a></th>' in source
    assert "<bdi>plain</bdi></th>" in source
