"""The adapters of hosted quota stores: vendors' own SDKs send what we send and read what we read; what could harm is not done.

Contract-tested, not live-tested: no vendor was asked.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import anthropic
import openai
import pytest
from anthropic.types.beta.organization.beta_spend_limit_user_actor import BetaSpendLimitUserActor
from hypothesis import given
from hypothesis import strategies as st
from openrouter import OpenRouter

from bot.limits.asking import Access
from bot.limits.claude import ClaudeLimits
from bot.limits.claude_wishes import ClaudeWishes
from bot.limits.openai import OpenAILimits
from bot.limits.openrouter import OpenRouterLimits
from bot.sandbox.server import serve
from tests.fakes.clock import ManualClock
from tests.fakes.hosted import BASES, Asked, Hosted, Member, key, site
from tests.fakes.hosted import Wish as HostedWish
from tests.fakes.vendors import KEY, Fault
from workflows.limits import Lift, Place, StoreRules, Wanted
from workflows.money import CENT, LARGEST, Unit, usd
from workflows.ports import LimitStore, Rejected, Unavailable
from workflows.quotas import Quota
from workflows.times import Period
from workflows.wishes import End

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
PROJECT, USER, HASH = "proj_1", "user_1", "f0" * 32


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor: its adapter, where a quota is in it, and a copy of it that holds a limit in cents there, None for none."""

    name: str
    adapter: Callable[..., LimitStore]
    part: str
    value: str
    holding: Callable[[int | None], Hosted]

    def quota(self, **changes: Any) -> Quota:
        place = Place(self.name, ((self.part, changes.pop("value", self.value)),))
        return replace(Quota("search", "platform/search", usd(100), place=place), **changes)


VENDORS = {
    "openai": Vendor("openai", OpenAILimits, "project", PROJECT, lambda cents: Hosted(projects={PROJECT: cents})),
    "claude": Vendor(
        "claude", ClaudeLimits, "user", USER, lambda cents: Hosted(members={USER: Member("ada@acme.example", cents)})
    ),
    "openrouter": Vendor(
        "openrouter",
        OpenRouterLimits,
        "key",
        HASH,
        lambda cents: Hosted(keys={HASH: key(HASH, None if cents is None else cents / 100)}),
    ),
}


@contextmanager
def opened(name: str, hosted: Hosted, secret: str = KEY) -> Iterator[tuple[LimitStore, str]]:
    """A vendor's adapter, and where the vendor is."""
    with serve(site(name, hosted)) as server:
        rules = StoreRules(f"{server.url}{BASES[name]}", timedelta(minutes=1))
        yield VENDORS[name].adapter(Access(rules, secret, f"{name.upper()}_KEY"), ManualClock(NOW)), server.url


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return VENDORS[request.param]


def spoken(asked: Asked) -> tuple[Any, ...]:
    """What was asked, with its JSON as values and amounts as they are meant."""
    return (
        asked.method,
        asked.path,
        asked.query,
        json.loads(asked.body, parse_int=Decimal, parse_float=Decimal) if asked.body else None,
    )


def test_openais_own_sdk_asks_as_we_ask_and_reads_the_same_bytes_to_the_same_limit() -> None:
    hosted = VENDORS["openai"].holding(10_000)
    with opened("openai", hosted) as (limits, url):
        limits.write(VENDORS["openai"].quota(), Wanted(usd("150.25")))
        read = limits.read(VENDORS["openai"].quota())
        ours, hosted.asked = hosted.asked, []
        sdk = openai.OpenAI(api_key="unused", admin_api_key=KEY, base_url=f"{url}/v1", _strict_response_validation=True)
        projects = sdk.admin.organization.projects
        assert projects.retrieve(PROJECT).status == "active"
        wrote = projects.spend_limit.update(PROJECT, currency="USD", interval="month", threshold_amount=15_025)
        found = projects.spend_limit.retrieve(PROJECT)
    assert list(map(spoken, ours)) == list(map(spoken, hosted.asked))
    assert {asked.headers["authorization"] for asked in ours + hosted.asked} == {f"Bearer {KEY}"}
    assert read.limit == usd("150.25") == found.threshold_amount * CENT == wrote.threshold_amount * CENT
    assert (read.as_of, read.spent, read.resets) == (NOW, None, DECEMBER)


