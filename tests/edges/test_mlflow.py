"""MLflow's gateway as a quota store: real calls through the real server, and the arithmetic of its two policies without one."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.limits.amounts import dollars
from bot.limits.asking import Access
from bot.limits.mlflow import GRAIN, OUT_OF_STEP, MLflowLimits, limit_of, marks_of
from tests.edges.models import Vendor, vendor
from tests.fakes.directory import FakeDirectory
from tests.fakes.memory import Memory
from tests.mlflow import Endpoint, Gateway
from workflows import enforcing
from workflows.holdings import Holding
from workflows.keeping import Kit
from workflows.limits import Lift, Place, StoreRules, Wanted
from workflows.money import LARGEST, Unit, usd
from workflows.policy import Organization, Policy
from workflows.ports import Rejected, Unavailable
from workflows.quotas import Amount, Quota, Thresholds
from workflows.times import Period

TOKENS = 1_000_000  # of a call's input: gpt-4o-mini's million costs $0.15
QUOTA = Quota("search", "platform/search", usd(1), thresholds=Thresholds((), 80, 100))
AN_OVERRIDE = Lift("O-1", usd("0.50"))


@pytest.fixture(scope="module")
def models() -> Iterator[Vendor]:
    with vendor(tokens=TOKENS) as made:
        yield made


@pytest.fixture
def endpoint(mlflow: Gateway, models: Vendor) -> Endpoint:
    return mlflow.endpoint(models.url)


def limits_of(url: str, key: str = "") -> MLflowLimits:
    return MLflowLimits(Access(StoreRules(f"{url}/", timedelta(minutes=10)), key, "MLFLOW_API_KEY"), SystemClock())


@pytest.fixture
def limits(mlflow: Gateway) -> MLflowLimits:
    return limits_of(mlflow.url)


def placed(quota: Quota = QUOTA, **policies: str) -> Quota:
    return replace(quota, place=Place("mlflow", tuple(sorted(policies.items()))))


@pytest.fixture
def both(endpoint: Endpoint) -> Quota:
    """A quota of $1 whose policies were made for $0.10."""
    return placed(alert=endpoint.policy("ALERT", 0.08), reject=endpoint.policy("REJECT", 0.10))


def name_of(quota: Quota, part: str) -> str:
    assert quota.place
    return dict(quota.place.parts)[part]


def test_a_call_is_denied_and_the_next_one_passes_when_the_limit_rises_and_is_denied_again_when_it_ends(
    both: Quota, endpoint: Endpoint, limits: MLflowLimits, capsys: pytest.CaptureFixture[str]
) -> None:
    limits.write(both, Wanted(usd("0.30")))
    assert [endpoint.chat() for _ in range(3)] == [200, 200, 429]
    began = time.monotonic()
    limits.write(both, Wanted(usd("0.30"), (AN_OVERRIDE,)))
    wrote = time.monotonic()
    assert limits.read(both).limit == usd("0.80")
    assert endpoint.chat() == 200
    passed = time.monotonic()
    limits.write(both, Wanted(usd("0.30")))
    assert (limits.read(both).limit, endpoint.chat()) == (usd("0.30"), 429)
    with capsys.disabled():
        print(f"\nMLflow: written in {wrote - began:.2f} s, read back and the next call through in {passed - wrote:.2f} s")


def test_both_policies_rise_and_fall_with_the_limit(both: Quota, mlflow: Gateway, limits: MLflowLimits) -> None:
    quota = replace(both, thresholds=Thresholds((50,), Amount(usd("0.90")), 120))
    limits.write(quota, Wanted(usd(1), (AN_OVERRIDE,)))
    policies = {part: mlflow.policy(name_of(quota, part)) for part in ("alert", "reject")}
    assert {part: policy["budget_amount"] for part, policy in policies.items()} == {"alert": 1.4, "reject": 1.8}
    signed = {part: policy["last_updated_by"] for part, policy in policies.items()}
    assert signed == {"alert": "leeway 1.4 O-1", "reject": "leeway 1.8 O-1"}
    limits.write(quota, Wanted(usd(1)))
    assert mlflow.policy(name_of(quota, "alert"))["budget_amount"] == 0.9
    assert limits.read(quota).limit == usd(1)


@pytest.mark.parametrize(("part", "action", "mark"), [("reject", "REJECT", 1.5), ("alert", "ALERT", 1.2)])
def test_one_policy_is_enough(part: str, action: str, mark: float, endpoint: Endpoint, limits: MLflowLimits) -> None:
    quota = placed(**{part: endpoint.policy(action, 0.1)})
    limits.write(quota, Wanted(usd(1), (AN_OVERRIDE,)))
    assert limits.read(quota).limit == usd("1.50")
    assert endpoint.gateway.policy(name_of(quota, part))["budget_amount"] == mark


def test_what_was_spent_and_when_it_begins_anew_is_told(both: Quota, endpoint: Endpoint, limits: MLflowLimits) -> None:
    assert endpoint.chat() == 200
    read = limits.read(both)
    assert read.spent is not None and usd("0.15") <= read.spent < usd("0.16")
    assert read.resets and (read.resets.day, read.resets.time()) == (1, datetime.min.time())
    assert timedelta() < read.resets - datetime.now(UTC) <= timedelta(days=31)


@pytest.mark.parametrize(("part", "moved", "meant"), [("alert", 1.6, 2), ("reject", 5, 5)])
def test_a_policy_that_somebody_moved_alone_says_the_limit_they_meant_and_that_all_is_not_well(
    part: str, moved: float, meant: int, both: Quota, mlflow: Gateway, limits: MLflowLimits
) -> None:
    limits.write(both, Wanted(usd(1), (AN_OVERRIDE,)))
    assert limits.read(both).names == {"O-1"}
    mlflow.set(name_of(both, part), moved)
    read = limits.read(both)
    assert (read.limit, read.names) == (usd(meant), OUT_OF_STEP)
    limits.write(both, Wanted(usd(1)))
    assert (limits.read(both).limit, limits.read(both).names) == (usd(1), frozenset())


def test_policies_of_which_we_wrote_only_one_before_we_were_stopped_do_not_read_as_if_all_were_well(
    both: Quota, mlflow: Gateway, limits: MLflowLimits
) -> None:
    limits.write(both, Wanted(usd(1)))
    before = mlflow.policy(name_of(both, "alert"))
    limits.write(both, Wanted(usd(1), (AN_OVERRIDE,)))
    mlflow.set(name_of(both, "alert"), before["budget_amount"], updated_by=before["last_updated_by"])
    read = limits.read(both)
    assert (read.limit, read.names) == (usd("1.50"), OUT_OF_STEP)


def test_policies_that_we_never_wrote_and_that_do_not_fit_say_what_is_enforced(
    both: Quota, mlflow: Gateway, limits: MLflowLimits
) -> None:
    mlflow.set(name_of(both, "alert"), 0.01)
    read = limits.read(both)
    assert (read.limit, read.names) == (usd("0.10"), OUT_OF_STEP)


def test_more_overrides_than_there_is_room_for_are_not_told_rather_than_told_wrongly(both: Quota, limits: MLflowLimits) -> None:
    many = tuple(Lift(f"O-{n:010}", usd("0.01")) for n in range(40))
    limits.write(both, Wanted(usd(1), many))
    read = limits.read(both)
    assert (read.limit, read.names) == (usd("1.40"), None)


def test_policies_that_somebody_moved_together_are_another_limit(both: Quota, mlflow: Gateway, limits: MLflowLimits) -> None:
    mlflow.set(name_of(both, "alert"), 1.6)
    mlflow.set(name_of(both, "reject"), 2)
    assert limits.read(both).limit == usd(2)


def test_a_limit_of_nothing_stops_every_call(both: Quota, endpoint: Endpoint, limits: MLflowLimits) -> None:
    limits.write(both, Wanted(0))
    assert (limits.read(both).limit, endpoint.chat(), endpoint.chat()) == (0, 429, 429)


def test_a_policy_that_is_not_there_is_refused_and_none_is_made(both: Quota, limits: MLflowLimits) -> None:
    quota = placed(alert=name_of(both, "alert"), reject="bp-none")
    for ask in asks(limits, quota):
        with pytest.raises(Rejected, match="has no policy bp-none to reject; make it there, or correct the store"):
            ask()
    assert limits.read(placed(alert=name_of(both, "alert"))).limit == usd("0.10")


def asks(limits: MLflowLimits, quota: Quota) -> list[Callable[[], object]]:
    return [lambda: limits.read(quota), lambda: limits.write(quota, Wanted(usd(1)))]


def test_policies_that_would_do_something_else_are_refused_and_left_alone(
    endpoint: Endpoint, mlflow: Gateway, models: Vendor
) -> None:
    limits, alert, reject = limits_of(mlflow.url), endpoint.policy("ALERT", 5), endpoint.policy("REJECT", 5)
    daily = endpoint.policy("REJECT", 5, duration={"unit": "DAYS", "value": 1})
    other = mlflow.endpoint(models.url).policy("REJECT", 5)
    refused = {
        "as reject of search, does ALERT: name another": placed(reject=alert),
        "as alert of search, does REJECT: name another": placed(alert=reject),
        "as reject of search, counts 1 DAYS and the quota 1 MONTHS: make them alike": placed(reject=daily),
        "are about different things .*: name two of one": placed(alert=alert, reject=other),
        "MLflow has no limits in tokens": placed(replace(QUOTA, unit=Unit.TOKENS), reject=reject),
    }
    for said, quota in refused.items():
        for ask in asks(limits, quota):
            with pytest.raises(Rejected, match=said):
                ask()
    assert {mlflow.policy(policy)["budget_amount"] for policy in (alert, reject, daily, other)} == {5}


@pytest.mark.parametrize(
    ("period", "duration"), [(Period.DAY, ("DAYS", 1)), (Period.WEEK, ("WEEKS", 1)), (Period.QUARTER, ("MONTHS", 3))]
)
def test_a_quota_may_be_of_any_period(
    period: Period, duration: tuple[str, int], endpoint: Endpoint, limits: MLflowLimits
) -> None:
    unit, value = duration
    quota = placed(replace(QUOTA, period=period), reject=endpoint.policy("REJECT", 1, duration={"unit": unit, "value": value}))
    limits.write(quota, Wanted(usd(2)))
    assert limits.read(quota).limit == usd(2)


def test_a_gateway_that_is_not_there_is_unavailable(both: Quota, mlflow: Gateway) -> None:
    with pytest.raises(Unavailable, match="MLflow did not answer"):
        limits_of("http://127.0.0.1:9").read(both)


def test_every_limit_is_read_back_from_the_server_as_it_was_written(both: Quota, limits: MLflowLimits) -> None:
    @settings(max_examples=20)
    @given(st.integers(0, LARGEST), st.integers(1, 1_000))
    def round_trips(amount: int, hard: int) -> None:
        quota = replace(both, thresholds=Thresholds((), min(80, hard), hard))
        limits.write(quota, Wanted(amount))
        assert limits.read(quota).limit == limits.traits(quota).whole(amount) == amount // GRAIN * GRAIN

    round_trips()


levels = st.one_of(st.integers(1, 1_000), st.integers(0, LARGEST // 4).map(Amount))


@given(
    st.integers(0, LARGEST // GRAIN),
    levels,
    levels,
    st.sets(st.sampled_from(["alert", "reject"]), min_size=1),
    st.integers(0, LARGEST),
)
def test_the_policies_of_a_limit_say_that_limit_however_its_thresholds_are_written(
    cents: int, soft: int | Amount, hard: int | Amount, parts: set[str], base: int
) -> None:
    limit = cents * GRAIN
    quota = replace(QUOTA, limit=min(base, limit), thresholds=Thresholds((), soft, hard))
    marks = marks_of(quota, limit)
    assert limit_of(quota, {part: marks[part] for part in parts}) == limit
    assert all(Decimal(repr(float(dollars(mark)))) == dollars(mark) for mark in marks.values())  # MLflow keeps doubles


@given(st.integers(1, 10**12 // GRAIN), st.integers(-(10**9), 10**9).filter(bool), st.sampled_from(["alert", "reject"]))
def test_two_policies_of_which_one_was_moved_say_no_limit(cents: int, moved: int, part: str) -> None:
    marks = marks_of(QUOTA, cents * GRAIN)
    shifted = {**marks, part: max(0, marks[part] + moved)}
    assert limit_of(QUOTA, shifted) is None or shifted == marks


def enforced(quota: Quota, limits: MLflowLimits) -> Kit:
    """Us before the gateway, with nothing known yet."""
    memory, rules = Memory(), {"mlflow": StoreRules("http://gateway")}
    policy = Policy(Organization("Acme"), (quota,), stores=rules)
    return Kit(policy, SystemClock(), memory.units, memory.reads, FakeDirectory(()), limits)


def known(kit: Kit, quota: Quota) -> Holding:
    with kit.reads() as unit:
        found = unit.holdings.get(quota.key)
    assert found is not None
    return found


def test_a_policy_that_somebody_moved_is_an_edit_and_one_that_we_did_not_get_to_is_put_right_in_silence(
    both: Quota, mlflow: Gateway, limits: MLflowLimits
) -> None:
    limits.write(both, Wanted(usd(1)))
    kit = enforced(both, limits)
    enforcing.sync(kit, both.key)
    stopped = mlflow.policy(name_of(both, "alert"))
    mlflow.set(name_of(both, "alert"), 1.6)
    enforcing.sync(kit, both.key)
    found = known(kit, both)
    assert (found.adopted, found.edited is not None, limits.read(both).limit) == (usd(2), True, usd(2))
    assert mlflow.policy(name_of(both, "reject"))["budget_amount"] == 2
    mlflow.set(name_of(both, "alert"), stopped["budget_amount"], updated_by=stopped["last_updated_by"])
    enforcing.sync(kit, both.key)
    assert (known(kit, both).edited, known(kit, both).adopted) == (found.edited, usd(2))
    assert (mlflow.policy(name_of(both, "alert"))["budget_amount"], limits.read(both).names) == (1.6, frozenset())
