"""`leeway baseline`: what it prints can be pasted as it is, says why, and says so when there is too little to go by."""

import json
import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.config import Draft, read_bytes
from bot.config.pasting import pasted
from bot.store import Store, open_store
from tests.contract.given import booked, reported, request
from tests.edges.commands import ROOT, Ended, leeway
from tests.edges.test_pasting import drafted
from workflows.granting import grant
from workflows.keeping import Act, keep_override, keep_request
from workflows.metering import record
from workflows.money import usd
from workflows.requests import State
from workflows.spend import Tokens, Usage
from workflows.times import local_day

SHIPPED = (ROOT / "app.yaml").read_bytes()
SEARCH = "platform/engineering/search"
NOW = SystemClock().now()
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "app.yaml").write_bytes(SHIPPED)
    opened = open_store(f"sqlite:///{tmp_path / 'state' / 'leeway.db'}", SystemClock())
    opened.migrate()
    return opened


def use(store: Store, dollars: int, *, days: int = 56, scope: str = f"{SEARCH}/retrieval", skip: int = 0, **said: Any) -> None:
    """So much on each of the days before today, as the organisation counts days."""
    policy, now = drafted(SHIPPED).policy, SystemClock().now()
    today = local_day(now, policy.organization.zone)
    noons = [datetime.combine(today - n * DAY, time(11), UTC) for n in range(1 + skip, days + 1)]
    usages = [
        Usage(f"{scope}{said}{n}".encode(), at, scope, "gpt-5", Tokens(1), usd(dollars))._replace(**said)
        for n, at in enumerate(noons)
    ]
    record(usages, policy=policy, prices={}, units=store.units, now=now)


def run(folder: Path, *args: str) -> Ended:
    return leeway("baseline", *args, env={}, folder=folder)


def pastes(told: Ended) -> Draft:
    """What app.yaml says once the fragment is in it."""
    assert (told.code, told.err) == (0, "")
    return drafted(pasted(SHIPPED, told.out))


def test_the_fragment_is_pasted_and_checked_and_nothing_in_it_is_oversubscribed(tmp_path: Path, store: Store) -> None:
    use(store, 100)
    use(store, 40, scope=f"{SEARCH}/experiments")
    use(store, 9, scope=SEARCH, use_case="answers", team="ads")
    use(store, 300, scope="platform/operations/support", team="support")
    told = run(tmp_path)
    after = pastes(told)
    assert after.warnings == ()
    (tmp_path / "app.yaml").write_bytes(pasted(SHIPPED, told.out))
    checked = leeway("check", env={}, folder=tmp_path)
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.startswith("app.yaml is right: 9 quotas, 6 routing rules.")
    limits = {quota.key: quota.limit for quota in after.policy.quotas}
    assert limits[f"{SEARCH}/retrieval:usd/month"] == usd(3_800)
    assert limits[f"{SEARCH}/answers:usd/month"] == usd(340)
    assert limits["platform/operations/support:usd/month"] == usd(12_000)


def test_every_number_has_its_reason_above_it(tmp_path: Path, store: Store) -> None:
    use(store, 100)
    said = run(tmp_path).out
    assert "Proposed by leeway baseline from " in said.splitlines()[0]
    block = said.partition(f"  {SEARCH}/retrieval:\n")[2].partition("    kind:")[0]
    assert block.splitlines() == [
        "    # lower, from $6,000: 8 weeks, median week $700, busiest $700; three of four at most $700",
        "    # $3,100 in 31 days, $3,720 with 20 % headroom",
        "    limit: $3,800 a month",
    ]


def test_what_is_left_out_is_said(tmp_path: Path, store: Store) -> None:
    """An override on search: what was spent under it is no part of search's base, nor of the platform's, but of retrieval's."""
    use(store, 100)
    asked = request("R-1", quota=f"{SEARCH}:usd/month", at=NOW, state=State.APPROVED, decided=NOW)
    call = Usage(b"extra", NOW - 3 * DAY, f"{SEARCH}/retrieval", "gpt-5", Tokens(1), usd(320))
    with store.units() as unit:
        keep_request(unit, asked, Act("U0ADA", "submitted", NOW))
        keep_override(unit, grant(asked, now=NOW, within=timedelta(hours=1)), Act("leeway", "granted", NOW))
        unit.meter.fresh([(call.at.date(), call.key)])
        unit.meter.append([b._replace(series=b.series._replace(approval="O-1")) for b in booked(reported(call))])
        unit.commit()
    found = {quota["key"]: quota for quota in json.loads(run(tmp_path, "--json").out)["quotas"]}
    for scope, excepted in (("platform", 320), (SEARCH, 320), (f"{SEARCH}/retrieval", 0)):
        mine = found[f"{scope}:usd/month"]
        assert mine["under_overrides"] == usd(excepted)
        assert sum(mine["weeks"]) == usd(5_600 + 320 - excepted)
        assert ("without $320 that was spent under overrides" in mine["reasons"]) == bool(excepted)


