from dataclasses import fields

from inpaint_zoo.evaluation.report import ProtocolCard, Report


def test_a_report_needs_only_title_records_and_cases() -> None:
    first, second = Report("a", [], []), Report("b", [], [])
    for field in fields(Report)[3:]:
        assert not getattr(first, field.name), field.name
    for name in ("versions", "costs", "set_scores", "hashes", "estimates"):
        assert getattr(first, name) is not getattr(second, name)


def test_a_protocol_leaks_only_if_it_says_so() -> None:
    assert not ProtocolCard("misf").leaks
