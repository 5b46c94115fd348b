"""`leeway simulate`: history under a draft, told and as JSON; exit 1 when a stricter request gets less, 2 when it cannot."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli import rehearsed
from bot.cli.simulate import plain, verdict
from bot.clock import SystemClock
from bot.demo import acme
from bot.sandbox import Server, create, serve
from tests.contract.given import DAY, HOUR, NOW, request
from tests.edges.commands import BOT_TOKEN, SIGNING, Ended, leeway
from tests.edges.history import APP, BOB, CY, DI, EVE, History, begun
from tests.journeys.office import ADA, KEY
from workflows.automatic import Automatic, Mode
from workflows.ballots import Verdict
from workflows.events import Withdraw
from workflows.keeping import attempt
from workflows.money import Unit, usd
from workflows.refusals import Refused, Why
from workflows.rehearsal import Known, Rehearsal, Take
from workflows.requests import Request, State
from workflows.rules import Data, Facts, Limit
from workflows.seats import Route, Stage
from workflows.strictness import Breach
from workflows.times import show_day

DRAFT = APP.replace("over $1,000", "over $500").replace("- {name: leads, ask: leads}", "- {name: leads, ask: finance}") + (
    "  - {name: secret, when: {data: restricted}, refuse: Never.}\n"
)
SOFT = Facts("platform/search", Limit.SOFT, usd(500), Unit.USD, 5, 2 * DAY, Data.INTERNAL)
MANAGER, FINANCE = Stage("manager", (BOB,), rules=("acknowledge",)), Stage("finance", (CY, DI), 2, ("large",))
ROUTINE = Automatic("routine", Mode.ON)


@pytest.fixture
def past(tmp_path: Path) -> History:
    return begun(tmp_path, SystemClock().now() - 20 * DAY)


@pytest.fixture(scope="module")
def slack() -> Iterator[Server]:
    made = create(acme.workspace(), app_url=None, signing_secret=SIGNING, bot_token=BOT_TOKEN, now=SystemClock().now)
    with serve(made) as server:
        yield server


def simulate(folder: Path, *args: str, draft: str = DRAFT, **env: str) -> Ended:
    (folder / "draft.yaml").write_text(draft)
    known = {"DATABASE_URL": f"sqlite:///{folder / 'leeway.db'}"} | env
    return leeway("simulate", "draft.yaml", *args, env=known, folder=folder)


def three(past: History) -> tuple[Request, Request, Request]:
    """A small request that was approved, a large one that was denied, a restricted one that was taken back."""
    small = past.asks("small")
    past.passes(2 * HOUR)
    past.votes(small, BOB)
    large = past.asks("large", amount="1200")
    past.votes(large, CY, Verdict.DENY, reason="Not now.")
    past.passes(HOUR)
    secret = past.asks("secret", amount="700", data="restricted")
    past.does(secret, Withdraw(ADA), ADA)
    return small, large, secret


def test_history_is_told_under_the_draft_next_to_what_happened(past: History, tmp_path: Path) -> None:
    small, large, secret = three(past)
    told = simulate(tmp_path, "--last", "52w")
    assert (told.code, told.err) == (0, "")
    lines = told.out.splitlines()
    assert lines[0].startswith("draft.yaml on 3 requests of ")
    assert lines[1] == rehearsed.UNSEEN
    days = [show_day(each.submitted, "Europe/Berlin") for each in (small, large, secret)]
    assert [re.split(" {2,}", line) for line in lines[2:]] == [
        [""],
        ["fewer asked", "1"],
        ["others asked", "1"],
        ["refused", "1"],
        [""],
        ["rule", "held", "would hold"],
        ["leads", "3", "3"],
        ["large", "1", "2"],
        ["secret", "0", "1"],
        [""],
        ["request", "submitted", "asked for", "was", "would be"],
        [small.id, days[0], f"$400 on {KEY}", "approved: leads", "finance"],
        [large.id, days[1], f"$1,200 on {KEY}", "denied: leads, then 2 of finance", "2 of finance"],
        [secret.id, days[2], f"$700 on {KEY}", "withdrawn: leads", "refused by secret"],
    ]


def test_as_json_every_request_is_told_with_what_it_would_have_met(past: History, tmp_path: Path) -> None:
    small, large, secret = three(past)
    told = simulate(tmp_path, "--last", "365 days", "--json")
    said = json.loads(told.out)
    assert (told.code, told.err, said["looked_up"], said["policy"]) == (0, "", False, "draft.yaml")
    assert (said["requests"], said["remade"], said["skipped"], said["weaker"]) == (3, 0, [], [])
    assert {change: n for change, n in said["answers"].items() if n} == {"fewer asked": 1, "others asked": 1, "refused": 1}
    assert said["rules"][1] == {"rule": "large", "before": 1, "now": 2}
    assert [take["id"] for take in said["takes"]] == [small.id, large.id, secret.id]
    assert said["takes"][1] == {
        "id": large.id,
        "submitted_at": large.submitted.isoformat().replace("+00:00", "Z"),
        "quota": KEY,
        "amount": usd(1_200),
        "unit": "usd",
        "state": "denied",
        "waited": 0,
        "remade": False,
        "change": "fewer asked",
        "before": {
            "asks": [
                {"name": "leads", "quorum": 1, "people": [BOB, EVE], "rules": ["leads"]},
                {"name": "finance", "quorum": 2, "people": [CY, DI], "rules": ["large"]},
            ]
        },
        "now": {
            "asks": [
                {
                    "name": "finance",
                    "quorum": 2,
                    "people": ["cy@acme.example", "di@acme.example"],
                    "rules": ["leads", "large"],
                }
            ]
        },
        "automatic": None,
    }
    assert said["takes"][0]["waited"] == 7_200
    assert said["takes"][2]["now"] == {"refused": "refused by secret"}


def test_a_rule_that_approves_in_shadow_is_told_with_what_it_would_save(past: History, tmp_path: Path) -> None:
    small, _, _ = three(past)
    routine = "  - {name: routine, when: {amount: up to $500, data: [public, internal]}, approve: shadow}\n"
    told = simulate(tmp_path, draft=APP + routine)
    assert (told.code, told.err) == (0, "")
    lines = told.out.splitlines()
    assert lines[3:9] == [
        "as before           2",
        "in shadow           1",
        "",
        "waiting saved: 2.0 hours, over 1 request about which nobody would be asked",
        "granted without a person: $400",
        "kept from being automatic: amount 2, data 1",
    ]
    assert lines[-1].startswith(small.id)
    assert lines[-1].endswith("  leads (automatic once routine is on)")
    (row,) = [line.split() for line in lines if line.startswith("routine ")]
    assert row == ["routine", "0", "1"]


def test_a_policy_under_which_everything_happened_as_before_says_so(past: History, tmp_path: Path) -> None:
    three(past)
    told = simulate(tmp_path, draft=APP)
    assert told.code == 0
    assert "as before           3\n" in told.out
    assert "would be" not in told.out


def test_with_a_token_people_are_looked_up_and_told_by_name(past: History, tmp_path: Path, slack: Server) -> None:
    three(past)
    env = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_API_URL": f"{slack.url}/api/"}
    told = simulate(tmp_path, **env)
    assert (told.code, told.err) == (0, "")
    assert rehearsed.UNSEEN not in told.out
    assert "finance (Cy Tanaka, Di Marchetti)" in told.out


def test_what_was_asked_before_facts_were_kept_is_said(past: History, tmp_path: Path) -> None:
    small, large, _ = three(past)
    elsewhere = replace(large, facts=None, case=replace(large.case, quota="platform/gone:usd/month"))
    for old in (replace(past.now(small), facts=None), replace(elsewhere, state=State.DENIED, decided=past.clock.now())):
        stored = past.now(old)
        new = replace(old, version=stored.version + 1)
        attempt(past.store.units, lambda unit, new=new: unit.requests.save(new))  # type: ignore[misc]
    lines = simulate(tmp_path).out.splitlines()
    assert lines[2:4] == [
        "1 of them are older than their facts: those were made from what was asked for",
        f"1 request could not be played: no facts of it were kept, and platform/gone:usd/month is not in the policy ({large.id})",
    ]


@pytest.mark.parametrize(("last", "count"), [("90d", 3), ("3w", 3), ("21 days", 3), ("2 weeks", 0), ("12h", 0)])
def test_only_the_last_time_is_looked_at(past: History, tmp_path: Path, last: str, count: int) -> None:
    three(past)
    told = simulate(tmp_path, "--last", last)
    assert (told.code, told.out.splitlines()[0].partition(" of ")[0]) == (0, f"draft.yaml on {count} requests")


# What keeps it from beginning.


@pytest.mark.parametrize("last", ["soon", "90", "-3d", "0 days", "3y"])
def test_a_time_that_cannot_be_read_is_wrong_usage(tmp_path: Path, last: str) -> None:
    told = simulate(tmp_path, f"--last={last}")
    assert (told.code, told.out, told.err) == (2, "", f"{last}: not a time to look back; write --last 90d\n")


def test_a_policy_that_does_not_load_is_wrong_usage_with_every_problem(tmp_path: Path) -> None:
    bad = DRAFT.replace("ask: finance}", "ask: finanse}").replace("over $500", "up to $500")
    told = simulate(tmp_path, draft=bad)
    checked = leeway("check", "--config", "draft.yaml", env={}, folder=tmp_path)
    assert (told.code, checked.code, told.out) == (2, 1, "")
    assert told.err == checked.err
    assert len(told.err.splitlines()) == 2
    as_json = simulate(tmp_path, "--json", draft=bad)
    assert (as_json.code, json.loads(as_json.out)["problems"]) == (2, told.err.splitlines())


def test_a_policy_that_is_not_there_and_a_database_that_is_not_either_are_wrong_usage(tmp_path: Path) -> None:
    missing = leeway("simulate", "none.yaml", env={}, folder=tmp_path)
    assert (missing.code, missing.out) == (2, "")
    assert "none.yaml  cannot be read" in missing.err
    away = simulate(tmp_path, DATABASE_URL="nonsense://here")
    assert (away.code, away.out) == (2, "")
    assert "DATABASE_URL" in away.err


# What only a policy in which nobody is asked, or that is not monotone, shows. app.yaml cannot say the second.


def take(name: str, auto: Automatic | None = None, **changes: object) -> Take:
    asked = request(name, at=NOW - DAY, route=Route((MANAGER, FINANCE)), **changes)
    return Take(Known(asked, SOFT), Route((MANAGER,)), auto)


def whole(*takes: Take, breaches: tuple[Breach, ...] = ()) -> Rehearsal:
    return Rehearsal(NOW - 90 * DAY, NOW, takes, (), breaches, {"routine": (0, 2)})


def text(found: Rehearsal) -> list[str]:
    out = StringIO()
    rehearsed.tell(rehearsed.Told(found, "draft.yaml", "Europe/Berlin", looked_up=True), Console(file=out, width=100))
    return [line.rstrip() for line in out.getvalue().splitlines()]


QUICK = whole(
    take("R-ON", ROUTINE, state=State.APPROVED, decided=NOW - DAY + 3 * HOUR),
    take("R-SHADOW", replace(ROUTINE, mode=Mode.SHADOW), state=State.DENIED, decided=NOW),
    take("R-OUT", replace(ROUTINE, violated=("amount", "data"))),
)


def test_what_would_be_automatic_is_told_with_what_it_saves_and_what_nobody_would_look_at() -> None:
    lines = text(QUICK)
    assert lines[1:10] == [
        "",
        "fewer asked         1",
        "automatic           1",
        "in shadow           1",
        "",
        "waiting saved: 3.0 hours, over 2 requests about which nobody would be asked",
        "granted without a person: $1,000",
        "of that, people denied: $500, in 1 request",
        "kept from being automatic: amount 1, data 1",
    ]
    assert lines[-3].endswith("approved: manager, then 2 of finance  automatic: routine")
    assert lines[-2].endswith("denied: manager, then 2 of finance    manager (U0BOB) (automatic once routine is on)")


def test_what_would_be_automatic_is_told_as_json() -> None:
    said = plain(rehearsed.Told(QUICK, "draft.yaml", "Europe/Berlin", looked_up=True))
    assert said["automatic"] == {
        "requests": 2,
        "waiting_saved": 10_800,
        "exposed": {"usd": usd(1_000)},
        "people_denied": {"requests": 1, "exposed": {"usd": usd(500)}},
        "kept_from_it": {"amount": 1, "data": 1},
    }
    assert json.loads(json.dumps(said))["takes"][0]["automatic"]["rule"] == "routine"


def test_a_stricter_request_that_would_get_less_is_named_and_is_exit_code_1() -> None:
    pair = Breach("R-A", "R-B", Route((MANAGER, FINANCE)), Route((MANAGER,)))
    notch = Breach("R-A", "R-A", Refused(Why.RULE_REFUSES, {"rule": "no", "sentence": "No."}), ROUTINE, "data")
    found = whole(take("R-A"), breaches=(pair, notch))
    assert verdict(found) == 1
    assert text(found)[-3:] == [
        "WEAKER: a stricter request would get a weaker answer",
        "  R-A gets manager, then 2 of finance; R-B, which is stricter, would get manager",
        "  R-A gets refused by no; with a stricter data it would get nobody: routine approves",
    ]
    said = plain(rehearsed.Told(found, "draft.yaml", "UTC", looked_up=True))
    assert said["weaker"] == [
        {"mild": "R-A", "strict": "R-B", "raised": "", "mild_gets": _asks(MANAGER, FINANCE), "strict_gets": _asks(MANAGER)},
        {
            "mild": "R-A",
            "strict": "R-A",
            "raised": "data",
            "mild_gets": {"refused": "refused by no"},
            "strict_gets": {"approved_by": "routine"},
        },
    ]
    assert verdict(whole(take("R-A"))) == 0


def _asks(*stages: Stage) -> dict[str, object]:
    return {"asks": [{"name": s.name, "quorum": s.quorum, "people": list(s.approvers), "rules": list(s.rules)} for s in stages]}


def test_a_long_history_is_told_in_short() -> None:
    many = whole(*(take(f"R-{n:03}") for n in range(45)))
    lines = text(many)
    assert sum(line.startswith("R-0") for line in lines) == rehearsed.MOST
    assert lines[-1] == "and 5 more that are answered otherwise: --json has all"


def test_on_a_terminal_tables_are_drawn_and_nobody_s_words_are_markup() -> None:
    out = StringIO()
    odd = replace(QUICK, rules={"[red]rule[/red]\x1b[0m": (1, 1)})
    console = Console(file=out, width=100, force_terminal=True, color_system=None)
    rehearsed.tell(rehearsed.Told(odd, "draft.yaml", "UTC", looked_up=True), console)
    assert "───" in out.getvalue()
    assert "[red]rule[/red] [0m" in out.getvalue()
    assert all(len(line) <= 100 for line in out.getvalue().splitlines())


def test_piped_columns_are_as_wide_as_what_is_in_them() -> None:
    assert rehearsed.Grid(("a", "bb"), [("long", ""), ("", "x")]).plain() == "a     bb\nlong\n      x"