def test_a_history_of_some_days_is_too_little_and_it_is_said_how_much_there_is(tmp_path: Path, store: Store) -> None:
    use(store, 100, days=12)
    told = run(tmp_path)
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("too little history (12 days): budgets are proposed from 21 whole days on. ")
    said = run(tmp_path, "--json")
    assert (said.code, json.loads(said.out)["ok"], said.err) == (1, False, "")


def test_today_is_no_whole_day(tmp_path: Path, store: Store) -> None:
    policy = drafted(SHIPPED).policy
    record([Usage(b"1", NOW, SEARCH, "gpt-5", Tokens(1), usd(9))], policy=policy, prices={}, units=store.units, now=NOW)
    assert "too little history (0 days)" in run(tmp_path).err


def test_one_that_is_new_is_said_to_have_too_little_while_others_have_enough(tmp_path: Path, store: Store) -> None:
    use(store, 100)
    use(store, 100, days=12, scope=f"{SEARCH}/experiments")
    use(store, 5, days=12, scope=SEARCH, use_case="answers")
    told = run(tmp_path)
    assert "    # left at $1,500: too little history (12 days)\n    limit: $1,500 a month\n" in told.out
    assert f"# No budget for {SEARCH}/answers: too little history (12 days).\n" in told.out
    pastes(told)


def test_what_nobody_claims_and_what_has_no_price_is_called_out(tmp_path: Path, store: Store) -> None:
    use(store, 100)
    use(store, 7, scope="platform/unattributed", team="ads", model="who-knows", cost=None)
    use(store, 7, scope="platform/unattributed", team="ops")
    said = run(tmp_path).out
    assert (
        "# platform/unattributed: $392 in 56 days that no rule of attribution claims; it has no budget, it needs rules.\n" in said
    )
    assert "# median week by team: ads <$0.01, ops $49\n" in said
    assert re.search(r"# 56 calls to models without a known price count as \S+, by models.fallback_price\.\n", said)


def test_headroom_and_weeks_are_the_operators(tmp_path: Path, store: Store) -> None:
    use(store, 100)

    def need(*args: str) -> int:
        quotas = json.loads(run(tmp_path, "--json", *args).out)["quotas"]
        return next(quota["need"] for quota in quotas if quota["key"] == f"{SEARCH}/retrieval:usd/month") // 10**9

    assert [need("--headroom", said) for said in ("0", "20%", "50 %")] == [3_100, 3_720, 4_650]
    weeks = json.loads(run(tmp_path, "--json", "--weeks", "3").out)["quotas"][0]["weeks"]
    assert len(weeks) == 3


@pytest.mark.parametrize(
    "args", [("--headroom", "lots"), ("--headroom", "-5%"), ("--headroom", "301%"), ("--weeks", "2"), ("--weeks", "60")]
)
def test_wrong_usage_is_exit_code_2(tmp_path: Path, store: Store, args: tuple[str, ...]) -> None:
    told = run(tmp_path, *args)
    assert (told.code, told.out) == (2, "")


def test_words_of_senders_stay_comments(tmp_path: Path, store: Store) -> None:
    evil = "x\n  platform/evil: {limit: $9 a month}\n#"
    use(store, 100, team=evil, environment="\x1b[31m")
    use(store, 100, team="search", use_case=evil, scope=SEARCH)
    told = run(tmp_path)
    assert [quota.key for quota in pastes(told).policy.quotas] == [quota.key for quota in drafted(SHIPPED).policy.quotas]
    assert all(line.isprintable() for line in told.out.splitlines())


def test_the_fragment_is_in_the_json_too(tmp_path: Path, store: Store) -> None:
    use(store, 100)
    said = json.loads(run(tmp_path, "--json").out)
    assert said["fragment"] == run(tmp_path).out
    assert isinstance(read_bytes(pasted(SHIPPED, said["fragment"])), Draft)
    assert {quota["verdict"] for quota in said["quotas"]} <= {"new", "raise", "lower", "keep", "leave"}


def test_a_limit_whose_thresholds_are_amounts_is_left_to_be_set_with_them(tmp_path: Path, store: Store) -> None:
    text = SHIPPED.decode().replace("    hard: 150 %  ", "    hard: $9,000  ")
    (tmp_path / "app.yaml").write_text(text)
    use(store, 100)
    told = run(tmp_path)
    assert (told.code, told.err) == (0, "")
    assert "    # left at $6,000 (its thresholds are amounts: set them and the limit together): 8 weeks, " in told.out
    assert isinstance(read_bytes(pasted(text.encode(), told.out)), Draft)


def test_a_section_that_would_not_pass_as_it_stands_says_what_is_to_be_mended(tmp_path: Path, store: Store) -> None:
    text = SHIPPED.decode().replace("  hard: 120 %  ", '  hard: "$500,000"  ')
    (tmp_path / "app.yaml").write_text(text)
    use(store, 100)
    use(store, 1_000_000, scope=SEARCH, use_case="answers")
    told = run(tmp_path)
    assert told.code == 1
    assert told.out.startswith("# Proposed by leeway baseline")
    assert told.err.startswith("with this section app.yaml would not be right:\napp.yaml:")
