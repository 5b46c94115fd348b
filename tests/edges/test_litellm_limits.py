"""What LiteLLM would do wrongly is guarded against, in the real one; and what it cannot be made to say, in its own words."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.limits import ADAPTERS, Access, LiteLLM
from bot.limits.litellm import GRAIN, dollars, nanos
from tests.contract.seats import LITELLM, SEARCH, Client, InLiteLLM, Key, Label, Member, Person, Team
from tests.litellm import ROOT, Proxy, name
from workflows.limits import Lift, Place, StoreRules, Wanted
from workflows.money import LARGEST, usd
from workflows.ports import LimitStore, Rejected, Unavailable
from workflows.quotas import Quota
from workflows.times import Period

BASE = usd(100)
ONE = Lift("O-1", usd(50))
RAISED = Wanted(BASE, (ONE,))
PLACED = replace(SEARCH, place=Place("litellm", (("team", "search"),)))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Rejected) as refused:
        act()
    return str(refused.value)


# Amounts.


@given(st.integers(0, LARGEST // GRAIN).map(lambda steps: steps * GRAIN))
def test_every_limit_survives_a_float64_to_the_last_digit(amount: int) -> None:
    sent = msgspec.json.Encoder(decimal_format="number").encode(dollars(amount))
    kept = msgspec.json.encode(float(sent))
    assert nanos(msgspec.json.decode(kept, type=Decimal)) == amount


@given(st.integers(0, LARGEST))
def test_a_limit_is_never_more_than_was_granted(amount: int) -> None:
    whole = LiteLLM(Access(StoreRules("http://litellm/")), SystemClock()).traits(PLACED).whole(amount)
    assert amount - GRAIN < whole <= amount


def test_a_finer_grain_would_not_do() -> None:
    amount = LARGEST // (GRAIN // 10) * (GRAIN // 10)
    assert nanos(Decimal(repr(float(dollars(amount))))) != amount


# What else there is of it stays as it is.

KEPT: dict[str, dict[str, Any]] = {
    "litellm team": {
        "soft_budget": 1.5,
        "budget_duration": "30d",
        "models": ["gpt-4o-mini"],
        "tpm_limit": 9,
        "metadata": {
            "cost_center": 7,
            "logging": [{"callback_name": "langfuse", "callback_type": "success", "callback_vars": {"langfuse_secret_key": "x"}}],
        },
    },
    "litellm key": {"budget_duration": "30d", "models": ["gpt-4o-mini"], "tpm_limit": 9, "metadata": {"cost_center": 7}},
    "litellm member": {},
    "litellm user": {"budget_duration": "30d", "tpm_limit": 9, "metadata": {"cost_center": 7}},
    "litellm customer": {"alias": "Initech"},
    "litellm tag": {"description": "what is looked up", "budget_duration": "30d"},
}
LOOK = {
    "litellm team": ("GET", "/team/info", "team_id"),
    "litellm key": ("GET", "/key/info", "key"),
    "litellm user": ("GET", "/v2/user/info", "user_id"),
    "litellm customer": ("GET", "/customer/info", "end_user_id"),
    "litellm tag": ("POST", "/tag/info", "names"),
}
TOLD = {"updated_at", "updated_by", "settings_updated_at", "max_budget", "leeway", "last_active"}


def flat(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    parts = [flat(inner, (*path, str(key))) for key, inner in pairs]
    return {key: each for part in parts for key, each in part.items()} if pairs else {path: value}


@pytest.mark.parametrize("which", LOOK)
def test_a_write_changes_the_limit_and_nothing_else(litellm: Proxy, which: str) -> None:
    seat = LITELLM[which](litellm)
    called = seat.make(80.0, **KEPT[which])
    method, path, param = LOOK[which]

    def look() -> dict[tuple[str, ...], Any]:
        asked = {"params": {param: called}} if method == "GET" else {"json": {param: [called]}}
        return flat(litellm.client.request(method, path, **asked).raise_for_status().json())

    before = look()
    seat.store().write(seat.placed(called), RAISED)
    changed = {key for key, _ in before.items() ^ look().items()}
    assert all(TOLD & set(key) for key in changed), changed


def test_a_team_s_own_metadata_is_merged_with_the_overrides_names(litellm: Proxy) -> None:
    team = Team(litellm)
    quota, store = team.placed(team.make(None, metadata={"leeway": {"not": "ours"}})), team.store()
    assert store.read(quota).names is None
    store.write(quota, Wanted(BASE, (ONE, Lift("O-2", 1))))
    assert store.read(quota).names == {"O-1", "O-2"}
    store.write(quota, Wanted(BASE))
    assert store.read(quota).names == frozenset()


# Ghosts.


def test_a_user_who_is_not_there_is_not_made(litellm: Proxy) -> None:
    quota = Person(litellm).nowhere()
    assert "has no user" in refusal(lambda: Person(litellm).store().write(quota, RAISED))
    assert litellm.client.get("/v2/user/info", params={"user_id": Person(litellm).name(quota)}).status_code == 404


def test_somebody_who_is_not_in_the_team_gets_no_limit_there(litellm: Proxy) -> None:
    member = Member(litellm)
    stranger = member.placed(Person(litellm).make(None))
    assert "has no member" in refusal(lambda: member.store().write(stranger, RAISED))
    held = litellm.get("/team/info", team_id=member.team)["team_memberships"]
    assert member.name(stranger) not in {each["user_id"] for each in held}


def test_a_ghost_that_somebody_made_is_none_of_the_team(litellm: Proxy) -> None:
    member = Member(litellm)
    ghost = member.nowhere()
    litellm.post("/team/member_update", team_id=member.team, user_id=member.name(ghost), max_budget_in_team=5)
    assert "has no member" in refusal(lambda: member.store().read(ghost))


# Limits beside the limit.


def test_a_limit_that_is_not_above_the_soft_budget_is_refused_with_both(litellm: Proxy) -> None:
    team = Team(litellm)
    quota, store = team.placed(team.make(200, soft_budget=100)), team.store()
    said = refusal(lambda: store.write(quota, Wanted(BASE)))
    assert said.endswith(" above its soft_budget of $100, and $100 is not; lower soft_budget there")
    assert said.startswith(f"LiteLLM wants the limit of team {team.name(quota)} ")
    assert store.read(quota).limit == usd(200)
    store.write(quota, Wanted(BASE, (Lift("O-1", usd("0.01")),)))
    assert store.read(quota).limit == usd("100.01")


@pytest.mark.parametrize("kind", [Team, Key])
def test_a_window_that_would_stop_calls_all_the_same_is_said(litellm: Proxy, kind: type[InLiteLLM]) -> None:
    seat = kind(litellm)
    windows = [{"budget_duration": "1d", "max_budget": 10}, {"budget_duration": "30d", "max_budget": 60}]
    quota, store = seat.placed(seat.make(100, budget_limits=windows)), seat.store()
    said = refusal(lambda: store.write(quota, RAISED))
    assert "would stop" in said and "its budget_limits allow $60 each 30d; raise or remove that one there" in said
    assert store.read(quota).limit == BASE
    store.write(quota, Wanted(usd(90)))
    assert store.read(quota).limit == usd(90)


def test_a_window_in_which_the_raised_limit_can_be_used_up_is_no_obstacle(litellm: Proxy) -> None:
    team = Team(litellm)
    quota, store = team.placed(team.make(100, budget_limits=[{"budget_duration": "1d", "max_budget": 5}])), team.store()
    store.write(quota, RAISED)  # 31 days of $5
    assert store.read(quota).limit == usd(150)
    assert "$5 each 1d" in refusal(lambda: store.write(replace(quota, period=Period.WEEK), RAISED))


# Budgets that several have.


@pytest.mark.parametrize("kind", [Client, Label])
def test_the_budget_of_several_is_not_changed_for_one(litellm: Proxy, kind: type[InLiteLLM]) -> None:
    gold, seat = name("gold"), kind(litellm)
    litellm.post("/budget/new", budget_id=gold, max_budget=100)
    path, key = {Client: ("/customer/new", "user_id"), Label: ("/tag/new", "name")}[kind]
    mine, other = name("one"), name("two")
    for each in (mine, other):
        litellm.post(path, **{key: each}, budget_id=gold)
    said = refusal(lambda: seat.store().write(seat.placed(mine), RAISED))
    assert (
        f'LiteLLM keeps the limit of {seat.kind} {mine} in its budget "{gold}", which 1 more have too; give it one of its own'
        in said
    )
    assert [seat.store().read(seat.placed(each)).limit for each in (mine, other)] == [BASE, BASE]


def test_a_key_s_own_limit_goes_before_that_of_the_budget_it_shares(litellm: Proxy) -> None:
    gold, seat = name("gold"), Key(litellm)
    litellm.post("/budget/new", budget_id=gold, max_budget=100)
    mine, other = (seat.placed(litellm.key(budget_id=gold)[1]) for _ in range(2))
    store = seat.store()
    assert store.read(mine).limit == BASE
    store.write(mine, RAISED)
    assert [store.read(each).limit for each in (mine, other)] == [usd(150), BASE]


def test_a_member_s_limit_leaves_the_team_s_default_to_the_others(litellm: Proxy) -> None:
    seat = Member(litellm)
    seat.team = Team(litellm).make(None, team_member_budget=100)
    mine, other = (seat.placed(seat.make(None)) for _ in range(2))
    store = seat.store()
    assert [store.read(each).limit for each in (mine, other)] == [BASE, BASE]
    store.write(mine, RAISED)
    assert [store.read(each).limit for each in (mine, other)] == [usd(150), BASE]
    store.write(mine, Wanted(BASE))
    assert [store.read(each).limit for each in (mine, other)] == [BASE, BASE]


def test_a_default_of_nothing_stops_whom_litellm_gave_it_and_nobody_else(litellm: Proxy) -> None:
    seat = Member(litellm)
    seat.team = Team(litellm).make(None, team_member_budget=0)
    quota = seat.placed(seat.make(None))
    assert seat.store().read(quota).limit == 0
    key, _ = litellm.key(team_id=seat.team, user_id=seat.name(quota))
    assert litellm.call(key).json()["error"]["type"] == "budget_exceeded"
    team = {"members_with_roles": [{"user_id": "ada"}], "team_member_budget_table": {"max_budget": 0.0}}
    ada = replace(SEARCH, place=Place("litellm", (("team", "search"), ("member", "ada"))))
    assert says(httpx.Response(200, json={"team_info": team})).read(ada).limit is None


def test_a_customer_s_limit_of_nothing_is_refused_because_it_would_not_be_kept(litellm: Proxy) -> None:
    seat = Client(litellm)
    quota = seat.quota(BASE)
    assert "LiteLLM keeps no limit of $0 for a customer; block" in refusal(lambda: seat.store().write(quota, Wanted(0)))
    assert seat.store().read(quota).limit == BASE


# Increases that end by themselves.

SOON, LATER = timedelta(hours=1), timedelta(hours=2)


def expiring(proxy: Proxy) -> LimitStore:
    return ADAPTERS["litellm"](Access(StoreRules(proxy.url + "/", expiring=True), proxy.master, "LITELLM_API_KEY"), SystemClock())


def increased(proxy: Proxy, seat: InLiteLLM, quota: Quota) -> tuple[Any, Any, Any]:
    """The limit, the increase and its end, as LiteLLM keeps them."""
    if isinstance(seat, Key):
        info = proxy.get("/key/info", key=seat.name(quota))["info"]
        return info["max_budget"], info["metadata"].get("temp_budget_increase"), info["metadata"].get("temp_budget_expiry")
    assert isinstance(seat, Member)
    held = proxy.get("/team/info", team_id=seat.team)["team_memberships"]
    [row] = [each["litellm_budget_table"] for each in held if each["user_id"] == seat.name(quota)]
    return row["max_budget"], row["temp_budget_increase"], row["temp_budget_expiry"]


@pytest.fixture(params=[Key, Member], ids=["key", "member"])
def seat(request: pytest.FixtureRequest, litellm: Proxy) -> InLiteLLM:
    made: InLiteLLM = request.param(litellm)
    return made


def test_where_the_operator_wants_it_litellm_ends_an_override_as_well(litellm: Proxy, seat: InLiteLLM) -> None:
    store, quota, now = expiring(litellm), seat.quota(BASE), datetime.now(UTC).replace(microsecond=0)
    assert store.traits(quota).expires
    store.write(quota, Wanted(BASE, (replace(ONE, ends=now + LATER), Lift("O-2", usd(20), now + SOON))))
    limit, increase, until = increased(litellm, seat, quota)
    assert (limit, increase, datetime.fromisoformat(until)) == (100, 70, now + SOON)
    assert store.read(quota).limit == usd(170)
    store.write(quota, Wanted(BASE, (replace(ONE, ends=now + LATER),)))
    limit, increase, until = increased(litellm, seat, quota)
    assert (limit, increase, datetime.fromisoformat(until)) == (100, 50, now + LATER)
    store.write(quota, Wanted(BASE))
    assert store.read(quota).limit == BASE
    limit, increase, _ = increased(litellm, seat, quota)
    assert (limit, increase or 0) == (100, 0)


def test_an_increase_that_is_over_does_not_count(litellm: Proxy, seat: InLiteLLM) -> None:
    store, quota = expiring(litellm), seat.quota(BASE)
    store.write(quota, Wanted(BASE, (replace(ONE, ends=datetime.now(UTC) - SOON),)))
    assert store.read(quota).limit == BASE


def test_while_the_clock_of_an_override_does_not_run_there_is_nothing_to_end(litellm: Proxy, seat: InLiteLLM) -> None:
    store, quota = expiring(litellm), seat.quota(BASE)
    store.write(quota, RAISED)
    assert increased(litellm, seat, quota)[:2] in ((150, None), (150, 0))


def test_somebody_s_own_increase_counts_and_is_cleared_by_the_next_write(litellm: Proxy, seat: InLiteLLM) -> None:
    store, quota = seat.store(), seat.quota(BASE)
    assert not store.traits(quota).expires
    seat.change(quota, temp_budget_increase=30, temp_budget_expiry="2099-01-01T00:00:00Z")
    assert store.read(quota).limit == usd(130)
    store.write(quota, RAISED)
    assert store.read(quota).limit == usd(150)


def test_a_key_with_windows_has_no_increase_because_litellm_would_ignore_it(litellm: Proxy) -> None:
    seat, store = Key(litellm), expiring(litellm)
    quota = seat.placed(seat.make(100, budget_limits=[{"budget_duration": "1d", "max_budget": 90}]))
    store.write(quota, Wanted(BASE, (replace(ONE, ends=datetime.now(UTC) + SOON),)))
    assert increased(litellm, seat, quota)[:2] == (150, None)
    assert store.read(quota).limit == usd(150)


def test_a_team_has_no_increase_of_litellm_s_own(litellm: Proxy) -> None:
    team = Team(litellm)
    assert not expiring(litellm).traits(team.quota(BASE)).expires


# Whose key, and for what.

DOCUMENT = (ROOT / "docs" / "litellm.md").read_text("utf-8")
[SHOWN] = re.findall(r"^```json\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
ROUTES = msgspec.json.decode(SHOWN)["allowed_routes"]
ELSE = [
    ("POST", "/key/generate", {}),
    ("POST", "/key/delete", {"keys": ["x"]}),
    ("POST", "/team/new", {}),
    ("POST", "/team/delete", {"team_ids": ["x"]}),
    ("POST", "/team/member_add", {}),
    ("POST", "/user/new", {}),
    ("POST", "/user/delete", {"user_ids": ["x"]}),
    ("POST", "/budget/update", {"budget_id": "x"}),
    ("POST", "/model/new", {}),
    ("GET", "/spend/logs", {}),
    ("POST", "/v1/chat/completions", {"model": "gpt-4o-mini", "messages": []}),
]


@pytest.fixture(scope="module")
def least(litellm: Proxy) -> str:
    """A key as docs/litellm.md makes it."""
    who = name("leeway")
    litellm.post("/user/new", user_id=who, user_role="proxy_admin", auto_create_key=False)
    return litellm.key(user_id=who, allowed_routes=ROUTES)[0]


@pytest.mark.parametrize("which", LITELLM)
def test_the_key_of_the_documents_may_do_all_that_is_needed(litellm: Proxy, least: str, which: str) -> None:
    seat = LITELLM[which](litellm)
    quota, store = seat.quota(BASE), seat.at(litellm.url, least)
    store.write(quota, RAISED)
    assert store.read(quota).limit == usd(150)
    store.write(quota, Wanted(BASE))
    assert store.read(quota).limit == BASE
    assert "has no" in refusal(lambda: store.write(seat.nowhere(), RAISED))


def test_a_key_that_may_change_a_team_in_part_names_the_overrides_there(litellm: Proxy) -> None:
    team, who = Team(litellm), name("leeway")
    quota = team.quota(BASE)
    litellm.post("/user/new", user_id=who, user_role="proxy_admin", auto_create_key=False)
    store = team.at(litellm.url, litellm.key(user_id=who, allowed_routes=["/team/info", f"/team/{team.name(quota)}"])[0])
    store.write(quota, RAISED)
    assert store.read(quota).names == {"O-1"}


@pytest.mark.parametrize(("method", "path", "body"), ELSE, ids=[path for _, path, _ in ELSE])
def test_the_key_of_the_documents_may_do_nothing_else(litellm: Proxy, least: str, method: str, path: str, body: Any) -> None:
    with litellm.with_key(least) as client:
        answer = client.request(method, path, json=body)
    assert (answer.status_code, "not allowed to call this route" in answer.text) == (403, True), answer.text


def test_a_wrong_key_is_refused_by_its_name_and_never_shown(litellm: Proxy) -> None:
    team = Team(litellm)
    said = refusal(lambda: team.at(litellm.url, "sk-hush").read(team.quota(BASE)))
    assert said.startswith("LiteLLM refuses what LITELLM_API_KEY asks: Authentication Error, Invalid proxy server token")
    assert "sk-hush" not in said


# What it says only when something is wrong with it.


def says(*answers: httpx.Response | Exception, **asked: list[httpx.Request]) -> LimitStore:
    """A LiteLLM that says one thing after another, and the last one for ever."""
    said = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.get("asked", []).append(request)
        told = next(said, answers[-1])
        if isinstance(told, Exception):
            raise told
        return told

    access = Access(StoreRules("http://litellm/"), "sk-hush", "LITELLM_API_KEY", httpx.MockTransport(answer))
    return ADAPTERS["litellm"](access, SystemClock())


def wrong(status: int, message: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": message}}, headers=headers)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_a_litellm_that_cannot_now_is_asked_again_when_it_wants(status: int) -> None:
    with pytest.raises(Unavailable, match=f"LiteLLM answered {status}: busy") as gone:
        says(wrong(status, "busy", **{"retry-after": "7"})).read(PLACED)
    assert gone.value.after == timedelta(seconds=7)


GONE = [
    (httpx.ConnectError("refused"), "LiteLLM did not answer: refused"),
    (httpx.ReadTimeout(""), "LiteLLM did not answer: ReadTimeout"),
    (httpx.Response(200, text="<html>"), "what answered for LiteLLM is something else: no JSON"),
]


@pytest.mark.parametrize(("answer", "said"), GONE, ids=range(len(GONE)))
def test_what_is_no_answer_is_asked_again(answer: httpx.Response | Exception, said: str) -> None:
    with pytest.raises(Unavailable) as gone:
        says(answer).read(PLACED)
    assert str(gone.value) == said


DOWN = [
    (wrong(404, "{'message': 'Team not found, passed team id: search.'}"), wrong(500, "All connection attempts failed")),
    (wrong(401, "Authentication Error, All connection attempts failed"), wrong(401, "Authentication Error, All connection…")),
    (wrong(400, "Authentication Error, All connection attempts failed"), httpx.ConnectError("")),
]


@pytest.mark.parametrize("answers", DOWN, ids=["404", "401", "400"])
def test_without_its_database_its_no_is_not_believed(answers: tuple[httpx.Response | Exception, ...]) -> None:
    with pytest.raises(Unavailable, match="LiteLLM's own database does not seem to answer"):
        says(*answers).read(PLACED)


def test_a_shape_that_is_not_litellm_s_is_rejected() -> None:
    unknown = wrong(404, "Key not found in database")
    said = refusal(lambda: says(httpx.Response(200, json={"teams": []}), unknown).read(PLACED))
    assert said == "LiteLLM: its answer cannot be understood: Object missing required field `team_info`"


def test_a_write_says_for_which_overrides_it_is() -> None:
    asked: list[httpx.Request] = []
    team = httpx.Response(200, json={"team_info": {"max_budget": 1.0}})
    says(team, httpx.Response(200, json={}), asked=asked).write(PLACED, Wanted(usd("0.3"), (ONE, Lift("O-2", 1))))
    assert asked[-1].headers["litellm-changed-by"] == "O-1,O-2"
    assert asked[-1].content == b'{"max_budget":50.300000000,"metadata":{"leeway":["O-1","O-2"]}}'


@pytest.mark.parametrize("status", [403, 404, 405])
def test_where_a_team_cannot_be_changed_in_part_the_limit_alone_is_set(status: int) -> None:
    asked: list[httpx.Request] = []
    team = httpx.Response(200, json={"team_info": {"max_budget": 1.0}})
    says(team, wrong(status, "no such route"), httpx.Response(200, json={}), asked=asked).write(PLACED, RAISED)
    assert (asked[-1].method, asked[-1].url.path) == ("POST", "/team/update")
    assert msgspec.json.decode(asked[-1].content) == {"team_id": "search", "max_budget": 150}


def test_a_tag_keeps_its_description_and_models_because_they_are_sent_back() -> None:
    asked: list[httpx.Request] = []
    tag = httpx.Response(200, json={"rag": {"description": "what is looked up", "models": ["a", "b"]}})
    quota = replace(SEARCH, place=Place("litellm", (("tag", "rag"),)))
    says(tag, httpx.Response(200, json={}), asked=asked).write(quota, Wanted(usd(3)))
    sent = {"name": "rag", "max_budget": 3.0, "description": "what is looked up", "models": ["a", "b"]}
    assert msgspec.json.decode(asked[-1].content) == sent
