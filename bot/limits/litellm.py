"""LiteLLM, as the port `LimitStore`: budgets of teams, keys, members, users, customers and tags, over its management API.

Every write reads first, because LiteLLM makes what it does not know, and sends the limit and nothing else. It has no
compare-and-set: whoever writes reads back. Not here: what each of them is called there (`litellm_seats`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from bot.limits.asking import Access, Line, Missing, Refused
from bot.limits.litellm_seats import SEATS, Change, Increase, Row, Seat
from workflows.limits import Reading, Traits, Wanted
from workflows.money import LARGEST, NANO, show
from workflows.ports import Clock, Rejected, Unavailable
from workflows.quotas import Quota
from workflows.times import Period

# LiteLLM keeps dollars as float64, which keeps any fifteen digits: ten before the point, for the largest quota there can be, and
# five after it. So a limit is rounded down to a thousandth of a cent; with a finer grain large ones would come back changed.
GRAIN = NANO // 100_000
LONGEST = {
    Period.DAY: timedelta(days=1),
    Period.WEEK: timedelta(days=7),
    Period.MONTH: timedelta(days=31),
    Period.QUARTER: timedelta(days=92),
}
NOBODYS = "0" * 64  # the hash of no key
SURE = ("Invalid proxy server token", "not allowed to call this route", "expected to start with")


class LiteLLM:
    """`workflows.ports.LimitStore`."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._rules = access.rules
        self._line = Line("LiteLLM", access, {"Authorization": f"Bearer {access.key}"})
        self._clock = clock

    def traits(self, quota: Quota) -> Traits:
        seat = _seat(quota)
        return Traits(f"LiteLLM's {seat}", self._rules.within, GRAIN, self._rules.expiring and seat.expires)

    def read(self, quota: Quota) -> Reading:
        row, now = self._find(quota), self._clock.now()
        limit = None if row.limit is None else min(nanos(row.limit + row.added(now)), LARGEST)
        spent = None if row.spent is None else min(nanos(row.spent), LARGEST)
        return Reading(limit, now, row.names, spent, row.resets)

    def write(self, quota: Quota, wanted: Wanted) -> None:
        seat, row = _seat(quota), self._find(quota)
        _guard(seat, row, quota, wanted)
        with self._believed():
            others = row.others() if row.budget else 0
        if others:
            budget = f'LiteLLM keeps the limit of {seat} in its budget "{row.budget}"'
            raise Rejected(f"{budget}, which {others} more have too; give it one of its own there: theirs are not changed for it")
        with self._believed():
            seat.set(self._line, self._change(seat, row, wanted))

    def _find(self, quota: Quota) -> Row:
        seat = _seat(quota)
        try:
            with self._believed():
                return seat.find(self._line)
        except Missing as missing:
            advice = f"make it there, or correct the store of {quota.scope} in app.yaml"
            raise Rejected(f"LiteLLM has no {seat}; {advice}") from missing

    @contextmanager
    def _believed(self) -> Iterator[None]:
        """Without its database LiteLLM says that there is no such team, and that our key is wrong: then its no is none."""
        try:
            yield
        except Rejected as rejected:
            if not self._sure():
                raise Unavailable("LiteLLM's own database does not seem to answer") from rejected
            raise

    def _sure(self) -> bool:
        """Whether it can tell what is there: of a key that is not there it must say just that."""
        try:
            self._line.ask("GET", "key/info", Any, params={"key": NOBODYS})
        except Missing:
            return True
        except Refused as refused:
            return any(words in str(refused) for words in SURE)
        except (Rejected, Unavailable):
            return False
        return True

    def _change(self, seat: Seat, row: Row, wanted: Wanted) -> Change:
        """What to write. Where LiteLLM may end overrides, their sum is an increase until the first of them ends."""
        limit, base = _whole(wanted.limit), _whole(wanted.base)
        ends = [lift.ends for lift in wanted.lifts]
        if limit > base and None not in ends and self._rules.expiring and seat.expires and not row.windows:
            return Change(row, wanted.ids, dollars(base), Increase(dollars(limit - base), min(end for end in ends if end)))
        return Change(row, wanted.ids, dollars(limit))


def nanos(amount: Decimal) -> int:
    """Dollars as nano-dollars, half to even: a float64 has traces of others behind its digits."""
    return int((amount * NANO).to_integral_value(ROUND_HALF_EVEN))


def dollars(amount: int) -> Decimal:
    """Nano-dollars as dollars, with every digit."""
    return Decimal(amount).scaleb(-9)


def _whole(limit: int) -> int:
    return max(0, limit) // GRAIN * GRAIN


def _seat(quota: Quota) -> Seat:
    assert quota.place is not None, quota.key  # the router sends no other
    names, values = zip(*quota.place.parts, strict=True)
    return SEATS[names](*values)


def _guard(seat: Seat, row: Row, quota: Quota, wanted: Wanted) -> None:
    """Rejected where LiteLLM would refuse the limit, would not keep it, or would stop the calls all the same."""
    limit = dollars(_whole(wanted.limit))
    said = show(wanted.limit, quota.unit)
    if row.soft is not None and limit <= row.soft:
        soft = show(nanos(row.soft), quota.unit)
        raise Rejected(
            f"LiteLLM wants the limit of {seat} above its soft_budget of {soft}, and {said} is not; lower soft_budget there"
        )
    if limit < seat.least:
        raise Rejected(f"LiteLLM keeps no limit of {said} for a {seat.kind}; block the {seat} there instead")
    if not wanted.lifts:
        return
    period = LONGEST[quota.period]
    for window in row.windows:
        most = nanos(window.max_budget) * -(-period // window.length)
        if most < wanted.limit:
            of = f"{show(nanos(window.max_budget), quota.unit)} each {window.budget_duration}"
            raise Rejected(
                f"LiteLLM would stop {seat} all the same: its budget_limits allow {of}; raise or remove that one there"
            )
