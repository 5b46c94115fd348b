"""`leeway replay` of CSV: which column says what is found out or said, and what is missing is named."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import columns
from bot.cli.columns import KNOWN, parse
from bot.cli.steps import Bad, Step, Target, Unusable
from bot.cli.traces import read

SCOPE = "platform/search"


def trace(tmp_path: Path, text: str, mapping: str = "", **said: str) -> list[Step | Bad]:
    file = tmp_path / "t.csv"
    file.write_text(text)
    return list(read(file, Target(said.get("scope", ""), said.get("model", ""), parse(mapping))))


def data(step: Step | Bad) -> dict[str, Any]:
    assert isinstance(step, Step), step
    return dict(step.event["data"])


def why(tmp_path: Path, text: str, mapping: str = "", **said: str) -> str:
    with pytest.raises(Unusable) as raised:
        trace(tmp_path, text, mapping, **said)
    return str(raised.value)


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        (
            "TIMESTAMP,ContextTokens,GeneratedTokens",
            "2023-11-16 18:17:03.9799600,7,8",
            {"scope": SCOPE, "model": "m", "input_tokens": "7", "output_tokens": "8"},
        ),
        (
            "created_at,Prompt Tokens,completion-tokens,model,user_email,team_alias,cost (USD),latency_ms",
            "2026-11-25T10:00:00Z,7,8,opus,ada@acme.example,search,$0.01,120",
            {
                "scope": SCOPE,
                "model": "m",
                "input_tokens": "7",
                "output_tokens": "8",
                "user": "ada@acme.example",
                "team": "search",
                "cost_usd": "0.01",
                "latency_ms": "120",
            },
        ),
        ("date,spend", "2026-11-25,1.5", {"scope": SCOPE, "model": "m", "cost_usd": "1.5"}),
        ("start_time,num_model_requests", "1795000000,12", {"scope": SCOPE, "model": "m", "requests": "12"}),
    ],
)
def test_columns_are_known_by_the_names_that_tools_give_them(tmp_path: Path, header: str, row: str, said: dict[str, str]) -> None:
    [step] = trace(tmp_path, f"{header}\n{row}\n", scope=SCOPE, model="m")
    assert data(step) == said


def test_what_was_said_of_columns_goes_before_what_they_seem_to_say(tmp_path: Path) -> None:
    text = "when,tokens,cost,who,model\n2026-11-25T10:00Z,7,9.99,ada@acme.example,opus\n"
    [step] = trace(tmp_path, text, "time=when,input=tokens,cost=,user=who")
    assert data(step) == {"model": "opus", "user": "ada@acme.example", "input_tokens": "7"}


def test_the_scope_and_model_that_are_given_go_before_the_columns(tmp_path: Path) -> None:
    text = "time,input,model,scope\n2026-11-25T10:00Z,7,opus,platform\n"
    [step] = trace(tmp_path, text, scope=SCOPE, model="mini")
    assert data(step) == {"scope": SCOPE, "model": "mini", "input_tokens": "7"}


def test_an_id_in_the_file_is_the_event_s(tmp_path: Path) -> None:
    text = "time,input,model,scope,request_id\n2026-11-25T10:00Z,7,opus,platform,call-1\n"
    [step] = trace(tmp_path, text)
    assert isinstance(step, Step)
    assert (step.event["id"], step.event["source"]) == ("call-1", "leeway-replay/t.csv")


MISSING = [
    (
        "a,b\n",
        "",
        "t.csv has no column for time and input or output or cost, and it is no file of events, one a line; its columns",
    ),
    ("time,b\n", "", "t.csv has no column for input or output or cost, and it is no file of events"),
    ("input,b\n", "", "t.csv has no column for time, and it is no file of events"),
    ("time,b\n", "input=Tokens", 't.csv has no column "Tokens", which --columns names for input; its columns are time, b'),
    (
        "time,tokens\n",
        "input=token",
        't.csv has no column "token", which --columns names for input; did you mean "tokens"? Its columns',
    ),
    (
        "time,input\n",
        "input=",
        "t.csv has no column for input or output or cost; its columns are time, input. Name them: --columns",
    ),
    ("time,input\n", "", "t.csv does not say which model was called: give --model, or name its column: --columns model=…"),
    ("time,input,model\n", "", "t.csv does not say whose usage it is: give --scope, or name a column: --columns team=…"),
]


@pytest.mark.parametrize(("text", "mapping", "words"), MISSING)
def test_what_is_missing_is_named_with_the_columns_there_are(tmp_path: Path, text: str, mapping: str, words: str) -> None:
    assert why(tmp_path, text, mapping).startswith(words)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("inputs=a", '--columns: "inputs" is nothing that a column can say; did you mean "input"?'),
        ("zzz=a", '--columns: "zzz" is nothing that a column can say; there are time, id, scope'),
        ("input", '--columns: say which column has it: input="its name"'),
        ("input=a,input=b", "--columns: input is named twice"),
    ],
)
def test_a_mapping_that_is_none_is_explained(said: str, words: str) -> None:
    with pytest.raises(Unusable) as raised:
        parse(said)
    assert str(raised.value).startswith(words)


def test_bad_cells_are_told_by_line_and_the_rest_is_read(tmp_path: Path) -> None:
    rows = [
        "2026-11-25T10:00Z,7,a",
        "noon,7,a",
        "2026-11-25T10:00Z,7.5,a",
        "",
        "2026-11-25T10:00Z,7",
        "2026-11-25T10:00Z,,a",
        "2026-11-25T10:00Z,١٢,a",
    ]
    steps = trace(tmp_path, "\n".join(["time,input,team", *rows]), model="m")
    assert [(step.line, step.reason) for step in steps if isinstance(step, Bad)] == [
        (3, 'time "noon" is no time'),
        (4, 'input "7.5" is no whole number'),
        (6, "has 2 columns, not 3"),
        (8, 'input "١٢" is no whole number'),
    ]
    assert [data(step).get("input_tokens") for step in steps if isinstance(step, Step)] == ["7", None]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("1795000000", "2026-11-18T11:06:40+00:00"),
        ("1795000000.5", "2026-11-18T11:06:40.500000+00:00"),
        ("1795000000500", "2026-11-18T11:06:40.500000+00:00"),
        ("2026-11-18 12:06:40+01:00", "2026-11-18T11:06:40+00:00"),
        ("2026-11-18", "2026-11-18T00:00:00+00:00"),
    ],
)
def test_times_are_read_as_traces_write_them(tmp_path: Path, written: str, moment: str) -> None:
    [step] = trace(tmp_path, f"time,input,team\n{written},1,a\n", model="m")
    assert isinstance(step, Step) and step.at
    assert step.at.isoformat() == moment


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(["7", "2026-11-25", '"', "a,b"])


@given(st.lists(st.lists(cells, max_size=4), max_size=6))
def test_whatever_stands_in_a_file_every_row_that_says_something_is_an_event_or_told(rows: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([["time", "input", "team"], *rows])
    steps = list(columns.read(io.StringIO(written.getvalue()), "t", Target(model="m")))
    assert len(steps) == sum(any(cell.strip() for cell in row) for row in rows)
    assert all(step.at is not None for step in steps if isinstance(step, Step))


def test_no_two_things_are_called_alike() -> None:
    names = [name for every in KNOWN.values() for name in every]
    assert len(names) == len(set(names))
