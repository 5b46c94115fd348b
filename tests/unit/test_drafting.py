"""What was asked for stands in the form as it would be typed, and is read as the same; who may ask for others is checked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.cases import Case, Impact, Part, Term
from workflows.drafting import PRESETS, SHORTEST_WHY, Desk, accounts, as_typed, read, retyped
from workflows.money import LARGEST, Unit, parse, usd
from workflows.people import Account, PersonId
from workflows.policy import Organization, People, Policy
from workflows.quotas import Quota, Standing, key_of
from workflows.rules import Data
from workflows.times import Period, window_at

ADA = PersonId("U0ADA")
NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
MONTH = window_at(Period.MONTH, "UTC", NOW)
QUOTAS = tuple(
    Quota(key_of(scope, unit, Period.MONTH), scope, usd(10_000) if unit is Unit.USD else 2_000_000, unit)
    for scope in ("platform", "platform/search", "platform/mobile")
    for unit in (Unit.USD, Unit.TOKENS)
)
ROBOTS = (Account("ci-bot", (ADA,), "platform/search"), Account("other", (PersonId("U0BOB"),), "platform"))
POLICY = Policy(Organization("Acme"), QUOTAS, people=People(accounts=ROBOTS))


def desk(quota: Quota) -> Desk:
    return Desk(POLICY, Standing(quota, MONTH, NOW, 0, quota.limit), NOW, ADA)


words = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=SHORTEST_WHY, max_size=50)
terms = st.sampled_from([*(Term(span=span) for span in PRESETS.values()), Term(until=MONTH.end)]) | st.integers(
    1, 20 * 86_400
).map(lambda seconds: Term(until=NOW + timedelta(seconds=seconds)))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    quota = draw(st.sampled_from([q for q in QUOTAS if q.scope == "platform/search"]))
    others = [q for q in QUOTAS if q.scope in ("platform", "platform/search") and q is not quota]
    parts = draw(st.lists(st.sampled_from(others), max_size=2, unique=True))
    return Case(
        quota=quota.key,
        amount=draw(st.integers(1, quota.limit)),
        unit=quota.unit,
        term=draw(terms),
        justification=draw(words),
        impact=Impact(draw(words), draw(st.integers(0, 10**9)), draw(words)),
        data=draw(st.sampled_from(Data)),
        models=tuple(draw(st.lists(st.sampled_from(["a-*", "b"]), max_size=2, unique=True))),
        ticket=draw(st.sampled_from(["", "https://tickets.acme.example/1"])),
        behalf=draw(st.sampled_from(["", "team", "ci-bot"])),
        also=tuple(Part(other.key, draw(st.integers(1, other.limit)), other.unit) for other in parts),
    )


@given(cases())
def test_a_case_in_its_form_is_read_as_the_same(case: Case) -> None:
    quota = POLICY.quota(case.quota)
    assert quota
    assert read(retyped(case, [MONTH.end], NOW), desk(quota)) == case


@given(st.integers(1, LARGEST), st.sampled_from(Unit))
def test_an_amount_as_typed_is_read_to_the_last_bit(amount: int, unit: Unit) -> None:
    assert parse(as_typed(amount, unit), unit) == amount


@pytest.mark.parametrize(
    ("amount", "typed"),
    [("400", "$400"), ("1234.5", "$1,234.50"), ("0.001", "$0.0010"), ("0.0001", "$0.0001"), ("1000", "$1,000")],
)
def test_an_amount_is_typed_as_people_do(amount: str, typed: str) -> None:
    assert as_typed(usd(amount), Unit.USD) == typed


def test_an_account_can_be_asked_for_by_its_owners_where_it_works() -> None:
    search, mobile, top = (
        next(q for q in QUOTAS if q.scope == scope) for scope in ("platform/search", "platform/mobile", "platform")
    )
    assert accounts(ADA, search, POLICY) == ("ci-bot",)
    assert accounts(ADA, replace(search, scope="platform/search/lab"), POLICY) == ("ci-bot",)
    assert accounts(ADA, mobile, POLICY) == accounts(ADA, top, POLICY) == ()
    assert accounts(PersonId("U0BOB"), mobile, POLICY) == ("other",)
