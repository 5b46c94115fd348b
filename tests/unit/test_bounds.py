"""What may not be asked for at all is said with every bound it breaks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.unit.test_requests import CASE
from workflows.bounds import UNBOUNDED, Around, Bounds, broken
from workflows.money import Unit, usd
from workflows.quotas import Quota, Standing
from workflows.refusals import Refused, Why
from workflows.times import Window

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
STANDS = Standing(Quota("q", "platform/search", usd(1_000)), Window(NOW - DAY, NOW + DAY), 0, NOW, usd(1_000), 0)
NOTHING = Around()
BOUNDS = Bounds({Unit.USD: usd(400)}, percent=40, open=2, rest=DAY)


def why(case_of: dict[str, object], around: Around = NOTHING, bounds: Bounds = BOUNDS) -> list[Why]:
    return [r.why for r in broken(replace(CASE, **case_of), STANDS, bounds, around=around, now=NOW)]  # type: ignore[arg-type]


def test_every_bound_that_is_broken_is_said_beside_its_field() -> None:
    said = broken(CASE, STANDS, BOUNDS, around=Around(2, NOW - DAY / 2), now=NOW)
    assert said == (
        Refused(Why.OVER_BOUND, {"most": usd(400), "unit": Unit.USD}, "amount"),
        Refused(Why.OVER_SHARE, {"percent": 40, "most": usd(400), "unit": Unit.USD}, "amount"),
        Refused(Why.TOO_MANY_OPEN, {"open": 2, "scope": "platform/search"}, "quota"),
        Refused(Why.DENIED_LATELY, {"at": NOW - DAY / 2, "again": NOW + DAY / 2}, "quota"),
    )


def test_what_is_just_inside_is_allowed() -> None:
    assert why({"amount": usd(400)}, Around(1, NOW - DAY)) == []
    assert why({"amount": usd(400) + 1}) == [Why.OVER_BOUND, Why.OVER_SHARE]


def test_without_bounds_nothing_is_broken_and_an_amount_is_of_its_unit() -> None:
    assert why({}, Around(99, NOW), UNBOUNDED) == []
    assert why({}, Around(99, NOW + DAY), UNBOUNDED) == []  # denied by a clock that is ahead of this one
    assert why({"unit": Unit.TOKENS}, bounds=Bounds({Unit.USD: 1})) == []