def test_claudes_own_sdk_asks_as_we_ask_and_reads_the_same_bytes_to_the_same_limit() -> None:
    hosted = VENDORS["claude"].holding(10_000)
    hosted.members[USER].spent = Decimal("12050.5")
    with opened("claude", hosted) as (limits, url):
        limits.write(VENDORS["claude"].quota(), Wanted(usd("150.25")))
        read = limits.read(VENDORS["claude"].quota())
        ours, hosted.asked = hosted.asked, []
        sdk = anthropic.Anthropic(api_key=KEY, base_url=url, _strict_response_validation=True).beta.organization.spend_limits
        wrote = sdk.set(amount="15025", scope={"type": "user", "user_id": USER}, period="monthly")
        (row,) = sdk.effective.list(user_ids=[USER], period=["monthly"])
    assert list(map(spoken, ours)) == list(map(spoken, hosted.asked))
    for name in ("authorization", "anthropic-version"):
        assert {asked.headers[name] for asked in ours} == {asked.headers[name] for asked in hosted.asked}
    assert read.limit == usd("150.25") == int(row.amount or "") * CENT == int(wrote.amount or "") * CENT
    assert read.spent == usd("120.505") == usd(row.period_to_date_spend) // 100


def test_openrouters_own_sdk_asks_as_we_ask_and_reads_the_same_bytes_to_the_same_limit() -> None:
    hosted = Hosted(keys={HASH: key(HASH, 100, usage_monthly=12.3456789, byok_usage_monthly=1)})
    with opened("openrouter", hosted) as (limits, url):
        limits.write(VENDORS["openrouter"].quota(), Wanted(usd("150.25")))
        read = limits.read(VENDORS["openrouter"].quota())
        ours, hosted.asked = hosted.asked[1:], []
        sdk = OpenRouter(api_key=KEY, server_url=f"{url}/api/v1").api_keys
        wrote = sdk.update(hash=HASH, limit=150.25)
        found = sdk.get(hash=HASH)
    assert list(map(spoken, ours)) == list(map(spoken, hosted.asked))
    assert {asked.headers["authorization"] for asked in ours + hosted.asked} == {f"Bearer {KEY}"}
    assert read.limit == usd("150.25") == usd(str(found.data.limit)) == usd(str(wrote.data.limit))
    assert (read.spent, read.resets) == (usd("12.3456789"), DECEMBER)


def test_what_a_key_of_openrouter_spends_elsewhere_counts_where_its_limit_says_so() -> None:
    said = {"usage_daily": 2, "byok_usage_daily": 0.5, "include_byok_in_limit": True, "limit_reset": "daily"}
    with opened("openrouter", Hosted(keys={HASH: key(HASH, 100, **said)})) as (limits, _):
        read = limits.read(VENDORS["openrouter"].quota(period=Period.DAY))
    assert (read.spent, read.resets) == (usd("2.5"), datetime(2026, 11, 27, tzinfo=UTC))


def test_a_member_who_has_a_limit_from_a_seat_tier_gets_one_of_their_own_and_keeps_it() -> None:
    quota, hosted = VENDORS["claude"].quota(), VENDORS["claude"].holding(10_000)
    with opened("claude", hosted) as (limits, _):
        assert limits.read(quota).limit == usd(100)
        limits.write(quota, Wanted(usd(100), (Lift("O-1", usd(50)),)))
        assert limits.read(quota).limit == usd(150)
        limits.write(quota, Wanted(usd(100)))
    assert hosted.members[USER].own == {"monthly": 10_000}


def test_a_spend_that_claude_cannot_tell_is_not_taken_for_none() -> None:
    with opened("claude", VENDORS["claude"].holding(10_000)) as (limits, _):
        assert limits.read(VENDORS["claude"].quota()).spent is None


def test_a_place_without_a_limit_reads_none(vendor: Vendor) -> None:
    with opened(vendor.name, vendor.holding(None)) as (limits, _):
        assert limits.read(vendor.quota()).limit is None


def test_every_limit_of_whole_cents_is_read_back_as_it_was_written(vendor: Vendor) -> None:
    quota = vendor.quota()
    with opened(vendor.name, vendor.holding(1)) as (limits, _):

        @given(st.integers(CENT, LARGEST) | st.integers(LARGEST - 3 * CENT, LARGEST))
        def round_trips(amount: int) -> None:
            limits.write(quota, Wanted(amount))
            assert limits.read(quota).limit == limits.traits(quota).whole(amount) == amount // CENT * CENT

        round_trips()


