"""`inpaint-zoo evaluate`: score one checkpoint on a set of pictures and masks."""

from __future__ import annotations

import sys
from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from inpaint_zoo.cli import main
from inpaint_zoo.files import writable_folder, write_text
from inpaint_zoo.judging import choose_device, judge, lpips_or_note, test_data
from inpaint_zoo.methods import NetworkMethod
from inpaint_zoo.metrics.bins import ALL
from inpaint_zoo.metrics.records import summarise, write_records, write_summary
from inpaint_zoo.quiet import quiet_libraries
from inpaint_zoo.report import markdown_table, terminal_tables
from inpaint_zoo.zoo import load_model


def run(config: DictConfig) -> float | None:
    """Write `records.csv`, `summary.json` and `table.md` to the output folder; returns the mean PSNR, in dB."""
    quiet_libraries()
    folder = writable_folder(config.output)
    device = choose_device(config.device)
    name, network = load_model(Path(config.ckpt), config.model)
    data = test_data(config)
    lpips, notes = lpips_or_note(config.lpips, config.lpips_weights, device)
    records = judge({name: NetworkMethod(network, device)}, data, lpips)
    rows = summarise(records)
    write_records(records, folder / "records.csv")
    write_summary(rows, folder / "summary.json")
    write_text(folder / "table.md", markdown_table(rows, notes))
    console = Console(highlight=False)
    for table in terminal_tables(rows):
        console.print(table)
    for line in [*notes, f"records: {folder / 'records.csv'}"]:
        print(line)
    return next(row.means["psnr"] for row in rows if row.bin == ALL)


if __name__ == "__main__":
    raise SystemExit(main(["evaluate", *sys.argv[1:]]))
