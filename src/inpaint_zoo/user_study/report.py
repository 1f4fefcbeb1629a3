"""What a study found, as tables, sentences and files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from inpaint_zoo.evaluation.report.columns import METHOD
from inpaint_zoo.evaluation.significance import FEWEST, Interval
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.files.json_values import plain_number
from inpaint_zoo.tables import Cell, Column, Row, Table, csv_text, section
from inpaint_zoo.user_study.answers import Collected
from inpaint_zoo.user_study.key import Key
from inpaint_zoo.user_study.outcome import METRICS, MethodOutcome, Outcome, Share
from inpaint_zoo.user_study.two_way import Crossed

PREFERRED = Column("preferred", "Preferred %", 1, higher_is_better=True, scale=100)
SCORE = Column("score", "Score", 2, higher_is_better=True)
AGREES = Column("agrees", "Agrees %", 1, higher_is_better=True, scale=100)
MAIN = ("psnr", "ssim", "l1", "lpips")
"""Metrics of the table of methods: those of the whole image."""


@dataclass(frozen=True)
class Report:
    """A study whose answers were collected."""

    key: Key
    collected: Collected
    crossed: Crossed
    """Of all votes."""
    outcome: Outcome

    @property
    def tables(self) -> list[Table]:
        """What people say of the methods beside the metrics, and how often each metric agrees with them."""
        metrics = [column for column in METRICS if column.key in self.outcome.metrics]
        rows = [_agreeing(column, self.outcome.metrics[column.key]) for column in metrics]
        titles = [Column("metric", "Metric", is_text=True), AGREES, Column("comparisons", "Comparisons")]
        again = Table("How often the picture that a metric calls better was preferred", titles, rows)
        return [self._methods(), *([again] if rows else [])]

    @property
    def notes(self) -> list[str]:
        """Who was counted, how far people agree, what the numbers mean."""
        return [line for line in (self._counts(), *self._meanings(), self._agreement(), self._order()) if line]

    def _methods(self) -> Table:
        own = self.outcome.methods
        measured = {key for each in own.values() for key, mean in each.means.items() if mean is not None}
        shown = [column for column in METRICS if column.key in MAIN and column.key in measured]
        values: dict[Column, Mapping[str, float | None]] = {
            PREFERRED: {title: each.preferred.value if each.preferred else None for title, each in own.items()},
            SCORE: {title: each.score for title, each in own.items()},
            **{column: {title: each.means[column.key] for title, each in own.items()} for column in shown},
        }
        rows = [_row(title, each, values) for title, each in own.items()]
        columns = [METHOD, PREFERRED, SCORE, *shown, Column("votes", "Votes"), Column("offered", "of")]
        form = "the best of all" if self.key.form == "best" else "the better of two"
        return Table(f"What people prefer: {form}", columns, rows)

    def _counts(self) -> str:
        inattentive, repeated = self.collected.num_inattentive, self.collected.num_repeated
        line = (
            f"{_many(self.crossed.num_people, 'person', 'people')}, "
            f"{_many(self.crossed.num_photographs, 'photograph', 'photographs')}, {len(self.crossed.people)} votes."
        )
        if inattentive:
            line += f" Left out: {_many(inattentive, 'voter', 'voters')} who failed an attention check."
        if repeated:
            line += f" {_many(repeated, 'file repeats', 'files repeat')} the answers of another one, counted once."
        return line

    def _meanings(self) -> list[str]:
        unbounded = [title for title, own in self.outcome.methods.items() if own.score is None]
        lines = [
            f"Intervals: {self.crossed.too_few}, fewer than {FEWEST}."
            if self.crossed.too_few
            else "[]: 95 % interval over people and photographs. Score: Bradley and Terry's, in log odds.",
            "Metrics are means over the study's images. Where a metric calls two pictures equal, it agrees by half.",
        ]
        if unbounded:
            lines.append(
                f"No finite score: {', '.join(unbounded)}, always or never preferred to the others, or not compared."
            )
        return lines

    def _agreement(self) -> str:
        found = self.outcome.agreement
        if found is None:
            return "Agreement: no question was answered by two people."
        alpha = "not defined" if found.alpha is None else f"{found.alpha:.2f}"
        return (
            f"Two people who answered one question chose the same in {found.share:.1%}; Krippendorff's alpha is "
            f"{alpha} (1: always the same, 0: by chance)."
        )

    def _order(self) -> str:
        first = self.outcome.first_place
        interval = f" {_interval(PREFERRED, first.interval)}" if first.interval else ""
        return (
            f"The picture shown first was chosen in {first.value:.1%}{interval}, and "
            f"{self.outcome.first_by_chance:.1%} is expected where the order does not matter."
        )


def write_report(report: Report, folder: Path) -> None:
    """Write `study.json` with all numbers, and the tables as `study.md` and, of the methods, `study.csv`.

    Raises:
        InputError: A file cannot be written.
    """
    sections = "\n".join(section(table) for table in report.tables)
    notes = "".join(f"\n{line}\n" for line in report.notes)
    write_text(folder / "study.json", json.dumps(_plain(report), indent=1, allow_nan=False) + "\n")
    write_text(folder / "study.csv", csv_text(report.tables[0]))
    write_text(folder / "study.md", f"# User study\n\n{sections}{notes}")


def _plain(report: Report) -> dict[str, Any]:
    outcome, agreement = report.outcome, report.outcome.agreement
    return {
        "inpaint_zoo": version("inpaint-zoo"),
        "kind": "user study",
        "study": report.key.study,
        "form": report.key.form,
        "people": report.crossed.num_people,
        "photographs": report.crossed.num_photographs,
        "votes": len(report.crossed.people),
        "left_out": report.collected.num_inattentive,
        "repeated_files": report.collected.num_repeated,
        "methods": {
            title: {
                "preferred": own.preferred and _share(own.preferred),
                "score": own.score,
                "score_interval": own.score_interval,
                "means": {key: plain_number(value) for key, value in own.means.items()},
            }
            for title, own in outcome.methods.items()
        },
        "metrics": {name: _share(share) for name, share in outcome.metrics.items()},
        "agreement": agreement and agreement._asdict(),
        "first_place": {**_share(outcome.first_place), "by_chance": outcome.first_by_chance},
    }


def _share(share: Share) -> dict[str, Any]:
    return {"share": share.value, "interval": share.interval, "of": share.count}


def _row(title: str, own: MethodOutcome, values: Mapping[Column, Mapping[str, float | None]]) -> Row:
    intervals = {PREFERRED: own.preferred.interval if own.preferred else None, SCORE: own.score_interval}
    cells = [
        _cell(column, column_values[title], intervals.get(column), title in column.best(column_values))
        for column, column_values in values.items()
    ]
    offered = 0 if own.preferred is None else own.preferred.count
    votes = 0 if own.preferred is None else round(own.preferred.value * offered)
    return [title, *cells, str(votes), str(offered)]


def _agreeing(column: Column, share: Share) -> Row:
    return [column.title, _cell(AGREES, share.value, share.interval, False), str(share.count)]


def _cell(column: Column, value: float | None, interval: Interval | None, best: bool) -> Cell:
    below = {"interval": _interval(column, interval)} if interval else {}
    return Cell(_minus(column.show(value)), "" if value is None else str(value), best, below=below)


def _interval(column: Column, interval: Interval) -> str:
    return f"[{', '.join(_minus(column.show(limit)) for limit in interval)}]"


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _many(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
