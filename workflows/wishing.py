"""Wishing: members' own requests in a gateway are pulled in, decided here like any other, and answered there.

What is here follows from what is there: a wish is one request however often it is found, since its id makes the request's; and
what the gateway says of it is read before it is answered. Its override begins and ends by our own writing of the limit.

    nothing here for it      it is filed for the person of that address on the quota of that place, or left there and reported
    decided there first      the request is closed here, and says so
    decided here             approved or denied there, once nobody can take the decision back
    lapsed here              left there: nobody decided
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from workflows import requesting
from workflows.drafting import CUSTOM, UNTIL_RESET, Typed, as_typed
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.events import Overtaken
from workflows.keeping import SYSTEM, Kit, attempt, follow
from workflows.metering import standing
from workflows.people import ME, PersonId
from workflows.ports import Rejected, Unavailable, UnitOfWork, Wishes
from workflows.quotas import Quota, Standing, suggestion
from workflows.refusals import Refused, Why
from workflows.requests import Request, State
from workflows.reviewing import change
from workflows.rules import Data
from workflows.wishes import End, Source, Wish, source

DATA = Data.INTERNAL  # a gateway does not say; whoever asked can say more in the request
# At least, for an override that its store did not confirm yet: else a fourth of the time it has, so that twelve tries outlast it.
WAIT = timedelta(minutes=10)

Stores = Mapping[str, Wishes]


@dataclass
class Found:
    """What a look found: requests that were filed or closed, and wishes that stay where they are, each with why."""

    filed: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


def plan(kit: Kit) -> None:
    """Sets the next look at every gateway whose wishes app.yaml wants, unless it is set."""
    now = kit.clock.now()
    alarms = [Alarm(Wake.WISHES, store, now) for store, rules in kit.policy.stores.items() if rules.wishes]
    attempt(kit.units, lambda unit: follow(unit, now, [], alarms))


def look(kit: Kit, unit: UnitOfWork, store: str, now: datetime) -> None:
    """The alarm rang. The looking itself needs no transaction."""
    rules = kit.policy.stores.get(store)
    if rules is not None and rules.wishes:
        follow(unit, now, [Effect(Do.FIND_WISHES, store)], [Alarm(Wake.WISHES, store, now + rules.wishes)])


def find(kit: Kit, stores: Stores, store: str) -> Found:
    """Files what was asked for in a gateway, and closes what was decided there."""
    found = Found()
    if store not in stores:
        return found  # app.yaml no longer wants them
    pending = stores[store].pending()
    for wish in pending:
        _file(kit, wish, found)
    _close(kit, stores[store], store, {wish.id for wish in pending}, found=found)
    return found


def _file(kit: Kit, wish: Wish, found: Found) -> None:
    origin = str(Source(wish.place.store, wish.id))
    with kit.reads() as unit:
        if unit.requests.get(requesting.name_of(origin)):
            return
    quota = next((q for q in kit.policy.quotas if q.place == wish.place and q.period is wish.period), None)
    who = kit.directory.find(wish.email) if wish.email else None
    if quota is None or who is None:
        found.left[wish.id] = (
            f"no quota of a {wish.period} is at {wish.place}" if quota is None else "nobody in Slack has that address"
        )
        return
    filed = _submit(kit, who, quota, wish)
    if isinstance(filed, Request):
        found.filed.append(filed.id)
    elif filed[0].why is not Why.OPEN_REQUEST:  # they asked here as well: that is decided first
        found.left[wish.id] = f"it cannot be asked for here: {', '.join(refused.why for refused in filed)}"


def _submit(kit: Kit, who: PersonId, quota: Quota, wish: Wish) -> Request | tuple[Refused, ...]:
    with kit.reads() as unit:
        stands = standing(unit, kit.policy, quota, kit.clock.now())
    origin = str(Source(wish.place.store, wish.id))
    return requesting.submit(kit, who, _typed(kit, stands, wish), token=origin, origin=origin)


def _typed(kit: Kit, stands: Standing, wish: Wish) -> Typed:
    """A form as far as it can be filled in for somebody who said no more than that it is too little."""
    quota, last = stands.quota, stands.at + kit.policy.timing.override_at_most
    return {
        "quota": quota.key,
        "amount": as_typed(suggestion(stands, stands.spent - stands.limit), quota.unit),
        "duration": UNTIL_RESET if stands.window.end <= last else CUSTOM,
        "until": str(int(last.timestamp())),
        "justification": wish.words,
        "metric": wish.unsaid,
        "quantity": "0",
        "evidence": wish.unsaid,
        "data": DATA.word,
        "behalf": ME,
    }


def _close(kit: Kit, wishes: Wishes, store: str, pending: set[str], *, found: Found) -> None:
    """Closes those of our requests whose wish is no longer open; one that was asked again after a denial is ours alone."""
    with kit.reads() as unit:
        ours = {request.id: source(request.origin) for request in unit.requests.undecided() if request.reopened is None}
    for request, said in ours.items():
        if said is None or said.store != store or said.wish in pending:
            continue
        wish = wishes.get(said.wish)
        if wish is None or wish.end is not None:
            event = Overtaken(str(replace(said, end=wish.end if wish and wish.end else End.GONE)))
            if isinstance(change(kit, request, event, PersonId(SYSTEM)), Request):
                found.closed.append(request)


def answer(kit: Kit, stores: Stores, request_id: str) -> None:
    """Gives the gateway the decision on a wish, unless somebody gave it one."""
    with kit.reads() as unit:
        request = unit.requests.get(request_id)
    said = source(request.origin) if request else None
    if request is None or said is None or said.store not in stores or request.state in (State.PENDING, State.LAPSED):
        return
    wishes = stores[said.store]
    wish = wishes.get(said.wish)
    if wish is None or wish.end is not None:
        return
    if request.state is State.APPROVED and _applied(kit, request):
        wishes.approve(said.wish, _limit(kit, request))
    else:
        wishes.deny(said.wish)


def _applied(kit: Kit, request: Request) -> bool:
    """Whether what was approved came into force; Unavailable while that is not known."""
    with kit.reads() as unit:
        mine = [each for each in unit.overrides.every(request.id) if each.quota == request.case.quota]
    if any(each.starts for each in mine):
        return True
    if waiting := next((each for each in mine if each.over_at() is None), None):
        left = waiting.activate_by - kit.clock.now()
        raise Unavailable(f"{waiting.id} is not in force yet", max(WAIT, left / 4))
    return False


def _limit(kit: Kit, request: Request) -> int:
    """What the gateway enforces now: a yes says a limit, and must not change it."""
    quota = kit.policy.quota(request.case.quota)
    limit = kit.limits.read(quota).limit if quota else None
    if limit is None:
        raise Rejected(f"{request.case.quota} has no limit any more: decide {request.id} in the gateway")
    return limit