def test_a_limit_of_nothing_stops_everything_or_is_refused_and_never_means_no_limit(vendor: Vendor) -> None:
    with opened(vendor.name, vendor.holding(10_000)) as (limits, _):
        if vendor.name == "openai":
            with pytest.raises(Rejected, match=r"OpenAI takes no limit below \$0.01: archive project proj_1 to stop it"):
                limits.write(vendor.quota(), Wanted(0))
            assert limits.read(vendor.quota()).limit == usd(100)
        else:
            limits.write(vendor.quota(), Wanted(0))
            assert limits.read(vendor.quota()).limit == 0


def test_only_the_limit_of_a_key_is_written() -> None:
    hosted = VENDORS["openrouter"].holding(10_000)
    before = dict(hosted.keys[HASH])
    with opened("openrouter", hosted) as (limits, _):
        limits.write(VENDORS["openrouter"].quota(), Wanted(usd(150)))
    assert hosted.keys[HASH] == {**before, "limit": 150}


def test_a_place_that_is_not_there_is_named_with_what_to_do_and_nothing_is_made_in_its_stead(vendor: Vendor) -> None:
    hosted, quota = vendor.holding(10_000), vendor.quota(value="elsewhere")
    with opened(vendor.name, hosted) as (limits, _):
        with pytest.raises(Rejected, match=r"has no .*; make it there, or correct the store of platform/search in app\.yaml"):
            limits.write(quota, Wanted(usd(100)))
        if vendor.name == "claude":  # it lists those whom it knows, so a stranger is one without a limit
            assert limits.read(quota).limit is None
        else:
            with pytest.raises(Rejected, match=r"has no .*; make it there, or correct the store of platform/search in app\.yaml"):
                limits.read(quota)
    assert [len(known) for known in (hosted.projects, hosted.members, hosted.keys)].count(1) == 1


def test_an_archived_project_is_refused() -> None:
    hosted = Hosted(projects={PROJECT: 10_000}, archived={PROJECT})
    with (
        opened("openai", hosted) as (limits, _),
        pytest.raises(Rejected, match="project proj_1 is archived; correct the store of platform/search"),
    ):
        limits.write(VENDORS["openai"].quota(), Wanted(usd(100)))
    assert not hosted.writes()


@pytest.mark.parametrize(("reset", "said"), [(None, "never resets"), ("daily", "resets daily")])
def test_a_key_whose_limit_resets_at_another_pace_than_the_quota_is_refused(reset: str | None, said: str) -> None:
    hosted = Hosted(keys={HASH: key(HASH, 100, limit_reset=reset)})
    with opened("openrouter", hosted) as (limits, _):
        for ask in (
            lambda: limits.read(VENDORS["openrouter"].quota()),
            lambda: limits.write(VENDORS["openrouter"].quota(), Wanted(1)),
        ):
            with pytest.raises(Rejected, match=f"the limit of the key of search {said}, the quota monthly: make them alike"):
                ask()
    assert not hosted.writes()


@pytest.mark.parametrize("changes", [{"unit": Unit.TOKENS}, {"period": Period.QUARTER}])
def test_a_quota_that_a_vendor_cannot_hold_is_refused_before_anything_is_asked(vendor: Vendor, changes: dict[str, Any]) -> None:
    hosted = vendor.holding(10_000)
    with opened(vendor.name, hosted) as (limits, _):
        for ask in (lambda: limits.read(vendor.quota(**changes)), lambda: limits.write(vendor.quota(**changes), Wanted(CENT))):
            with pytest.raises(Rejected, match=r"has no limits .* enforce search elsewhere"):
                ask()
    assert not hosted.asked


def test_a_limit_in_another_currency_is_refused() -> None:
    hosted = VENDORS["openai"].holding(10_000)
    hosted.faults.append(Fault(200, body='{"threshold_amount": 100, "currency": "EUR", "interval": "month"}'))
    with opened("openai", hosted) as (limits, _), pytest.raises(Rejected, match="its limits are in 'EUR'"):
        limits.read(VENDORS["openai"].quota())


