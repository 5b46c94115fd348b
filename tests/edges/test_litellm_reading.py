"""LiteLLM's records as usage: what each recorded call says, what is refused, and what nobody can be refused for."""

import itertools
import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.fields import LONGEST
from bot.web.litellm.usage import read
from bot.web.usage import Place
from tests.edges.gateway import RECORDED, Json, call, calls
from tests.fakes.memory import Memory
from workflows.attribution import Attribution, Claim, Origin
from workflows.metering import record
from workflows.money import usd
from workflows.policy import Organization, Policy
from workflows.quotas import Quota
from workflows.spend import Denial, Tokens, Usage

TREE = frozenset({"platform", "platform/search", "platform/search/rag", "platform/gateway", "platform/unattributed"})
TEAM_ID = "8756fbc7-e46b-4988-a6b6-ab59e0ce4d71"
CLAIMS = (Claim("platform/search", {"team": ("search",)}),)


def place(*claims: Claim, scopes: frozenset[str] = TREE) -> Place:
    return Place(RECORDED, scopes, Attribution(claims or CLAIMS, scopes, "platform/unattributed").scope_of)


def one(said: Json, at: Place | None = None) -> Usage:
    """The usage of one record that is right."""
    found = read(json.dumps([said]).encode(), at or place())
    assert not found.refused, found.refused
    return found.usages[0]


def wrong(said: Any) -> tuple[str, str]:
    """What is wrong with one record."""
    [refusal] = read(json.dumps([said]).encode(), place()).refused
    return refusal.field, refusal.reason


def at(second: int, milli: int) -> datetime:
    return datetime(2026, 11, 25, 21, 0, tzinfo=UTC) + timedelta(seconds=second, milliseconds=milli)


CALLED: dict[str, dict[str, Any]] = {
    "told": {
        "at": at(28 * 60 + 45, 239),
        "model": "gpt-4o-mini",
        "provider": "openai",
        "tokens": Tokens(1_000, 500),
        "cost": usd("0.01"),
        "requests": 1,
        "user": "ada@acme.example",
        "team": "search",
        "use_case": "rag",
        "environment": "production",
        "ended": "ok",
        "latency": 636,
        "scope": "platform/search",
        "denial": None,
    },
    "cached by the vendor": {
        "model": "claude-sonnet-4-5",
        "provider": "anthropic",
        "tokens": Tokens(input=100, output=50, cache_read=300, cache_write=40),
        "cost": usd("0.00129"),
        "scope": "platform/unattributed",
    },
    "cached by LiteLLM": {"tokens": Tokens(), "cost": 0, "requests": 1, "ended": "ok"},
    "broken": {"tokens": Tokens(), "cost": 0, "requests": 1, "ended": "error", "denial": None},
    "failed first": {"tokens": Tokens(), "cost": 0, "requests": 1, "ended": "error"},
    "then well": {"tokens": Tokens(input=400, output=500, cache_read=600), "cost": usd("0.007045"), "ended": "ok"},
    "embedded": {"model": "text-embedding-3-small", "tokens": Tokens(7), "cost": 140},
    "unpriced": {"model": "never-heard-of", "tokens": Tokens(input=400, output=500, cache_read=600), "cost": None},
    "denied": {"tokens": Tokens(), "cost": 0, "requests": 0, "ended": "refused", "model": "gpt-4o-mini"},
}


@pytest.mark.parametrize("name", CALLED)
def test_a_recorded_call_says_what_it_used_for_whom_and_how_it_ended(name: str) -> None:
    usage = one(call(name), place(*CLAIMS, scopes=TREE - {"platform/search/rag"}))
    assert {field: getattr(usage, field) for field in CALLED[name]} == CALLED[name]


def test_every_recorded_call_is_known_apart() -> None:
    found = read(json.dumps(list(calls().values())).encode(), place())
    assert len({usage.key for usage in found.usages}) == len(calls())


