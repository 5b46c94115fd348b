"""What rules that approve said lately, for `leeway status`: next to what people decided, with every disagreement."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from workflows.automatic import Mode
from workflows.money import show
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.times import INSTANT, Window
from workflows.trials import Ending, Trial, trials

DAYS = 30  # in which requests are looked at
MOST = 8  # disagreements that are listed on a terminal; --json has all


def look(unit: UnitOfWork, policy: Policy, now: datetime) -> tuple[Trial, ...]:
    """Every rule that judged a request lately."""
    window = Window(now - timedelta(days=DAYS), now + INSTANT)
    touched = unit.requests.touching([quota.key for quota in policy.quotas], window)
    return trials(request for request in touched if request.submitted in window)


def plain(every: Iterable[Trial]) -> dict[str, object]:
    """The same for a script."""
    return {"approving": [_plain(trial) for trial in every]}


def _plain(trial: Trial) -> dict[str, object]:
    said = {"rule": trial.rule, "mode": trial.mode.value, "days": DAYS, "judged": trial.judged, "would_approve": trial.would}
    apart = [
        {"request": one.request, "quota": one.quota, "amount": one.amount, "unit": one.unit.value, "people": one.ending.value}
        for one in trial.apart
    ]
    endings = {ending.value: trial.ended(ending) for ending in Ending}
    return said | {"endings": endings, "outside": dict(trial.outside), "granted_outside": trial.granted, "disagreements": apart}


def lines(every: Iterable[Trial]) -> Iterable[str]:
    """The same for a terminal."""
    for trial in every:
        verb = "approved" if trial.mode is Mode.ON else "would have approved"
        ends = ", ".join(f"{count} {ending}" for ending, count in trial.endings)
        said = f'rule "{trial.rule}" ({trial.mode}) {verb} {trial.would} of {trial.judged} requests in {DAYS} days'
        yield said + (f": {ends}" if ends else "")
        if trial.outside:
            past = ", ".join(f"{count} past {name}" for name, count in trial.outside)
            yield f"  the others: {past}; people granted {trial.granted} of them as asked"
        for one in trial.apart[:MOST]:
            yield f"  people disagreed: {one.request}  {show(one.amount, one.unit)} on {one.quota}, {one.ending}"
        if len(trial.apart) > MOST:
            yield f"  and {len(trial.apart) - MOST} more: leeway status --json"
