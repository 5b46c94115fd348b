"""What a benchmark found: figures of the floor and of ours, taken in turn in one run, and the ratio pair by pair."""

import json
import os
import platform
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass
class Compared:
    """Pairs of (floor, ours), each from one round. `goal` is what the ratio should be at least, or at most."""

    name: str
    what: str
    unit: str
    goal: str = ""
    pairs: list[tuple[float, float]] = field(default_factory=list)

    def add(self, floor: float, ours: float) -> None:
        self.pairs.append((floor, ours))

    @property
    def floor(self) -> float:
        return median(floor for floor, _ in self.pairs)

    @property
    def ours(self) -> float:
        return median(ours for _, ours in self.pairs)

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios: what slows the machine slows both sides of a round."""
        return median(ours / floor for floor, ours in self.pairs)


@dataclass
class Measured:
    """A figure without a floor, against a goal of its own."""

    name: str
    what: str
    unit: str
    value: float
    goal: str = ""


@dataclass
class Report:
    """Everything of one run."""

    rows: list[Compared | Measured] = field(default_factory=list)

    def add(self, row: Compared | Measured) -> None:
        self.rows.append(row)

    def show(self) -> None:
        table = Table("", "what", "floor", "ours", "unit", "ratio", "goal")
        for row in self.rows:
            if isinstance(row, Compared):
                table.add_row(row.name, row.what, _said(row.floor), _said(row.ours), row.unit, f"{row.ratio:.0%}", row.goal)
            else:
                table.add_row(row.name, row.what, "", _said(row.value), row.unit, "", row.goal)
        console = Console()
        console.print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        console.print(table)

    def write(self, path: Path) -> None:
        rows = [vars(row) | ({"ratio": row.ratio} if isinstance(row, Compared) else {}) for row in self.rows]
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
        path.write_text(json.dumps(machine | {"rows": rows}, indent=1) + "\n", "utf-8")


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
