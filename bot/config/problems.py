"""Problems: what is wrong, where, and what to do, one line each.

app.yaml:41  routing[0].ask[1]  "@finanse": no such group; did you mean "finance"?
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

LONGEST = 80  # of a value that is shown: a line stays a line
WIDEST = 300  # of a path, which holds a scope of 200 at most, or of a sentence


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `value` is as it was written, `suggestion` what to do, "" if none; `line` 0 is not known.

    `file` is where, when that is not the file that is read.
    """

    path: str
    value: str
    message: str
    suggestion: str = ""
    line: int = 0
    file: str = ""


def line(problem: Problem, file: str) -> str:
    """The problem for a reader."""
    file = problem.file or file
    place = f"{file}:{problem.line}" if problem.line else file
    said = f'"{tame(problem.value, LONGEST)}": {problem.message}' if problem.value else problem.message
    said += f"; {problem.suggestion}" if problem.suggestion else ""
    return "  ".join(tame(part, WIDEST) for part in (place, problem.path, said) if part)


def lines(problems: Iterable[Problem], file: str) -> list[str]:
    """Every problem for a reader, in the order of the file."""
    return [line(problem, file) for problem in sorted(problems, key=lambda p: p.line)]


def tame(text: str, most: int) -> str:
    """A text on one line, without what a terminal would act on."""
    bare = "".join(c if c.isprintable() else " " for c in text[: most + 1])
    return bare if len(bare) <= most else bare[: most - 1] + "…"


def nearest(word: str, known: Iterable[str]) -> str:
    """'did you mean "finance"?' for the most similar known word, or ""."""
    by_lower = {k.lower(): k for k in known}
    found = get_close_matches(word.lower()[:LONGEST], by_lower, n=1)
    return f'did you mean "{by_lower[found[0]]}"?' if found else ""


def listed(words: Iterable[str], last_by: str = "or") -> str:
    """ "day, week, month or quarter"."""
    *most, last = words
    return f"{', '.join(most)} {last_by} {last}" if most else last