def test_a_call_that_failed_and_was_tried_again_under_the_same_id_is_two() -> None:
    first, then = call("failed first"), call("then well")
    assert first["litellm_call_id"] == then["litellm_call_id"]
    assert one(first).key != one(then).key


def test_a_caller_who_chooses_one_id_for_every_call_hides_nothing() -> None:
    assert one(call(id="chatcmpl-1", litellm_call_id="mine")).key != one(call(id="chatcmpl-2", litellm_call_id="mine")).key


def test_an_answer_from_the_cache_is_known_whatever_time_litellm_adds_to_its_id() -> None:
    hit = call("cached by LiteLLM")
    assert "_cache_hit" in hit["id"]
    assert one(hit).key == one({**hit, "id": hit["id"].partition("_cache_hit")[0] + "_cache_hit1795642999.5"}).key


@pytest.mark.parametrize(
    ("changes", "scope"),
    [
        ({}, "platform/search/rag"),
        ({"metadata__user_api_key_team_alias": None}, "platform/unattributed"),
        ({"metadata__user_api_key_auth_metadata": {"leeway_scope": "platform/gateway"}}, "platform/gateway"),
        ({"metadata__requester_metadata": {"leeway_scope": "platform/gateway"}}, "platform/gateway"),
        (
            {"metadata__spend_logs_metadata": {"leeway_scope": "platform/gateway"}, "metadata__requester_metadata": None},
            "platform/gateway",
        ),
        ({"metadata__requester_metadata": {"leeway_scope": "platform/mistyped"}}, "platform/search/rag"),
        (
            {"metadata__user_api_key_auth_metadata": {}, "metadata__requester_metadata": {"use_case": "none of ours"}},
            "platform/search",
        ),
        ({"metadata__user_api_key_team_alias": None, "metadata__user_api_key_team_id": "search"}, "platform/search/rag"),
    ],
)
def test_where_a_call_counts_follows_from_the_rules_or_the_scope_that_is_named(changes: Json, scope: str) -> None:
    assert one(call(**{"metadata__requester_metadata": {}, **changes})).scope == scope


def test_the_maker_of_a_key_says_more_than_whoever_calls_with_it() -> None:
    said = call(
        metadata__user_api_key_auth_metadata={"use_case": "rag", "leeway_scope": "platform/search"},
        metadata__requester_metadata={"use_case": "theirs", "environment": "test", "leeway_scope": "platform/gateway"},
    )
    usage = one(said)
    assert (usage.use_case, usage.environment, usage.scope) == ("rag", "test", "platform/search/rag")


def test_rules_see_teams_keys_tags_users_and_projects() -> None:
    seen = list[Origin]()

    def scope_of(origin: Origin, named: str) -> str:
        seen.append(origin)
        return "platform"

    said = call(request_tags=["t1", "t2"], metadata__user_api_key_project_alias="apollo", metadata__user_api_key_alias="ada-key")
    one(said, Place(RECORDED, TREE, scope_of))
    hashed = said["metadata"]["user_api_key_hash"]
    origin = Origin(
        teams=("search", TEAM_ID),
        user="ada@acme.example",
        keys=("ada-key", hashed),
        tags=("t1", "t2"),
        use_case="rag",
        environment="production",
        model="gpt-4o-mini",
        provider="openai",
        project="apollo",
        source="litellm",
    )
    assert seen == [origin]


@pytest.mark.parametrize(
    ("email", "user", "end_user", "who"),
    [
        ("ada@acme.example", "u-ada", "somebody", "ada@acme.example"),
        (None, "u-ada", "bob@acme.example", "u-ada"),
        (None, None, "bob@acme.example", "bob@acme.example"),
        (None, None, None, ""),
    ],
)
def test_the_user_is_the_key_s_and_only_without_one_whoever_the_caller_names(
    email: str | None, user: str | None, end_user: str | None, who: str
) -> None:
    said = call(metadata__user_api_key_user_email=email, metadata__user_api_key_user_id=user, end_user=end_user)
    assert one(said).user == who


