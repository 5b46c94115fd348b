"""Authority: a person's own cap goes before their groups', of several groups the largest counts, and nobody else has one."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from workflows.authority import ANY, Authority, Cap, Charged, left
from workflows.money import usd
from workflows.people import PersonId
from workflows.times import Period

ADA, BOB, CY, DI = CAST = tuple(PersonId(name) for name in ("ada", "bob", "cy", "di"))
START = datetime(2026, 11, 1, tzinfo=UTC)
GROUPS = {"leads": (BOB, CY), "finance": (CY, DI), "all": CAST}


def cap(dollars: int, period: Period = Period.MONTH) -> Cap:
    return Cap(usd(dollars), period)


caps = st.builds(cap, st.integers(1, 50), st.sampled_from(Period))
authorities = st.builds(
    Authority, st.dictionaries(st.sampled_from(CAST), caps), st.dictionaries(st.sampled_from(["leads", "finance", "no"]), caps)
)


def test_whom_nobody_capped_may_approve_any_amount() -> None:
    assert ANY.cap(BOB, GROUPS) is None
    assert Authority({CY: cap(5)}, {"finance": cap(9)}).cap(BOB, GROUPS) is None
    assert ANY.lacking(usd(10**9), GROUPS) == frozenset()


def test_a_persons_own_line_wins_over_their_groups_also_when_it_is_less() -> None:
    authority = Authority({CY: cap(5)}, {"leads": cap(50), "finance": cap(500)})
    assert authority.cap(CY, GROUPS) == cap(5)


def test_of_several_groups_the_one_that_allows_most_in_a_year_counts() -> None:
    authority = Authority(groups={"leads": cap(100, Period.MONTH), "finance": cap(50, Period.WEEK)})
    assert authority.cap(CY, GROUPS) == cap(50, Period.WEEK)
    assert (authority.cap(BOB, GROUPS), authority.cap(DI, GROUPS)) == (cap(100), cap(50, Period.WEEK))


def test_whose_whole_cap_is_smaller_than_an_amount_lacks_the_authority_and_whose_is_equal_does_not() -> None:
    authority = Authority({BOB: cap(5)}, {"finance": cap(6)})
    assert authority.lacking(usd(6), GROUPS) == {BOB}
    assert authority.lacking(usd(6) + 1, GROUPS) == {BOB, CY, DI}
    assert authority.lacking(usd(5), GROUPS) == frozenset()


@given(authorities, st.integers(1, 50))
def test_those_who_lack_authority_are_those_with_a_smaller_cap(authority: Authority, dollars: int) -> None:
    found = {who: authority.cap(who, GROUPS) for who in CAST}
    wanted = {who for who, one in found.items() if one is not None and one.limit < usd(dollars)}
    assert authority.lacking(usd(dollars), GROUPS) == wanted


def test_what_is_left_is_the_cap_without_what_was_charged() -> None:
    assert left(cap(5), None) == usd(5)
    assert left(cap(5), Charged(BOB, START, usd(2))) == usd(3)
    assert left(cap(5), Charged(BOB, START, usd(7))) == 0  # the cap was lowered since


@given(st.lists(st.integers(-9, 9), max_size=8))
def test_charges_add_up_and_never_go_below_nothing(changes: list[int]) -> None:
    charged = Charged(BOB, START, 0, 0)
    for change in changes:
        before, charged = charged, charged.plus(change)
        assert charged.used in (before.used + change, 0)
        assert charged.used >= 0
        assert charged.version == before.version + 1
