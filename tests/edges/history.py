"""A history in a real database, made by the use cases: a request with everything that can befall it, for what reads it later."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import DemoClock
from bot.store import Store
from tests.journeys.office import ADA, BOB, CY, DI, EVE, KEY, TYPED, kit, opened
from workflows import assessing, drafting, enforcing, reporting, requesting, reviewing, waking
from workflows.ballots import Verdict, Vote
from workflows.cases import Case
from workflows.drafting import Desk
from workflows.events import Answer, Ask, Edit, Event, Nudge, Pass, Reopen, Undo
from workflows.keeping import Kit, attempt
from workflows.metering import standing
from workflows.money import usd
from workflows.overrides import Outcome
from workflows.people import PersonId
from workflows.ports import Post
from workflows.refusals import Refused, Why
from workflows.requests import Request, State, Way

NINE = datetime(2026, 11, 3, 8, tzinfo=UTC)  # in Berlin, on a Tuesday
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
APP = """
organization: {name: Acme, timezone: Europe/Berlin}
people:
  groups: {leads: [bob@acme.example, eve@acme.example], finance: [cy@acme.example, di@acme.example]}
  fallback: leads
quotas:
  platform/search: {limit: "$10,000 a month"}
routing:
  - {name: leads, ask: leads}
  - {name: large, when: {amount: "over $1,000"}, ask: {group: finance, quorum: 2}}
"""


@dataclass
class History:
    """What was done, on a clock that stands until it is moved."""

    kit: Kit
    store: Store
    clock: DemoClock

    def passes(self, by: timedelta) -> None:
        self.clock.jump(self.clock.now() + by)

    def asks(self, token: str, by: PersonId = ADA, **typed: str) -> Request:
        filed = requesting.submit(self.kit, by, TYPED | typed, token=token)
        assert isinstance(filed, Request), filed
        return filed

    def refused(self, token: str, **typed: str) -> tuple[Refused, ...]:
        said = requesting.submit(self.kit, ADA, TYPED | typed, token=token)
        assert not isinstance(said, Request), said
        return said

    def under(self, **changes: object) -> None:
        """From now on the policy says this."""
        self.kit = replace(self.kit, policy=replace(self.kit.policy, **changes))  # type: ignore[arg-type]

    def does(self, request: Request, event: Event, by: PersonId | str) -> Request:
        done = reviewing.change(self.kit, request.id, event, PersonId(by))
        assert isinstance(done, Request), done
        return done

    def votes(self, request: Request, by: PersonId, verdict: Verdict = Verdict.APPROVE, **said: object) -> Request | Refused:
        cast = Vote(by, verdict, self.clock.now(), self.now(request).revision, **said)  # type: ignore[arg-type]
        return reviewing.vote(self.kit, request.id, cast)

    def edits(self, request: Request, **typed: str) -> Request:
        case, way = self._anew(request, typed)
        mine = self.now(request)
        return self.does(mine, Edit(mine.requester, case, way, mine.revision), mine.requester)

    def reopens(self, request: Request, **typed: str) -> Request:
        case, way = self._anew(request, typed)
        return self.does(request, Reopen(request.requester, case, way), request.requester)

    def _anew(self, request: Request, typed: dict[str, str]) -> tuple[Case, Way]:
        mine, policy, now = self.now(request), self.kit.policy, self.clock.now()
        with self.kit.reads() as unit:
            stands = standing(unit, policy, policy.quotas[0], now)
            case = drafting.read(TYPED | typed, Desk(policy, stands, now, mine.requester))
            assert isinstance(case, Case)
            org = assessing.organisation(mine.requester, policy.quotas[0], policy, self.kit.directory)
            way = assessing.way(unit, policy, case, stands=stands, org=org, now=now)
        assert isinstance(way, Way)
        return case, way

    def now(self, request: Request) -> Request:
        with self.store.reads() as unit:
            found = unit.requests.get(request.id)
        assert found
        return found

    def settles(self) -> None:
        """What is due is done, but for messages."""
        waking.wake(self.kit)
        enforcing.sync(self.kit, KEY)

    def posts(self, thing: str, place: str, channel: str) -> None:
        """A message of ours, sent now."""
        post = Post(thing, place, channel, f"{int(self.clock.now().timestamp())}.000100", "digest")

        def put(unit: object) -> None:
            unit.posts.put(post)  # type: ignore[attr-defined]

        attempt(self.store.units, put)


def begun(folder: Path, at: datetime = NINE) -> History:
    """An empty one."""
    clock = DemoClock(at, standing=True)
    store = opened(folder, clock)
    return History(kit(store, clock), store, clock)


def rich(history: History) -> Request:
    """A request with a question, a click that may not count, an edit that voids a vote, less approved, an undo and two grants."""
    asked = history.asks("rich", amount="1200", ticket="https://tickets.acme.example/SEARCH-412")
    history.posts(f"request:{asked.id}", "dm:U0BOB", "D0BOB")
    history.passes(HOUR)
    history.does(asked, Ask(BOB, "Which evaluation is it?"), BOB)
    history.passes(HOUR)
    history.does(asked, Answer(ADA, 0, "The one of the new ranker."), ADA)
    history.passes(HOUR)
    refused = history.votes(asked, ADA)
    assert isinstance(refused, Refused)
    assert refused.why is Why.OWN_REQUEST
    history.passes(HOUR)
    history.votes(asked, EVE, amount=usd(1_000))
    history.passes(HOUR)
    history.edits(asked, amount="1500", duration="days:7")
    history.passes(HOUR)
    history.does(asked, Nudge(ADA, HOUR), ADA)
    history.posts(f"remind:{asked.id}/nudge/20261103T150000", "dm:U0BOB", "D0BOB")
    history.passes(HOUR)
    history.does(asked, Pass(BOB), BOB)
    _granted(history, asked)
    return history.now(asked)


def _granted(history: History, asked: Request) -> None:
    for voter, amount in ((CY, usd(1_200)), (DI, None), (EVE, None)):
        history.passes(HOUR)
        history.votes(asked, voter, amount=amount)
    history.passes(MINUTE)
    history.settles()
    history.passes(MINUTE)
    history.does(asked, Undo(EVE, 10 * MINUTE), EVE)
    history.settles()
    history.passes(MINUTE)
    history.votes(asked, EVE)
    history.settles()
    history.passes(7 * DAY)
    history.settles()
    history.passes(HOUR)
    typed = {"happened": "partly", "quantity": "800", "words": "Two thirds of it."}
    came = reporting.report(history.kit, f"O{asked.id[1:]}.2", ADA, typed)
    assert isinstance(came, Outcome), came
    assert history.now(asked).state is State.APPROVED