JUNK: list[Any] = [None, 7, 0.5, True, [], [["x"]], {}, {"use_case": {}}, "text", "\ud83d", "\x00\n", "x" * 5_000, "\u202e", -1]


@pytest.mark.parametrize("path", ["request_tags", "end_user", "metadata__requester_metadata", "metadata__spend_logs_metadata"])
@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_no_caller_gets_a_call_refused_by_what_they_write(path: str, junk: Any) -> None:
    assert one(call(**{path: junk})).cost == usd("0.01")
    assert one(call(**{path: [junk, {"use_case": junk}]})).cost == usd("0.01")
    said = {"use_case": junk, "environment": junk, "leeway_scope": junk}
    assert one(call(**{path: said})).cost == usd("0.01")


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_a_vendor_s_odd_counts_of_cached_tokens_are_no_counts(junk: Any) -> None:
    details = {"cached_tokens": junk, "cache_write_tokens": junk}
    said = call(metadata__usage_object={"prompt_tokens_details": details, "cache_read_input_tokens": junk})
    cached = 7 if junk == 7 and junk is not True else 0
    assert one(said).tokens == Tokens(1_000 - 2 * cached, 500, cached, cached)


def test_names_are_cut_to_what_can_be_kept() -> None:
    usage = one(call(metadata__user_api_key_team_alias=" \x00te\u202eam\n" + "x" * 500, model="openai/" + "m" * 500))
    assert usage.team == ("team" + "x" * 500)[:LONGEST]
    assert len(usage.model) <= LONGEST


def test_a_prompt_that_is_no_text_and_a_number_that_is_none_do_not_cost_the_batch() -> None:
    odd = call(
        number=1, messages=[{"role": "user", "content": "half \ud83d an emoji"}], response={"logprobs": [math.nan, -math.inf]}
    )
    assert b"NaN" in json.dumps(odd).encode() and b"\\ud83d" in json.dumps(odd).encode()
    assert one(odd) == one(call(number=1))
    both = [json.dumps(each).encode() for each in (odd, call(number=2))]
    assert len(read(b"\n".join(both), place()).usages) == 2
    assert len(read(b"[" + b",".join(both) + b"]", place()).usages) == 2


BAD: list[tuple[Any, str, str]] = [
    (None, "", "must be an object, not null"),
    ("text", "", "must be an object, not text"),
    ({"id": "x", "startTime": 1.5, "cost": "0.1"}, "litellm_call_id", "is missing"),
    (call(litellm_call_id=None), "litellm_call_id", "must be text, not null"),
    (call(litellm_call_id=""), "litellm_call_id", "must not be empty"),
    (call(status=None), "status", "must be text, not null"),
    (call(startTime=math.nan), "startTime", "must be a number, not text"),
    (call(startTime="2026-11-25 10:00:00"), "startTime", "must be a number, not text"),
    (call(startTime=-1), "startTime", "must be seconds since 1970"),
    (call(startTime=1e300), "startTime", "must be seconds since 1970"),
    (call(startTime=RECORDED.timestamp() + 301), "time", "is more than 5 minutes in the future; is the sender's clock right?"),
    (call(startTime=RECORDED.timestamp() - 36 * 86_400), "time", "is 36 days ago; events are taken up to 35 days late"),
    (call(prompt_tokens=-1), "prompt_tokens", "must not be negative, but is -1"),
    (call(prompt_tokens=1e13), "prompt_tokens", "must not be over 1,000,000,000,000 in one event"),
    (call(response_cost=-0.1), "response_cost", 'must not be negative, but is "-0.1"'),
    (call(response_cost=2_000_000), "response_cost", "must not be over $1,000,000 in one event"),
    (call(response_cost=math.inf), "response_cost", "must be a number, not Infinity"),
    (call(response_cost=True), "response_cost", "must be an amount in dollars, not true or false"),
]


