from inpaint_zoo.report.columns import ALL_COLUMNS, L1, MAIN_COLUMNS, MISSING, PSNR


def test_shows_scaled_and_rounded():
    assert PSNR.show(23.456) == "23.46"
    assert L1.show(0.03104) == "3.10"
    assert L1.show(None) == MISSING


def test_best_follows_the_direction():
    assert PSNR.best({"a": 20.0, "b": 30.0, "c": None}) == {"b"}
    assert L1.best({"a": 0.2, "b": 0.3}) == {"a"}


def test_what_looks_equal_is_equally_good():
    assert PSNR.best({"a": 20.001, "b": 20.002, "c": 9.0}) == {"a", "b"}


def test_nobody_is_best_alone():
    assert PSNR.best({"a": 20.0, "b": None}) == set()
    assert PSNR.best({}) == set()


def test_headings_point_to_better_values():
    assert [column.heading[-1] for column in MAIN_COLUMNS] == ["↑", "↑", "↑", "↓", "↓"]
    assert set(MAIN_COLUMNS) <= set(ALL_COLUMNS)
