"""What is given back is what nobody used: never more than was granted, and of several together no more than was left."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_extending import Desk
from tests.unit.test_overrides import ACTIVE
from tests.unit.test_parts import ADA, BOB, NOW, SEARCH
from workflows import returning
from workflows.money import usd
from workflows.overrides import Override, Reason, Status, unspent
from workflows.refusals import Refused, Why

amounts = st.integers(0, 10**15)


@given(st.integers(1, 10**15), amounts, amounts)
def test_never_more_than_the_override_nor_than_is_left(amount: int, limit: int, spent: int) -> None:
    back = unspent(replace(ACTIVE, amount=amount), limit, spent)
    assert 0 <= back <= amount
    assert back <= max(0, limit - spent)


@given(amounts, st.permutations([400, 300, 50, 1_000]), st.integers(0, 3_000))
def test_in_any_order_several_give_back_what_was_left_of_them_together(base: int, order: list[int], over: int) -> None:
    limit, spent, backs = base + sum(order), base + over, list[int]()
    for amount in order:
        backs.append(unspent(replace(ACTIVE, amount=amount), limit, spent))
        limit -= amount
    assert sum(backs) == max(0, sum(order) - over)


@given(amounts, st.integers(1, 10**6))
def test_what_is_spent_within_the_base_alone_leaves_all_of_it(base: int, amount: int) -> None:
    assert unspent(replace(ACTIVE, amount=amount), base + amount, base) == amount


def returned(desk: Desk, override: Override) -> Override:
    done = returning.give_back(desk.kit, override.id, ADA)
    assert isinstance(done, Override), done
    desk.works()
    return done


def test_what_never_began_is_given_back_whole() -> None:
    desk = Desk()
    desk.stuck = {SEARCH}
    first = desk.approves(desk.files("first"))
    assert first.status(desk.clock.now()) is Status.ACTIVATING
    back = returned(desk, first)
    assert (back.reason(), back.back) == (Reason.RETURNED, usd(400))
    desk.stuck = set()
    desk.at(1)
    assert desk.counts() == 0


def test_it_is_returned_once_by_its_holder_and_what_is_refused_is_noted() -> None:
    desk = Desk()
    first = desk.approves(desk.files("first"))
    others = returning.give_back(desk.kit, first.id, BOB)
    assert isinstance(others, Refused) and others.why is Why.NOT_YOURS
    desk.at(1)
    back = returned(desk, first)
    assert back.over_at() == NOW + timedelta(hours=1)
    again = returning.give_back(desk.kit, first.id, ADA)
    assert isinstance(again, Refused) and again.why is Why.ALREADY_DECIDED
    with desk.memory.reads() as unit:
        assert [entry.did for entry in unit.record.chain(f"clicks:{first.id}")] == [
            "refused: not_yours",
            "refused: already_decided",
        ]
        assert [entry.did for entry in unit.record.chain(first.id)] == ["granted", "verified", "returned", "gone"]


@pytest.mark.parametrize("name", ["O-NONE", ""])
def test_there_is_nothing_to_return_of_what_is_not(name: str) -> None:
    refused = returning.give_back(Desk().kit, name, ADA)
    assert isinstance(refused, Refused) and refused.why is Why.NO_SUCH_REQUEST
