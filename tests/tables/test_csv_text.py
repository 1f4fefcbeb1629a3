from inpaint_zoo.tables import Table, csv_text


def test_csv_has_unrounded_values_and_every_group(plain: Table, grouped: Table) -> None:
    assert csv_text(plain) == "name,psnr\r\na,30.001\r\nb,29.499\r\nc,\r\n"
    assert csv_text(grouped).splitlines()[3] == "PSNR ↑,b,29.50"
