"""Turns: first come, first served."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.store.turns import Turns
from tests.contract.racing import race
from workflows.ports import Unavailable


def test_the_turn_goes_to_whoever_waits_longest() -> None:
    turns, order = Turns(patience=10), list[int]()

    def take(n: int) -> None:
        with turns.taken():
            order.append(n)

    with ThreadPoolExecutor(5) as pool, turns.taken():
        for n in range(5):
            pool.submit(take, n)
            while turns.waiting <= n:
                os.sched_yield()
    assert order == [0, 1, 2, 3, 4]


def test_only_one_has_the_turn() -> None:
    turns, inside, most = Turns(patience=10), [0], [0]

    def work() -> None:
        for _ in range(200):
            with turns.taken():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    race(*[work] * 8)
    assert most == [1]
    assert turns.waiting == 0


def test_whoever_gave_up_is_not_waited_for() -> None:
    turns = Turns(patience=0.01)
    with turns.taken(), pytest.raises(Unavailable), turns.taken():
        pass
    assert turns.waiting == 0
    with turns.taken():
        pass


def test_the_turn_is_passed_on_after_a_failure() -> None:
    turns = Turns(patience=0.01)
    with pytest.raises(ZeroDivisionError), turns.taken():
        raise ZeroDivisionError
    with turns.taken():
        pass


def test_nobody_is_lost_when_patience_is_as_short_as_a_turn() -> None:
    turns, served = Turns(patience=0.0005), [0]

    def work() -> None:
        for _ in range(300):
            try:
                with turns.taken():
                    served[0] += 1
            except Unavailable:
                pass

    race(*[work] * 6)
    assert turns.waiting == 0
    with turns.taken():
        assert served[0] > 0
