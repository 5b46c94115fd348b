"""P3: may this call proceed? Asked at one rate of the admission check and of an endpoint that does nothing."""

import json
from pathlib import Path

from tests.bench.company import LEAF
from tests.bench.ingest import Numbers, Size, plan, sound
from tests.bench.load import Plan
from tests.bench.processes import Served, driven, served
from tests.bench.report import Compared, Report

QUESTION = json.dumps({"scope": LEAF, "model": "claude-sonnet-4-5", "estimated_cost_usd": "0.02", "user": "ada@acme.example"})
RATE = 1_000  # calls a second: under half of what either takes on a machine that does something else, too


def asked(of: Served, size: Size) -> Plan:
    return Plan(of.port, "/v1/check", of.token, size.singles, batch=0, rate=RATE, body=QUESTION)


def p3(report: Report, folder: Path, size: Size) -> None:
    """Latency that one in a hundred exceeds, and what both take when they are asked as fast as they answer."""
    late = Compared("P3", f"admission check, 99 in 100 within, at {RATE:,}/s, against a no-op endpoint", "ms", "<= 130 %")
    fast = Compared("P3", "… and as many as are answered", "calls/s")
    with served("noop") as nothing, served("leeway", str(folder)) as leeway:
        sound(driven(plan(leeway, Numbers(), calls=20)))
        for _ in range(size.rounds):
            late.add(*(sound(driven(asked(of, size))).quantile(99) * 1000 for of in (nothing, leeway)))
            unpaced = (Plan(of.port, "/v1/check", of.token, size.singles, batch=0, body=QUESTION) for of in (nothing, leeway))
            fast.add(*(sound(driven(each)).rate() for each in unpaced))
    report.add(late)
    report.add(fast)
