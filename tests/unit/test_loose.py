"""What no rule claims and what has no price is told with its amount and its origin, to whoever sees to it, and never by who."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from tests.fakes.memory import Memory
from workflows import digesting
from workflows.explaining import loose, loose_this_month
from workflows.loose import Loose, Unpriced
from workflows.metering import record
from workflows.money import usd
from workflows.people import PersonId
from workflows.policy import DigestPlan, Organization, Policy
from workflows.pricing import Price
from workflows.quotas import Quota
from workflows.spend import Tokens, Usage
from workflows.times import week_window

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PAT, LIN = PersonId("U0PAT"), PersonId("U0LIN")
STRAY = "platform/unattributed"
QUOTAS = (
    Quota("all", "platform", usd(1_000), channel="C0ALL", owner=PAT),
    Quota("team", "platform/search", usd(100), channel="C0TEAM", owner=LIN),
)
POLICY = Policy(
    Organization("Acme", "Europe/Berlin"), QUOTAS, digest=DigestPlan(leadership="C0TOP"), fallback_price=Price(10**9, 0, 0, 0)
)


def call(key: object, dollars: int | None, at: datetime = NOW, **said: object) -> Usage:
    cost = None if dollars is None else usd(dollars)
    base = Usage(str(key).encode(), at, STRAY, "opus", Tokens(1_000), cost, user="ada@acme.example", source="laptop-of-ada")
    return base._replace(**said)  # type: ignore[arg-type]


def counted(*usages: Usage, policy: Policy = POLICY) -> Memory:
    memory = Memory()
    record(usages, policy=policy, prices={}, units=memory.units, now=NOW)
    return memory


def found(*usages: Usage, policy: Policy = POLICY) -> Loose:
    with counted(*usages, policy=policy).units() as unit:
        return loose_this_month(unit, policy, NOW)


def test_what_no_rule_claims_is_told_with_its_share_of_the_whole_and_where_it_comes_from() -> None:
    ends = found(
        call(1, 3, team="growth", use_case="chat"),
        call(2, 4, NOW - 20 * DAY, use_case="chat"),
        call(3, 5, environment="prod", model="gpt-5"),
        call(4, 6, model="gpt-5"),
        call(5, 6),
        call(6, 76, scope="platform/search", team="search"),
        call(7, 90, NOW - 30 * DAY, team="old"),
    )
    assert (ends.strays.cost, ends.strays.events, ends.whole.cost) == (usd(24), 5, usd(100))
    origins = (("environment", "prod"), ("model", "gpt-5"), ("model", "opus"), ("team", "growth"), ("use_case", "chat"))
    assert (ends.scope, ends.origins, bool(ends)) == (STRAY, origins, True)


def test_a_scope_below_the_unattributed_one_is_part_of_it() -> None:
    assert found(call(1, 3, scope=f"{STRAY}/chat"), call(2, 4, scope=f"{STRAY}-not")).strays.cost == usd(3)


def test_models_without_a_price_are_told_with_what_they_came_to_wherever_they_count() -> None:
    ends = found(
        call(1, None, scope="platform/search", model="who"), call(2, None, model="who"), call(3, None, model="a"), call(4, 9)
    )
    each = usd(1)
    assert ends.unpriced == (Unpriced("a", 1, each), Unpriced("who", 2, 2 * each))
    assert (ends.guessed, ends.free) == (3 * each, False)
    free = replace(POLICY, fallback_price=Price(0, 0, 0, 0))
    assert (found(call(1, None), policy=free).free, found(call(1, None), policy=free).guessed) == (True, 0)


def test_where_everything_is_claimed_and_priced_nothing_is_told() -> None:
    assert not found(call(1, 3, scope="platform/search"))
    assert not found()


def test_nothing_that_is_told_names_the_person_or_their_machine() -> None:
    ends = found(call(1, 3, team="growth"), call(2, None))
    assert "ada" not in repr([getattr(ends, field.name) for field in fields(ends)])


def test_the_owner_is_that_of_the_unattributed_scope_or_else_of_the_whole() -> None:
    own = Quota("stray", STRAY, usd(10), channel="C0STRAY", owner=LIN)
    assert found(call(1, 3)).owner == PAT
    assert found(call(1, 3), policy=replace(POLICY, quotas=(*QUOTAS, own))).owner == LIN
    assert found(call(1, 3), policy=replace(POLICY, quotas=QUOTAS[1:])).owner is None


def test_the_digest_tells_leadership_and_the_channel_that_sees_to_it_of_the_week_and_nobody_else() -> None:
    own = replace(POLICY, quotas=(*QUOTAS, Quota("stray", STRAY, usd(10), channel="C0STRAY")))
    for policy, minding in ((POLICY, "C0ALL"), (own, "C0STRAY")):
        memory = counted(call(1, 3, NOW - 7 * DAY), call(2, 5), policy=policy)
        with memory.units() as unit:
            told = {c: digesting.compute(unit, policy, f"{c}/2026-W47", NOW).loose for c in digesting.channels(policy)}
            week = loose(unit, policy, week_window("2026-W47", "Europe/Berlin"))
        assert week.strays.cost == usd(3)
        assert {channel for channel, ends in told.items() if ends} == {"C0TOP", minding}
        assert told["C0TOP"] == told[minding] == week


def test_a_week_in_which_only_strays_were_counted_is_not_a_quiet_one() -> None:
    policy = replace(POLICY, quotas=QUOTAS[1:], digest=DigestPlan(leadership="C0TOP"))
    memory = counted(call(1, 3, NOW - 7 * DAY), policy=policy)
    with memory.units() as unit:
        assert not digesting.compute(unit, policy, "C0TOP/2026-W47", NOW).quiet
        assert digesting.compute(unit, policy, "C0TEAM/2026-W47", NOW).quiet
