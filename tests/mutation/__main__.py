"""`make mutate`: mutants of the rules, and which of them the tests of that rule do not tell from the rule.

Prints every survivor, then a table. Fails when fewer than 95 in 100 are killed, or when a mutant that is listed as equivalent is
killed or no longer made.
"""

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.running import Fate, Subject, fates

ENOUGH = 95  # of 100
HEAD = "| module | mutants | a test failed | tests did not load | ran on | equivalent | survived | killed | without equivalents |"

REQUESTS = ("tests/unit/test_requests.py",)
OF_DECISIONS = ("decisions", "grounds", "clearing", "glass", "deciding_table", "deciding_rules")
DECISIONS = tuple(f"tests/unit/test_{name}.py" for name in OF_DECISIONS)
ROUTING = tuple(f"tests/unit/test_{name}.py" for name in ("routing", "routing_few", "ladders", "appealed_routes"))
OVERRIDES = tuple(f"tests/unit/test_{name}.py" for name in ("overrides", "override_parts", "granting", "returning", "extending"))
SUBJECTS = {
    name: Subject(f"workflows.{name}", f"workflows/{name}.py", tests)
    for name, tests in {
        "cases": ("tests/unit/test_cases.py",),
        "requests": (*REQUESTS, *DECISIONS),
        "decisions": (*DECISIONS, *REQUESTS),
        "voting": (*DECISIONS, *REQUESTS),
        "rules": ROUTING,
        "seats": ROUTING,
        "routing": ROUTING,
        "overrides": OVERRIDES,
        "granting": OVERRIDES,
        "holdings": ("tests/unit/test_holdings.py",),
    }.items()
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make mutate")
    parser.add_argument("modules", nargs="*", choices=[[], *SUBJECTS], help="all of them when none is named")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="mutants whose name holds this")
    asked = parser.parse_args(arguments)
    rows, problems = [], []
    for name in asked.modules or SUBJECTS:
        row, found = _tried(name, asked.only, asked.jobs)
        print(row, flush=True)
        rows.append(row)
        problems += found
    print("", HEAD, re.sub(r"[^|]+", " ---: ", HEAD), *rows, *problems, sep="\n")
    return bool(problems)


def _tried(name: str, only: str, jobs: int) -> tuple[str, list[str]]:
    subject, known = SUBJECTS[name], EQUIVALENT.get(name, {})
    wrong = [m for m in mutants(Path(subject.path).read_text("utf-8"), subject.path) if only in m.name]
    counts, problems = Counter[Fate](), []
    left: list[Mutant] = []
    for mutant, fate in fates(subject, wrong, jobs):
        counts[fate] += 1
        if fate is Fate.SURVIVED:
            left.append(mutant)
        elif mutant.name in known:
            problems.append(f"{name}: killed, though listed as equivalent: {mutant.name}")
    for mutant in sorted(left, key=lambda each: each.line):
        if mutant.name not in known:
            print(f"{subject.path}:{mutant.line}: {mutant.name}", flush=True)
    same = sum(mutant.name in known for mutant in left)
    made = {mutant.name for mutant in wrong}
    problems += [f"{name}: listed as equivalent, but not made: {each}" for each in known if each not in made and not only]
    survived, dead = counts[Fate.SURVIVED] - same, len(wrong) - counts[Fate.SURVIVED]
    if 100 * dead < ENOUGH * (len(wrong) - same):
        problems.append(f"{name}: fewer than {ENOUGH} % killed")
    numbers = [len(wrong), *(counts[fate] for fate in (Fate.KILLED, Fate.UNLOADABLE, Fate.ENDLESS)), same, survived]
    shares = [f"{100 * dead / max(1, whole):.1f} %" for whole in (len(wrong), len(wrong) - same)]
    return f"| `{name}` | {' | '.join(map(str, [*numbers, *shares]))} |", problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
