"""Every quota store, by every adapter: what is read is what is enforced, and what is wanted is what is read after.

A new adapter is one class in `seats` or `gateways`, and a name in REMOTE. LiteLLM and MLflow are the real ones, started by
`tests.litellm` and `tests.mlflow`; without them their kinds are skipped, and the skip says how to run them. The hosted ones are
loopback servers, whose shapes their vendors' own SDKs take for theirs (tests/edges/test_limits_hosted.py).
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import permutations

import pytest

from bot.sandbox import serve
from tests.contract.gateways import HOSTED, InMLflow
from tests.contract.seats import LITELLM, Embedded, Faked, Remote, Seat
from tests.fakes.hosted import BASES, Hosted, site
from workflows.limits import Lift, Wanted
from workflows.money import LARGEST, usd
from workflows.ports import Rejected, Unavailable

LOCAL = ["embedded", "fake"]
REMOTE = [*LITELLM, "mlflow", *HOSTED]
BASE = usd(100)
ONE, TWO = Lift("O-1", usd(50)), Lift("O-2", usd("7.25"))


@pytest.fixture(scope="module")
def hosted() -> Iterator[dict[str, tuple[Hosted, str]]]:
    """By vendor: what is there, and where it listens."""
    with ExitStack() as open_ones:
        vendors = {name: Hosted() for name in BASES}
        yield {name: (each, open_ones.enter_context(serve(site(name, each))).url) for name, each in vendors.items()}


def made(which: str, request: pytest.FixtureRequest) -> Seat:
    if which == "embedded":
        return Embedded(request.getfixturevalue("sqlite_store"), request.getfixturevalue("clock"))
    if which == "fake":
        return Faked()
    if which == "mlflow":
        return InMLflow(request.getfixturevalue("mlflow"))
    if which in HOSTED:
        return HOSTED[which](*request.getfixturevalue("hosted")[HOSTED[which].store_name])
    return LITELLM[which](request.getfixturevalue("litellm"))


@pytest.fixture(params=[*LOCAL, *REMOTE])
def seat(request: pytest.FixtureRequest) -> Seat:
    return made(request.param, request)


@pytest.fixture(params=REMOTE)
def remote(request: pytest.FixtureRequest) -> Remote:
    found = made(request.param, request)
    assert isinstance(found, Remote)
    return found


def names(*ids: str) -> tuple[frozenset[str] | None, ...]:
    """What a store may say of whose the limit is: who they are, or nothing where it has no room for that."""
    return frozenset(ids), None


def test_what_is_enforced_is_read_as_of_now(seat: Seat) -> None:
    quota, before = seat.quota(BASE), seat.clock.now()
    reading = seat.store().read(quota)
    assert reading.limit == BASE
    assert before <= reading.as_of <= seat.clock.now()
    assert reading.spent in (0, None)


def test_an_override_raises_the_limit_and_its_end_lowers_it(seat: Seat) -> None:
    quota, store = seat.quota(BASE), seat.store()
    store.write(quota, Wanted(BASE, (ONE,)))
    raised = store.read(quota)
    assert raised.limit == usd(150)
    assert raised.names in names("O-1")
    store.write(quota, Wanted(BASE))
    ended = store.read(quota)
    assert ended.limit == BASE
    assert ended.names in names()


@pytest.mark.parametrize("order", list(permutations([ONE, TWO])), ids=["first", "second"])
def test_overlapping_overrides_add_up_and_end_one_by_one_in_any_order(seat: Seat, order: tuple[Lift, Lift]) -> None:
    quota, store = seat.quota(BASE), seat.store()
    store.write(quota, Wanted(BASE, (ONE,)))
    store.write(quota, Wanted(BASE, (ONE, TWO)))
    assert store.read(quota).limit == usd("157.25")
    store.write(quota, Wanted(BASE, order[:1]))
    assert store.read(quota).limit == BASE + order[0].amount
    assert store.read(quota).names in names(order[0].id)
    store.write(quota, Wanted(BASE))
    assert store.read(quota).limit == BASE


def test_whoever_comes_after_a_crash_and_writes_the_same_again_adds_nothing(seat: Seat) -> None:
    quota = seat.quota(BASE)
    for _ in range(3):
        seat.store().write(quota, Wanted(BASE, (ONE,)))
    assert seat.store().read(quota).limit == usd(150)


def test_what_somebody_else_changed_is_read_and_the_next_write_holds(seat: Seat) -> None:
    quota, store = seat.quota(BASE), seat.store()
    store.write(quota, Wanted(BASE, (ONE,)))
    seat.edit(quota, usd(120))
    assert store.read(quota).limit == usd(120)
    store.write(quota, Wanted(usd(70), (ONE,)))
    assert store.read(quota).limit == usd(120)
    seat.edit(quota, usd(500))
    store.write(quota, Wanted(BASE))
    assert store.read(quota).limit == BASE


def test_no_limit_is_read_as_none_and_not_as_nothing(seat: Seat) -> None:
    if seat.limited:
        pytest.skip("a limit is always there, as MLflow's policies always have an amount")
    quota, store = seat.quota(None), seat.store()
    assert store.read(quota).limit is None
    store.write(quota, Wanted(BASE))
    assert store.read(quota).limit == BASE


def test_quotas_do_not_touch_each_other(seat: Seat) -> None:
    mine, other, store = seat.quota(BASE), seat.quota(usd(3)), seat.store()
    store.write(mine, Wanted(BASE, (ONE,)))
    assert (store.read(mine).limit, store.read(other).limit) == (usd(150), usd(3))


AMOUNTS = [
    0,
    1,
    9_999,
    10_000,
    usd("0.1"),
    usd("0.3"),
    usd("1234567.89123"),
    usd("8388607.99999"),
    usd("7999999999.99999"),
    LARGEST,
]


def test_every_amount_comes_back_as_the_store_can_hold_it(seat: Seat) -> None:
    quota, store = seat.quota(BASE), seat.store()
    whole = store.traits(quota).whole
    for amount in (amount for amount in AMOUNTS if amount >= seat.least):
        store.write(quota, Wanted(amount))
        assert store.read(quota).limit == whole(amount) > amount - store.traits(quota).grain


def test_a_reset_in_between_changes_neither_what_holds_nor_what_ends(seat: Seat) -> None:
    quota, store = seat.quota(BASE), seat.store()
    store.write(quota, Wanted(BASE, (ONE,)))
    seat.reset(quota)
    assert store.read(quota).limit == usd(150)
    store.write(quota, Wanted(BASE))
    assert store.read(quota).limit == BASE


def test_how_it_behaves_is_known_without_asking(remote: Remote) -> None:
    traits = remote.gone().traits(remote.nowhere())
    assert traits.within.total_seconds() > 0
    assert traits.title


def test_what_is_not_there_is_said_to_be_not_there_and_is_not_made(remote: Remote) -> None:
    quota, store = remote.nowhere(), remote.store()
    for _ in range(2):
        if remote.lists:
            assert store.read(quota).limit is None
        else:
            with pytest.raises(Rejected, match=r"has no .*; make it there, or correct the store of platform/search in app\.yaml"):
                store.read(quota)
        with pytest.raises(Rejected, match=r"has no .*; make it there, or correct the store of platform/search in app\.yaml"):
            store.write(quota, Wanted(BASE, (ONE,)))


def test_nobody_who_answers_is_asked_again_later(remote: Remote) -> None:
    quota, store = remote.quota(BASE), remote.gone()
    with pytest.raises(Unavailable, match="did not answer"):
        store.read(quota)
    with pytest.raises(Unavailable, match="did not answer"):
        store.write(quota, Wanted(BASE))
    assert remote.store().read(quota).limit == BASE
