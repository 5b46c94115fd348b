"""What `leeway status` says of providers' cost reports: the share that went through governed tools, and how reading them goes.

Days are UTC, as providers bill. Not here: the same in Slack's digest (`templates/slack/digest.yaml`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.config.problems import tame
from workflows.governed import NAMES, Gap, Maker, Pull, Share
from workflows.money import Unit, show
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.pulling import governed
from workflows.times import show_day, show_moment

LOOK_BACK = timedelta(days=28)
ONE_DAY = timedelta(days=1)
WIDEST = 60  # characters of a provider's name, which senders choose
UNKNOWN = "through governed tools: unknown, no provider's cost report is connected"


@dataclass(frozen=True, slots=True)
class Reported:
    """What is known of reports. `shares` are empty when none is connected."""

    shares: tuple[Share, ...]
    pulls: tuple[Pull, ...]


def look(unit: UnitOfWork, policy: Policy, now: datetime) -> Reported:
    """The four weeks before today."""
    if not policy.reports:
        return Reported((), ())
    today = now.astimezone(UTC).date()
    shares = governed(unit, policy, (today - LOOK_BACK, today - ONE_DAY), _maker())
    return Reported(shares, tuple(pull for pull in unit.ledger.pulls() if pull.vendor in policy.reports))


def _maker() -> Maker:
    from bot.prices import maker  # here, because a price list takes half a second that those without reports need not wait

    return maker


def lines(seen: Reported, zone: str) -> Iterable[str]:
    """For a reader."""
    if not seen.shares:
        yield UNKNOWN
    for share in seen.shares:
        name = tame(share.title, WIDEST) or "providers that nobody named"
        yield f"through governed tools, of {name}: {_said(share)}"
    for pull in seen.pulls:
        read = f"read {show_moment(pull.read, zone)}" if pull.read else "never read yet"
        failed = f"; failed {pull.tries} times since: {pull.error}" if pull.tries else ""
        yield f"report of {NAMES[pull.vendor]}: {read}{failed}; next {show_moment(pull.due, zone)}"


def _said(share: Share) -> str:
    counted, charged = show(share.counted, Unit.USD), show(share.charged or 0, Unit.USD)
    first, last = _day(share.first), _day(share.last)
    days = f"{share.days} UTC days, {first} to {last}" if share.days > 1 else f"on {first}, UTC"
    match share.gap:
        case None:
            percent = "under 1" if share.percent == 0 and share.counted > 0 else share.percent
            return f"{percent} % ({counted} of {charged}; {days})"
        case Gap.NO_REPORT:
            return f"unknown, its cost report is not connected ({counted} was counted)"
        case Gap.NOT_YET:
            return "unknown yet, there is no UTC day that the report and our usage both have whole"
        case Gap.NOTHING:
            return f"nothing was charged and nothing was counted ({days})"
        case Gap.MORE:
            return f"not comparable, {counted} was counted and {charged} charged so far ({days})"


def _day(day: date) -> str:
    return show_day(datetime(day.year, day.month, day.day, tzinfo=UTC), "UTC")


def plain(seen: Reported) -> dict[str, object]:
    """As JSON values; amounts are nano-dollars."""
    return {"governed": [_share(share) for share in seen.shares], "reports": [_pull(pull) for pull in seen.pulls]}


def _share(share: Share) -> dict[str, object]:
    days = {"first": share.first.isoformat(), "last": share.last.isoformat(), "days": share.days}
    amounts = {"counted": share.counted, "charged": share.charged}
    return {"provider": share.provider, "percent": share.percent, "unknown_because": share.gap, **amounts, **days}


def _pull(pull: Pull) -> dict[str, object]:
    read = pull.read.isoformat() if pull.read else None
    return {"vendor": pull.vendor, "read": read, "due": pull.due.isoformat(), "tries": pull.tries, "error": pull.error}
