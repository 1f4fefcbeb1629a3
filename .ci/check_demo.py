"""Fail unless every network of `make demo` beats the mean fill over the hole, in every bin."""

import csv
from pathlib import Path

with Path("runs/demo/table.csv").open() as file:
    psnr = {(row["method"], row["bin"]): float(row["hole_psnr"] or 0) for row in csv.DictReader(file)}
behind = [
    f"{method} in {bin_name}"
    for method in ("misf", "madf", "ctsdg")
    for bin_name in ("0-20", "20-40", "40-60")
    if psnr[method, bin_name] <= psnr["mean", bin_name]
]
if behind:
    raise SystemExit(f"the mean fill is better than {', '.join(behind)}")
print("1 passed, 0 failed: every trained network beats the mean fill in every bin")