@pytest.mark.parametrize(("said", "field", "reason"), BAD, ids=[f"{row[1]} {row[2]}" for row in BAD])
def test_what_counts_must_be_right_or_the_call_is_refused_with_its_field_and_the_reason(
    said: Any, field: str, reason: str
) -> None:
    told = wrong(said)
    assert told[0] == field
    assert reason in told[1]


def test_a_vendor_that_counts_cached_tokens_beside_the_prompt_is_taken_at_its_word() -> None:
    said = call(prompt_tokens=10, metadata__usage_object={"cache_read_input_tokens": 300, "cache_creation_input_tokens": 40})
    assert one(said).tokens == Tokens(10, 500, 300, 40)


def test_money_is_exact_to_the_nano_dollar_however_a_float_writes_it() -> None:
    for written, nanos in (("0.1", 10**8), ("1e-09", 1), ("0.0012900000000000001", 1_290_000), ("5e-10", 0), ("1.5e-09", 2)):
        said = json.dumps([call(number=written)]).replace(
            '"response_cost": 0.01, "cost_breakdown"', f'"response_cost": {written}, "cost_breakdown"'
        )
        [usage] = read(said.encode(), place()).usages
        assert (usage.cost or 0) == nanos


def test_a_failure_that_cost_something_counts_with_its_tokens() -> None:
    partial = call("broken", response_cost=0.002, prompt_tokens=100, completion_tokens=20)
    usage = one(partial)
    assert (usage.ended, usage.cost, usage.tokens) == ("error", usd("0.002"), Tokens(100, 20))


def test_a_call_without_a_time_happened_when_it_came() -> None:
    usage = one(call(startTime=None, endTime=None))
    assert (usage.at, usage.timed, usage.latency) == (RECORDED, False, None)


def test_a_call_of_which_nothing_more_is_said_counts_where_nothing_belongs() -> None:
    usage = one(call(metadata=None, error_information=None, model=None, request_tags=None))
    assert (usage.scope, usage.model, usage.user, usage.cost) == ("platform/unattributed", "unknown", "", usd("0.01"))
    assert one(call(status="failure", metadata=None, error_information=None)).ended == "error"


# Denials


def denial(**changes: Any) -> Denial:
    found = one(call("denied", **changes)).denial
    assert found
    return found


def test_a_denial_names_whose_budget_where_that_is_and_what_litellm_says_of_it() -> None:
    told = denial()
    assert told == Denial("ada@acme.example", "team", "search", "platform/search", usd("0.03"), usd("0.04"))


HASH = call("denied")["metadata"]["user_api_key_hash"]


@pytest.mark.parametrize(
    ("kind", "number", "name", "claim", "scope"),
    [
        ("team", TEAM_ID, "search", {"team": ("search",)}, "platform/search"),
        ("team", TEAM_ID, "search", {"team": (TEAM_ID,)}, "platform/search"),
        ("team", "another-team", "another-team", {"team": ("search",)}, ""),
        ("key", HASH, "ada-key", {"key": ("ada-*",)}, "platform/search"),
        ("key", HASH, "ada-key", {"team": ("search",)}, ""),
        ("key", "another-key", "ada-key", {"key": ("ada-*",)}, ""),
        ("user", "u-ada", "", {"user": ("ada@acme.example",)}, "platform/search"),
        ("user", "u-bob", "", {"user": ("ada@acme.example",)}, ""),
        ("tag", "t1", "t1", {"tag": ("t1",)}, "platform/search"),
        ("project", "p1", "p1", {"project": ("p1",)}, "platform/search"),
        ("team_member", f"u-ada:{TEAM_ID}", "", {"team": ("search",)}, ""),
        ("proxy", "", "", {"source": ("litellm",)}, ""),
        ("organization", "o1", "", {"team": ("*",)}, ""),
        ("team", TEAM_ID, "search", {"source": ("litellm",)}, ""),
        ("leeway", "platform/search:usd/month", "platform/search:usd/month", {"team": ("search",)}, ""),
    ],
)
def test_the_budget_is_found_in_our_tree_by_the_rules_that_know_it(
    kind: str, number: str, name: str, claim: dict[str, tuple[str, ...]], scope: str
) -> None:
    said = call("denied", error_information__error_budget_entity_type=kind, error_information__error_budget_entity_id=number)
    told = one(said, place(Claim("platform/search", claim))).denial
    assert told
    assert (told.kind, told.name, told.scope) == (kind, name, scope)


