"""Pulling: what providers say they charged is read on a schedule into the ledger.

The timer is a column: whoever finds a pull due puts it off first, so that nobody else asks meanwhile, and asks outside of any
transaction. The last days are read each time, because vendors amend them; what is kept of a day is replaced, never added to.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from workflows.governed import Bill, Maker, Pull, Share, Vendor, shares
from workflows.keeping import Kit, attempt
from workflows.policy import Policy
from workflows.ports import CostReports, Rejected, Unavailable, UnitOfWork

BACK = 31  # days that are read each time: vendors amend the last few; Anthropic gives no more at once
LEASE = timedelta(minutes=10)  # for one reading; if it takes longer and two read at once, the second replaces the first
FIRST_PAUSE = timedelta(minutes=1)  # doubled at each failure
LONGEST_PAUSE = timedelta(hours=6)
REFUSED = timedelta(hours=1)  # a refusal is an operator's to mend, and should be noticed as mended soon after
ONE_DAY = timedelta(days=1)

Reports = Mapping[Vendor, CostReports]


def plan(kit: Kit) -> None:
    """Sets the timer of every connected report; one whose interval was shortened comes earlier."""
    now = kit.clock.now()

    def work(unit: UnitOfWork) -> None:
        known = {pull.vendor: pull for pull in unit.ledger.pulls()}
        for vendor, every in kit.policy.reports.items():
            pull = known.get(vendor)
            if pull is None:
                unit.ledger.save(Pull(vendor, now))
            elif pull.read and not pull.tries and pull.due > pull.read + every:
                unit.ledger.save(replace(pull, due=pull.read + every))

    attempt(kit.units, work)


def pull(kit: Kit, reports: Reports) -> int:
    """Reads every report that is due; returns how many were tried."""
    now = kit.clock.now()
    taken = attempt(kit.units, lambda unit: _take(unit, reports, now))
    for mine in taken:
        _read(kit, reports[mine.vendor], mine)
    return len(taken)


def _take(unit: UnitOfWork, reports: Reports, now: datetime) -> list[Pull]:
    mine = [pull for pull in unit.ledger.due(now) if pull.vendor in reports]
    for each in mine:
        unit.ledger.save(replace(each, due=now + LEASE))
    return mine


def _read(kit: Kit, report: CostReports, before: Pull) -> None:
    today = kit.clock.now().astimezone(UTC).date()
    bills: list[Bill] = []
    try:
        bills = report.read(today - BACK * ONE_DAY, today - ONE_DAY)
        now = kit.clock.now()
        after = Pull(before.vendor, now + kit.policy.reports[before.vendor], now)
    except (Unavailable, Rejected) as error:
        pause = REFUSED if isinstance(error, Rejected) else _pause(before.tries, error)
        after = replace(before, due=kit.clock.now() + pause, tries=before.tries + 1, error=str(error))

    def keep(unit: UnitOfWork) -> None:
        unit.ledger.put(bills)
        unit.ledger.save(after)

    attempt(kit.units, keep)


def _pause(tries: int, error: Unavailable) -> timedelta:
    """As long as we were asked to wait, else a minute, two, four …"""
    asked = FIRST_PAUSE * 2 ** min(tries, 10) if error.after is None else max(error.after, FIRST_PAUSE)
    return min(asked, LONGEST_PAUSE)


def governed(unit: UnitOfWork, policy: Policy, days: tuple[date, date], maker: Maker) -> tuple[Share, ...]:
    """What went through governed tools of what providers charged on the UTC days from the first to the last of `days`."""
    first, last = days
    bills, sold = unit.ledger.bills(first, last), unit.meter.sold(first, last)
    return shares(tuple(policy.reports), bills, sold, days=days, since=unit.meter.sold_since(), maker=maker)
