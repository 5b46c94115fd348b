"""`make bench`: each floor and ours in turn, medians of several rounds, as ratios within this run; `bench.json` keeps them.

A benchmark, no test: nothing fails because a machine is slow. `--short` only shows that everything runs.
"""

import argparse
import tempfile
from pathlib import Path

from tests.bench import postgres
from tests.bench.approve import p8
from tests.bench.check import p3
from tests.bench.ingest import SHORT, Size, p1, p2, p7
from tests.bench.report import Report

PARTS = {"P1": p1, "PostgreSQL": postgres.p1, "P2": p2, "P3": p3, "P7": p7, "P8": p8}


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--short", action="store_true", help="a second or two of everything")
    asked.add_argument("--seconds", type=int, help="how long P7 runs")
    asked.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(PARTS)}; all when none is named")
    said = asked.parse_args()
    size = SHORT if said.short else Size(**({"seconds": said.seconds} if said.seconds else {}))
    report = Report()
    for name in said.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="leeway-bench-") as folder:
            PARTS[name](report, Path(folder), size)
    report.show()
    report.write(Path("bench.json"))


if __name__ == "__main__":
    main()
