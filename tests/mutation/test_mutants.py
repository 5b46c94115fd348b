"""Each mutant is one thing wrong, named for good; what the tests let through is told."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.mutation.__main__ import SUBJECTS
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.mutants import mutants
from tests.mutation.running import Fate, Subject, fates


def wrongs(text: str) -> list[str]:
    """What is wrong with each mutant, without where."""
    return [mutant.name.split(": ", 1)[1] for mutant in mutants(dedent(text))]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("x = a < b", ["LtE: a < b", "GtE: a < b"]),
        ("x = a is None", ["IsNot: a is None"]),
        ("x = a and b", ["Or: a and b", "without a: a and b", "without b: a and b"]),
        ("x = not a", ["without Not: not a"]),
        ("x = a if b else c", ["always: a if b else c", "never: a if b else c"]),
        ("x = a + 1", ["Sub: a + 1", "2: 1"]),
        ("x = -1", ["without USub: -1"]),
        ("x = min(a, b)", ["max: min(a, b)", "without b: min(a, b)"]),
        ("x = f(a=1)", ["without a=1: f(a=1)", "2: 1"]),
        ("x = {a: b}", ["without a: {a: b}"]),
        ("x = [*a, b]", ["without *a: [*a, b]", "without b: [*a, b]"]),
        ("x = [a for a in b if c]", ["without if c: for a in b if c"]),
        ("x = 'a'", ["'a?': 'a'"]),
        ("x = True", ["False: True"]),
    ],
)
def test_an_expression_is_made_wrong_in_each_of_its_ways(text: str, wrong: list[str]) -> None:
    assert wrongs(text) == wrong


def test_a_statement_is_left_out_and_a_branch_is_taken_never_or_always() -> None:
    assert wrongs(
        """
        def f(a):
            g(a)
            a = g
            if a:
                return a
        """
    ) == ["removed: g(a)", "removed: a = g", "never: if a: return a", "always: if a: return a", "returns None: return a"]


@pytest.mark.parametrize(
    "text",
    [
        '"""Words."""',
        "def f(a: tuple[int, ...] = b) -> 'C': ...",
        "@dataclass(frozen=True)\nclass C:\n    a: Literal[1]",
        "Event = A | B",
        "T = TypeVar('T', int, str)",
        "assert_never(a)",
        "import a.b",
    ],
)
def test_what_no_test_could_tell_or_mypy_proves_is_left_alone(text: str) -> None:
    assert wrongs(text) == []


def test_the_words_of_an_error_are_left_alone_and_the_error_is_not() -> None:
    assert wrongs("raise ValueError('no', 1)") == ["removed: raise ValueError('no', 1)"]


def test_a_mutant_keeps_its_name_when_it_moves_to_another_line() -> None:
    text = "def f(a):\n    return a + a + a\n"
    names = [mutant.name for mutant in mutants(text)]
    assert len(set(names)) == len(names) > 0
    assert [mutant.name for mutant in mutants("\n\n" + text)] == names


def test_a_mutant_is_the_module_with_that_thing_wrong_and_no_other() -> None:
    values = []
    for mutant in mutants("def f(a, b):\n    return a < b and a + b\n"):
        found: dict[str, object] = {}
        exec(mutant.code, found)
        values.append(found["f"](1, 1))  # type: ignore[operator]
    #         None  or  without <  without +  <=  >=  -
    assert values == [None, 2, 2, False, 2, 2, False]


def test_what_the_tests_let_through_is_told_and_nothing_else(tmp_path: Path) -> None:
    module, tests = tmp_path / "toy.py", tmp_path / "test_toy.py"
    module.write_text("def older(a, b):\n    return a > b\n\n\ndef spin(n):\n    while n != 3:\n        n += 1\n    return n\n")
    tests.write_text("from toy import older, spin\n\n\ndef test_toy():\n    assert older(2, 1)\n    assert spin(0) == 3\n")
    wrong = [m for m in mutants(module.read_text(), str(module)) if "removed" not in m.name]
    (tmp_path / "conftest.py").write_text(f"import sys\n\nsys.path.insert(0, {str(tmp_path)!r})\n")
    told = {m.name: fate for m, fate in fates(Subject("toy", str(module), (str(tests),)), wrong, 1, spare=1)}
    assert {name for name, fate in told.items() if fate is Fate.SURVIVED} == {"older: GtE: a > b"}
    assert {name for name, fate in told.items() if fate is Fate.ENDLESS} == {"spin: 2: 1"}


def test_tests_that_are_red_already_prove_nothing(tmp_path: Path) -> None:
    tests = tmp_path / "test_toy.py"
    tests.write_text("def test_toy():\n    assert False\n")
    with pytest.raises(RuntimeError, match="as it is"):
        list(fates(Subject("toy", "toy.py", (str(tests),)), [], 1))


@pytest.mark.parametrize("name", EQUIVALENT)
def test_what_is_listed_as_equivalent_is_still_made_and_says_why(name: str) -> None:
    made = {mutant.name for mutant in mutants(Path(SUBJECTS[name].path).read_text("utf-8"))}
    assert not [listed for listed, reason in EQUIVALENT[name].items() if listed not in made or len(reason) < 20]