@pytest.mark.parametrize(
    ("email", "user", "end_user", "who"),
    [
        ("ada@acme.example", "svc", "bob@acme.example", "ada@acme.example"),
        (None, "svc-search", "bob@acme.example", "bob@acme.example"),
        (None, "U0ADA", "bob@acme.example", "U0ADA"),
        (None, "svc-search", None, "svc-search"),
        (None, None, 7, ""),
    ],
)
def test_whose_call_it_was_is_the_first_name_that_a_workspace_may_know(
    email: str | None, user: str | None, end_user: Any, who: str
) -> None:
    said = {"metadata__user_api_key_user_email": email, "metadata__user_api_key_user_id": user, "end_user": end_user}
    assert denial(**said).who == who


@pytest.mark.parametrize("amount", [None, math.nan, math.inf, -1, 10**9])
def test_what_litellm_says_that_is_no_amount_is_not_said(amount: Any) -> None:
    told = denial(error_information__error_budget_limit=amount, error_information__error_budget_spend=amount)
    assert (told.limit, told.stands) == (None, None)


@pytest.mark.parametrize(
    "why",
    [
        {"error_class": "BudgetExceededError"},
        {"error_rate_limit_type": "budget"},
        {"error_budget_entity_type": "key", "error_budget_entity_id": "k"},
    ],
)
def test_a_denial_is_known_by_any_of_the_ways_in_which_litellm_has_said_it(why: Json) -> None:
    assert one(call("denied", error_information=why)).ended == "refused"


@pytest.mark.parametrize("why", [{}, {"error_class": "RateLimitError", "error_rate_limit_type": "tpm"}, {"error_code": "429"}])
def test_other_failures_are_no_denials(why: Json) -> None:
    usage = one(call("denied", error_information=why))
    assert (usage.ended, usage.denial, usage.requests) == ("error", None, 1)


# However a log is cut, what it adds up to is the same

POLICY = Policy(
    Organization("Acme", "Europe/Berlin"),
    (Quota("team", "platform/search", usd(100)), Quota("all", "platform", usd(1_000))),
    claims=CLAIMS,
)
EVERY = [call(name, number, startTime=RECORDED.timestamp() - number * 7_000) for number, name in enumerate([*calls(), *calls()])]


def kept(batches: list[list[Json]], *, lines: bool = False) -> Any:
    """Everything that is stored once these bodies were counted."""
    memory = Memory()
    for batch in batches:
        texts = [json.dumps(each).encode() for each in batch]
        body = b"\n".join(texts) if lines and len(texts) > 1 else b"[" + b",".join(texts) + b"]"
        found = read(body, replace(place(), scope_of=POLICY.attribution.scope_of, scopes=POLICY.scopes))
        assert not found.refused
        record(found.usages, policy=POLICY, prices={}, units=memory.units, now=RECORDED)
    stored = memory.data.kept
    spent = {counter: spent for counter, (spent, _) in stored.counters.items()}
    return stored.events, stored.days, stored.slices, spent, memory.data.denials


WHOLE = kept([EVERY])


@given(st.data())
def test_any_order_split_and_repetition_of_a_log_gives_the_same_counters(data: st.DataObject) -> None:
    order = data.draw(st.permutations(EVERY + data.draw(st.lists(st.sampled_from(EVERY), max_size=8))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=5)))
    edges = [0, *cuts, len(order)]
    batches = [order[start:end] for start, end in itertools.pairwise(edges) if start < end]
    assert kept(batches, lines=data.draw(st.booleans())) == WHOLE
