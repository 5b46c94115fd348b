"""What `leeway status` says of who approved whom: pairs who approved each other, and approvals by delegates."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from workflows.duties import Duties, duties
from workflows.ports import UnitOfWork

LOOK_BACK = timedelta(days=90)


def look(unit: UnitOfWork, now: datetime) -> Duties:
    """Those of the last 90 days."""
    return duties(unit.requests.since(now - LOOK_BACK))


def lines(seen: Duties) -> Iterator[str]:
    """For a reader; nothing where there is nothing to know."""
    if seen.mutual:
        yield f"approved each other's requests in {LOOK_BACK.days} days:"
    for pair in seen.mutual:
        of_one, of_two = ", ".join(pair.of_one), ", ".join(pair.of_two)
        yield f"  {pair.two} approved {of_one} of {pair.one}, and {pair.one} approved {of_two} of {pair.two}"
    if seen.stood:
        yield f"approved by delegates in {LOOK_BACK.days} days:"
    yield from (f"  {each.request}  {each.by} for {each.acting_for}" for each in seen.stood)


def plain(seen: Duties) -> dict[str, object]:
    """As JSON values."""
    mutual = [{"people": [m.one, m.two], "approved": [list(m.of_one), list(m.of_two)]} for m in seen.mutual]
    stood = [{"request": each.request, "by": each.by, "acting_for": each.acting_for} for each in seen.stood]
    return {"approved_each_other": mutual, "approved_by_delegates": stood}