def test_a_vendor_that_is_busy_or_broken_says_when_to_come_back(vendor: Vendor) -> None:
    for status, after in ((429, "30"), (503, ""), (409, "")):
        hosted = vendor.holding(10_000)
        hosted.faults.append(Fault(status, after))
        with opened(vendor.name, hosted) as (limits, _), pytest.raises(Unavailable, match=str(status)) as caught:
            limits.read(vendor.quota())
        assert caught.value.after == (timedelta(seconds=30) if after else None)


def test_a_key_that_is_refused_is_named_by_its_setting_and_never_shown(vendor: Vendor) -> None:
    hosted = vendor.holding(10_000)
    with opened(vendor.name, hosted, "sk-other-secret") as (limits, _), pytest.raises(Rejected) as caught:
        limits.read(vendor.quota())
    assert f"refuses what {vendor.name.upper()}_KEY asks" in str(caught.value)
    assert "secret" not in str(caught.value) + repr(limits)


def test_a_name_in_a_place_cannot_lead_to_another_path(vendor: Vendor) -> None:
    hosted, quota = vendor.holding(10_000), vendor.quota(value="../../x?y=z")
    with opened(vendor.name, hosted) as (limits, _), pytest.raises(Rejected):
        limits.write(quota, Wanted(usd(1)))
    assert not [asked for asked in hosted.asked if asked.query or asked.path.endswith("/x")]


def wished() -> Hosted:
    hosted = VENDORS["claude"].holding(10_000)
    hosted.wishes = {name: HostedWish(name, USER) for name in ("slir_1", "slir_2", "slir_3")}
    hosted.wishes["slir_2"].status = "denied"
    hosted.most = 1
    return hosted


@contextmanager
def wishing(hosted: Hosted) -> Iterator[tuple[ClaudeWishes, str]]:
    with serve(site("claude", hosted)) as server:
        yield ClaudeWishes(Access(StoreRules(f"{server.url}/"), KEY, "CLAUDE_LIMITS_KEY")), server.url


def test_claudes_own_sdk_finds_and_decides_members_requests_as_we_do() -> None:
    ours, theirs = wished(), wished()
    with wishing(ours) as (wishes, _):
        found = wishes.pending()
        wishes.approve("slir_1", usd("150.25"))
        wishes.deny("slir_3")
        left = [wishes.get(name) for name in ("slir_1", "slir_3", "slir_4")]
    with wishing(theirs) as (_, url):
        sdk = anthropic.Anthropic(api_key=KEY, base_url=url, _strict_response_validation=True)
        requests = sdk.beta.organization.spend_limits.increase_requests
        rows = list(requests.list(status=["pending"], limit=100))
        said = requests.approve("slir_1", amount="15025")
        requests.deny("slir_3")
        after = [requests.retrieve(name).status for name in ("slir_1", "slir_3")]
        with pytest.raises(anthropic.NotFoundError):
            requests.retrieve("slir_4")
    assert list(map(spoken, ours.asked)) == list(map(spoken, theirs.asked))
    assert [(wish.id, wish.email, wish.asked) for wish in found] == [
        (row.id, row.actor.email_address, row.created_at)
        for row in reversed(rows)
        if isinstance(row.actor, BetaSpendLimitUserActor)
    ]
    assert [wish and wish.end for wish in left] == [End.APPROVED, End.DENIED, None]
    assert after == ["approved", "denied"]
    assert said.spend_limit and said.spend_limit.amount == "15025"
    assert ours.members[USER].own == theirs.members[USER].own == {"monthly": 15_025}


def test_a_request_that_somebody_decided_a_moment_before_stays_as_they_did() -> None:
    hosted = wished()
    with wishing(hosted) as (wishes, _):
        wishes.approve("slir_2", usd(150))
        wishes.deny("slir_2")
        wishes.deny("slir_9")
        assert hosted.wishes["slir_2"].status == "denied"
        hosted.faults.append(Fault(400))
        with pytest.raises(Rejected, match="no such luck"):
            wishes.deny("slir_1")


def test_requests_whose_pages_never_end_are_given_up() -> None:
    hosted = wished()
    row = '{"id": "a", "actor": {"user_id": "u"}, "created_at": "2026-11-01T00:00:00Z", "period": "monthly", "status": "pending"}'
    hosted.faults.extend(Fault(200, body=f'{{"data": [{row}], "next_page": "page_{n}"}}') for n in range(101))
    with wishing(hosted) as (wishes, _), pytest.raises(Rejected, match="never end"):
        wishes.pending()
