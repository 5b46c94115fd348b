"""The budgets hold, and each of them can fail."""

from tests.shape.budgets import FILE, FUNCTION, Budget, Long, crowded, file_lengths, function_lengths, overruns
from tests.shape.tree import Source, sources

OURS = ("bot", "workflows")
SMALL = Budget(median=2, p95=4, most=6)


def lengths(*lines: int) -> list[Long]:
    return [Long(f"bot/m{n}.py", n) for n in lines]


def test_files_are_short() -> None:
    problems = overruns("file", file_lengths(sources(*OURS)), FILE)
    assert not problems, "\n".join(problems)


def test_functions_are_short() -> None:
    problems = overruns("function", function_lengths(sources(*OURS)), FUNCTION)
    assert not problems, "\n".join(problems)


def test_functions_take_few_parameters_by_position() -> None:
    problems = [problem for source in sources(*OURS) for problem in crowded(source)]
    assert not problems, "\n".join(problems)


def test_what_keeps_the_budget_passes() -> None:
    assert overruns("file", lengths(1, 2, 4), SMALL) == []
    assert overruns("file", [], SMALL) == []


def test_one_that_is_too_long_is_named() -> None:
    assert "bot/m7.py: 7 lines, at most 6" in overruns("file", lengths(1, 1, 7), SMALL)


def test_a_long_middle_is_told() -> None:
    assert overruns("function", lengths(1, 3, 3), SMALL) == ["the median function has 3 lines, at most 2"]


def test_a_long_tail_is_told_with_those_in_it() -> None:
    (problem,) = overruns("file", lengths(*[1] * 9, 5), SMALL)
    assert problem == "95 of 100 files have up to 5 lines, at most 4; those beyond:\n    bot/m5.py: 5 lines"


def test_one_long_file_in_a_hundred_is_no_tail() -> None:
    assert overruns("file", lengths(*[1] * 99, 5), SMALL) == []


def test_a_function_is_measured_from_def_to_its_last_line() -> None:
    source = Source(
        "bot/a.py", '"""A."""\n\n@cache\ndef one():\n    """One."""\n    return 1\n\n\nclass C:\n    def two(self): ...\n'
    )
    assert function_lengths([source]) == [Long("bot/a.py:4 one", 3), Long("bot/a.py:10 two", 1)]


def test_a_module_that_holds_only_its_docstring_does_not_flatter_the_median() -> None:
    assert file_lengths([Source("bot/__init__.py", '"""Here."""\n'), Source("bot/e.py", "")]) == []


def test_a_fifth_positional_parameter_is_refused() -> None:
    assert crowded(Source("bot/a.py", "def f(a, b, c, d, e): ...")) == [
        "bot/a.py:1: f takes 5 positional parameters, at most 4; name the others after a `*`"
    ]


def test_self_and_named_parameters_are_free() -> None:
    assert not crowded(Source("bot/a.py", "class C:\n    def f(self, a, b, c, d, *, e, g): ..."))
