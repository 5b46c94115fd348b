"""A correction books what is different and leaves the original alone; the last one alone holds, and each is in the record."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.memory import Memory
from workflows.audit import broken
from workflows.cases import Term
from workflows.correcting import BACK, Corrected, correct, unlike
from workflows.corrections import Correction, Fault, Faulty, plain, subject, value
from workflows.metering import MOST, Recorded, record
from workflows.money import Unit, usd
from workflows.overrides import Override
from workflows.people import PersonId
from workflows.policy import Organization, Policy
from workflows.pricing import Price
from workflows.quotas import Quota
from workflows.spend import NOTHING, Costed, CostSource, Sums, Tokens, Usage
from workflows.times import Period, Window, window_at

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SEARCH, RETRIEVAL, CHAT, MOBILE = "platform/search", "platform/search/retrieval", "platform/search/chat", "platform/mobile"
ZONE = "Europe/Berlin"
QUOTAS = (
    Quota("search", SEARCH, usd(100), channel="C1"),
    Quota("search tokens", SEARCH, 10**9, unit=Unit.TOKENS, period=Period.DAY),
    Quota("search opus", SEARCH, usd(50), models=("opus",), period=Period.WEEK),
    Quota("retrieval", RETRIEVAL, 900, unit=Unit.REQUESTS),
    Quota("chat", CHAT, usd(100)),
    Quota("mobile", MOBILE, usd(100)),
    Quota("all", "platform", usd(1_000), period=Period.QUARTER),
)
POLICY = Policy(Organization("Acme", ZONE), QUOTAS, fallback_price=Price(9_000, 0, 0, 0))
LIST = {"opus": Price(5_000_000, 25_000_000, 500_000, 6_250_000), "mini": Price(250_000, 2_000_000, 25_000, 250_000)}
MONTH = window_at(Period.MONTH, ZONE, NOW)


def call(key: object, cost: int | None = usd(5), at: datetime = NOW, **said: Any) -> Usage:
    usage = Usage(str(key).encode(), at, SEARCH, "mini", Tokens(1_000, 200, 30, 4), cost, user="ada", latency=700)
    return usage._replace(**said)


def correction(key: str, of: str = "1", **said: Any) -> Correction:
    return Correction(key.encode(), (of.encode(),), key, "finance", "billed twice", **said)


def count(memory: Memory, *usages: Usage, policy: Policy = POLICY) -> Recorded:
    return record(usages, policy=policy, prices=LIST, units=memory.units, now=NOW)


def put_right(memory: Memory, *corrections: Correction, policy: Policy = POLICY, now: datetime = NOW) -> Corrected:
    return correct(corrections, policy=policy, prices=LIST, units=memory.units, now=now)


def fault(memory: Memory, one: Correction, **said: Any) -> Faulty | None:
    return put_right(memory, one, **said).faulty.get(one.key)


def spent(memory: Memory, quota: str = "search", window: Window = MONTH) -> int:
    with memory.reads() as unit:
        return unit.meter.spent(quota, window)


def event(memory: Memory, key: str = "1") -> Costed:
    return memory.data.kept.events[key.encode()][0]


def counters(memory: Memory) -> dict[tuple[str, Window], int]:
    return {key: amount for key, (amount, _) in memory.data.kept.counters.items() if amount}


def days(memory: Memory) -> dict[tuple[str, date], int]:
    return {key: amount for key, amount in memory.data.kept.days.items() if amount}


def sums(memory: Memory) -> dict[tuple[object, ...], Sums]:
    """Daily sums, whatever the approval."""
    found: dict[tuple[object, ...], Sums] = {}
    for (day, series), amounts in memory.data.kept.slices.items():
        key = day, *series[:-1]
        found[key] = found.get(key, NOTHING).plus(amounts)
    return {key: amounts for key, amounts in found.items() if amounts != NOTHING}


# What one does.


def test_a_void_takes_everything_back_and_leaves_the_original_as_it_came() -> None:
    memory = Memory()
    count(memory, call(1), call(2))
    before = event(memory)
    done = put_right(memory, correction("c1", void=True))
    assert (done.new, done.known, done.faulty) == (frozenset({b"c1"}), frozenset(), {})
    assert spent(memory) == usd(5)
    assert event(memory) == before
    assert sums(memory) == sums(counted(call(2)))


def counted(*usages: Usage) -> Memory:
    memory = Memory()
    count(memory, *usages)
    return memory


def test_other_values_count_in_place_of_the_original_s() -> None:
    memory = counted(call(1), call(2))
    put_right(memory, correction("c1", numbers={"input": 400, "requests": 3, "latency": 90}, cost=usd(2)))
    expected = counted(call(1, usd(2), tokens=Tokens(400, 200, 30, 4), requests=3, latency=90), call(2))
    assert (counters(memory), days(memory), sums(memory)) == (counters(expected), days(expected), sums(expected))


def test_what_happened_elsewhere_than_was_said_moves_there() -> None:
    memory = counted(call(1))
    put_right(memory, correction("c1", words={"scope": MOBILE, "model": "opus", "user": "bob"}))
    expected = counted(call(1, scope=MOBILE, model="opus", user="bob"))
    assert (counters(memory), days(memory), sums(memory)) == (counters(expected), days(expected), sums(expected))


def test_another_person_or_nothing_else_moves_no_sum_and_both_are_booked() -> None:
    memory = counted(call(1))
    put_right(memory, correction("c1", words={"user": "bob"}))
    assert sums(memory) == sums(counted(call(1)))
    booked = {usage.user: cost for (usage, cost, _), _ in memory.data.kept.events.values() if usage.key != b"1"}
    assert booked == {"ada": -usd(5), "bob": usd(5)}


@pytest.mark.parametrize(
    ("said", "words", "scope"),
    [
        ({"scope": RETRIEVAL, "use_case": "retrieval"}, {"use_case": "Chat"}, CHAT),
        ({"scope": RETRIEVAL, "use_case": "retrieval"}, {"use_case": "other"}, SEARCH),
        ({"scope": RETRIEVAL, "use_case": "retrieval"}, {"scope": MOBILE}, MOBILE),
        ({"scope": RETRIEVAL, "use_case": "retrieval"}, {"scope": SEARCH, "use_case": "chat"}, CHAT),
        ({"scope": SEARCH}, {"use_case": "chat"}, CHAT),
        ({"scope": RETRIEVAL}, {"use_case": "chat"}, RETRIEVAL),
        ({"scope": RETRIEVAL, "use_case": "retrieval"}, {"team": "x"}, RETRIEVAL),
        ({"scope": "platform/gone"}, {"use_case": "chat"}, "platform/gone"),
    ],
)
def test_a_corrected_use_case_counts_where_attribution_would_have_put_it(
    said: dict[str, str], words: dict[str, str], scope: str
) -> None:
    memory = counted(call(1, **said))
    put_right(memory, correction("c1", words=words))
    (entry,) = chain(memory)
    assert entry.after["now"]["scope"] == scope  # type: ignore[index]


@pytest.mark.parametrize(
    ("own", "said", "cost"),
    [
        (usd(5), {"numbers": {"input": 9}}, usd(5)),  # what the sender says it cost stays
        (None, {"numbers": {"input": 0, "output": 0, "cache_read": 0, "cache_write": 0}}, 0),
        (None, {"words": {"model": "opus"}}, 10_040_000),
        (None, {"words": {"model": "who-knows"}}, 9_000),
        (None, {"words": {"user": "bob"}}, 651_750),  # nothing that has a price
        (None, {"numbers": {"latency": 5}}, 651_750),
        (None, {"cost": 7}, 7),
    ],
)
def test_what_is_priced_by_us_is_priced_again_when_something_changes_that_a_price_depends_on(
    own: int | None, said: dict[str, Any], cost: int
) -> None:
    memory = counted(call(1, own))
    put_right(memory, correction("c1", **said))
    assert spent(memory) == cost


def test_prices_that_changed_since_change_no_event_that_is_corrected_in_another_way() -> None:
    memory = counted(call(1, None))
    dearer = {"mini": Price(10**9, 10**9, 0, 0)}
    correct([correction("c1", words={"team": "x"})], policy=POLICY, prices=dearer, units=memory.units, now=NOW)
    assert spent(memory) == 651_750


def test_a_correction_counts_in_the_period_and_under_the_approval_of_its_original() -> None:
    memory, last_month = Memory(), NOW - 30 * DAY
    starts, ends = last_month - DAY, last_month + DAY
    made = ("O1", "R1", "search", usd(50), Unit.USD, PersonId("U1"), Term(span=2 * DAY), starts, starts)
    memory.data.overrides["O1"] = Override(*made, starts=starts, ends=ends)
    count(memory, call(0, usd(100), last_month), call(1, usd(20), last_month), call(2, usd(7)))
    assert memory.data.kept.events[b"1"][1].approval == "O1"
    put_right(memory, correction("c1", cost=usd(15)), now=NOW)
    october = window_at(Period.MONTH, ZONE, last_month)
    assert (spent(memory), spent(memory, window=october)) == (usd(7), usd(115))
    assert memory.data.kept.events[b"c1"][1].approval == "O1"
    assert memory.data.kept.events[b"c1"][0].usage.at == last_month


def test_counters_as_they_are_since_come_back_for_whoever_keeps_them_in_memory() -> None:
    memory = counted(call(1), call(2))
    done = put_right(memory, correction("c1", void=True), correction("c2", "2", void=True))
    found = {counter.quota: (counter.spent, counter.version) for counter in done.counters}
    assert found == {"search": (0, 3), "search tokens": (0, 3), "all": (0, 3)}


# Levels and warnings.


def told(memory: Memory) -> set[int]:
    return {notice.crossing.percent for notice, _ in memory.data.kept.notices.values() if notice.quota == "search"}


def test_a_level_may_fall_and_what_was_told_stays_told() -> None:
    memory = counted(call(1, usd(75)), call(2, usd(20)))
    assert told(memory) == {70, 90}
    warnings = dict(memory.data.outbox)
    put_right(memory, correction("c1", void=True))
    assert (spent(memory), told(memory), memory.data.outbox) == (usd(20), {70, 90}, warnings)
    count(memory, call(3, usd(75)))
    assert (spent(memory), memory.data.outbox.keys()) == (usd(95), warnings.keys()), "no threshold is told twice"


def test_a_correction_that_reaches_a_threshold_warns_like_any_other_spend_and_only_in_a_window_that_runs() -> None:
    memory = counted(call(1), call(2, at=NOW - 30 * DAY))
    put_right(memory, correction("c1", cost=usd(71)), correction("c2", "2", cost=usd(95)))
    assert told(memory) == {70}


# What is refused, and who is told what.


def test_what_was_never_counted_cannot_be_corrected() -> None:
    assert fault(counted(call(1)), correction("c1", "nobody", void=True)) == Faulty(Fault.UNKNOWN)


def test_an_original_is_found_for_more_than_a_year_and_not_for_ever() -> None:
    memory = counted(call(1))
    assert fault(memory, correction("c1", void=True), now=NOW + BACK) is None
    assert fault(memory, correction("c2", "c1"), now=NOW + BACK + 2 * DAY) == Faulty(Fault.UNKNOWN)


def test_of_two_who_correct_the_same_the_first_wins_and_the_other_is_told_by_whom() -> None:
    memory = counted(call(1))
    done = put_right(memory, correction("c1", cost=usd(3)), correction("c2", cost=usd(4)))
    assert (done.new, done.faulty) == (frozenset({b"c1"}), {b"c2": Faulty(Fault.OVERTAKEN, instead="c1")})
    assert spent(memory) == usd(3)


def test_a_correction_that_changes_nothing_is_refused() -> None:
    memory = counted(call(1))
    assert fault(memory, correction("c1")) == Faulty(Fault.SAME)
    assert fault(memory, correction("c2", cost=usd(5))) == Faulty(Fault.SAME)
    assert fault(memory, correction("c3", void=True)) is None
    assert fault(memory, correction("c4", "c3", void=True)) == Faulty(Fault.SAME)
    assert len(chain(memory)) == 1


def test_what_would_cost_more_than_any_call_is_refused_with_what_it_came_to() -> None:
    memory = counted(call(1, None, model="opus"))
    assert fault(memory, correction("c1", numbers={"output": 10**12})) == Faulty(Fault.ABSURD, cost=usd(25_000_000) + 5_040_000)
    assert usd(25_000_000) > MOST


def test_a_quota_that_is_newer_than_an_event_gives_nothing_of_it_back() -> None:
    memory = counted(call(1, at=NOW - DAY))
    grown = replace(POLICY, quotas=(*QUOTAS, Quota("new", SEARCH, usd(10))))
    count(memory, call(2, usd(2)), policy=grown)
    put_right(memory, correction("c1", void=True), policy=grown)
    assert (spent(memory), spent(memory, "new")) == (usd(2), usd(2))


# Corrections of corrections.


def test_the_last_one_alone_holds_and_says_what_the_original_should_be() -> None:
    memory = counted(call(1))
    put_right(memory, correction("c1", words={"model": "opus"}, cost=usd(3)))
    put_right(memory, correction("c2", "c1", numbers={"input": 7}))
    expected = counted(call(1, tokens=Tokens(7, 200, 30, 4)))
    assert (counters(memory), sums(memory)) == (counters(expected), sums(expected))


def test_one_that_names_nothing_takes_the_one_before_back() -> None:
    memory = counted(call(1))
    put_right(memory, correction("c1", void=True), correction("c2", "c1"))
    assert (counters(memory), sums(memory)) == (counters(counted(call(1))), sums(counted(call(1))))


def test_an_older_correction_cannot_be_corrected_any_more() -> None:
    memory = counted(call(1))
    put_right(memory, correction("c1", void=True), correction("c2", "c1"))
    for name, of in (("c3", "c1"), ("c4", "1")):
        assert fault(memory, correction(name, of, void=True)) == Faulty(Fault.OVERTAKEN, instead="c2")


# The record.


def chain(memory: Memory, key: str = "1") -> list[Any]:
    with memory.reads() as unit:
        return unit.record.chain(subject(key.encode()))


def test_the_record_says_who_what_when_and_why() -> None:
    memory = counted(call(1))
    put_right(memory, correction("c1", void=True))
    put_right(memory, replace(correction("c2", "c1", cost=usd(2)), by="ops", reason="it was real"), now=NOW + DAY)
    first, second = chain(memory)
    assert (first.by, first.did, first.at, first.after["reason"], first.after["name"]) == (
        "finance",
        "voided",
        NOW,
        "billed twice",
        "c1",
    )
    assert (first.after["before"]["cost"], first.after["now"]) == (usd(5), None)
    assert (second.by, second.did, second.at, second.after["reason"]) == ("ops", "corrected", NOW + DAY, "it was real")
    assert (second.after["before"], second.after["now"]["cost"]) == (None, usd(2))
    assert not broken([first, second])


def test_what_was_refused_or_sent_again_is_no_entry() -> None:
    memory = counted(call(1))
    put_right(memory, correction("c1", void=True))
    again = put_right(memory, correction("c1", void=True), correction("c1", cost=1), correction("c9", "nobody"))
    assert (again.new, again.known, set(again.faulty)) == (frozenset(), frozenset({b"c1"}), {b"c9"})
    assert len(chain(memory)) == 1


def wrong(memory: Memory) -> list[str]:
    with memory.reads() as unit:
        events = [name for name in unit.record.subjects() if name.startswith("event:")]
        return [said for name in events if (said := unlike(unit, unit.record.chain(name)))]


def test_what_is_booked_beside_the_record_is_found() -> None:
    memory = counted(call(1))
    put_right(memory, correction("c1", cost=usd(2)))
    assert wrong(memory) == []
    kept = memory.data.kept
    at, of, made = kept.corrections[b"c1"]
    kept.corrections[b"c1"] = at, of, made._replace(sums=made.sums._replace(cost=-1))
    assert wrong(memory) == [f"event:{b'1'.hex()}: what is booked is not what entry 1 says"]
    kept.seen.clear()
    assert wrong(memory) == [f"event:{b'1'.hex()}: the record knows it, and it is not stored any more"]


values = st.builds(
    call,
    key=st.just(1),
    cost=st.none() | st.integers(0, usd(9)),
    scope=st.sampled_from([SEARCH, RETRIEVAL, CHAT, MOBILE, "platform"]),
    model=st.sampled_from(["mini", "opus", "who-knows"]),
    tokens=st.builds(Tokens, *[st.integers(0, 10**6)] * 4),
    latency=st.none() | st.integers(0, 10**5),
    ended=st.sampled_from(["", "ok", "refused"]),
)


@given(values)
def test_a_value_comes_back_from_the_record(usage: Usage) -> None:
    costed = event(counted(usage))
    assert value(event(counted(call(1, at=usage.at))), plain(costed)) == costed
    assert value(costed, plain(None)) is None


# Any sequence of corrections.

changes: st.SearchStrategy[Mapping[str, Any]] = st.one_of(
    st.just({"void": True}),
    st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "cost": st.integers(0, usd(9)),
            "words": st.fixed_dictionaries(
                {},
                optional={
                    "scope": st.sampled_from([SEARCH, RETRIEVAL, MOBILE, "platform"]),
                    "model": st.sampled_from(["mini", "opus", "who-knows"]),
                    "user": st.sampled_from(["ada", "bob"]),
                    "use_case": st.sampled_from(["", "chat", "Retrieval"]),
                    "team": st.sampled_from(["", "x"]),
                    "ended": st.sampled_from(["", "ok"]),
                },
            ),
            "numbers": st.fixed_dictionaries(
                {},
                optional={name: st.integers(0, 10**4) for name in ("input", "output", "cache_read", "requests", "latency")},
            ),
        },
    ),
)
originals = st.lists(
    st.builds(
        call,
        key=st.just(0),
        cost=st.none() | st.integers(0, usd(9)),
        at=st.integers(0, 24 * 50).map(lambda hours: NOW - timedelta(hours=hours)),
        scope=st.sampled_from([SEARCH, RETRIEVAL, MOBILE]),
        model=st.sampled_from(["mini", "opus"]),
        latency=st.none() | st.integers(0, 900),
    ),
    min_size=1,
    max_size=4,
).map(lambda usages: [usage._replace(key=str(n).encode()) for n, usage in enumerate(usages)])
stories = st.lists(st.tuples(st.integers(0, 3), changes), max_size=12)


def finals(memory: Memory, usages: Iterable[Usage]) -> list[Usage]:
    """What the record says that every event is, as usage to be counted anew."""
    found = []
    for usage in usages:
        entries = chain(memory, usage.key.decode())
        original = event(memory, usage.key.decode())
        now = value(original, entries[-1].after["now"]) if entries else original
        if now is not None:
            own = now.cost if now.source is CostSource.REPORTED else None
            found.append(now.usage._replace(cost=own))
    return found


@given(originals, stories)
def test_after_any_corrections_counters_are_the_sum_of_the_final_values_and_replays_change_nothing(
    usages: list[Usage], story: list[tuple[int, Mapping[str, Any]]]
) -> None:
    memory, sent, holds = Memory(), list[Correction](), {n: str(n) for n in range(len(usages))}
    count(memory, *usages)
    for number, (pick, said) in enumerate(story):
        which = pick % len(usages)
        one = correction(f"c{number}", holds[which], **said)
        sent.append(one)
        if one.key in put_right(memory, one).new:
            holds[which] = one.name
    expected = Memory()
    count(expected, *finals(memory, usages))
    assert (counters(memory), days(memory), sums(memory)) == (counters(expected), days(expected), sums(expected))
    assert wrong(memory) == []
    assert all(not broken(chain(memory, str(n))) for n in range(len(usages)))
    before = memory.data.copy()
    again = put_right(memory, *sent)
    assert not again.new
    assert memory.data == before


@given(originals, st.lists(changes, min_size=2, max_size=6))
def test_the_net_effect_of_many_is_that_of_the_last(usages: list[Usage], story: list[Mapping[str, Any]]) -> None:
    many, one = Memory(), Memory()
    for memory in (many, one):
        count(memory, *usages)
    holds = "0"
    for number, said in enumerate(story):
        if not fault(many, correction(f"c{number}", holds, **said)):
            holds = f"c{number}"
    put_right(one, correction("only", "0", **story[-1]))
    assert (counters(many), days(many), sums(many)) == (counters(one), days(one), sums(one))
