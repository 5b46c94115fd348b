"""Ports: what the use cases need from the world, as protocols. Every implementation passes one contract suite.

    Unavailable   try again later; the answer is not known, the thing may have happened
    Rejected      never: the other side understood and said no
    Stale         somebody else was first: load and decide again

Foreign errors are mapped to these at the edge, once.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from workflows.amendments import Report
from workflows.authority import Charged
from workflows.aways import Away
from workflows.books import Corrections as Corrections
from workflows.books import Ledger as Ledger
from workflows.books import Meter as Meter
from workflows.books import Streams as Streams
from workflows.books import Yields as Yields
from workflows.denials import Denied
from workflows.governed import Bill
from workflows.holdings import Holding
from workflows.limits import Reading, Traits, Wanted
from workflows.overrides import Outcome, Override
from workflows.people import Person, PersonId
from workflows.queues import Agenda as Agenda
from workflows.queues import Errand as Errand
from workflows.queues import Outbox as Outbox
from workflows.queues import Post as Post
from workflows.queues import Posts as Posts
from workflows.queues import Record as Record
from workflows.quotas import Quota
from workflows.requests import Request
from workflows.spend import Counter
from workflows.spikes import Spike
from workflows.times import Window
from workflows.violations import Violation
from workflows.wishes import Wish


class Stale(Exception):
    """Somebody else changed the row first; load and decide again."""


class Unavailable(Exception):
    """The other side did not answer, or not in time. `after` is how long it asked us to wait."""

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class Rejected(Exception):
    """The other side said no, and will again."""


class Clock(Protocol):
    """Tells the time: aware UTC."""

    def now(self) -> datetime: ...


class LimitStore(Protocol):
    """Where limits are enforced: embedded, or a gateway. A quota's `place` says where in it.

    A reading is what is enforced, not what was sent. None has compare-and-set: whoever writes has read before, and reads back.
    Rejected where the place is unknown there, cannot be limited, or refuses the limit; each says what to do about it.
    """

    def traits(self, quota: Quota) -> Traits:
        """How it behaves there; asks nobody."""

    def read(self, quota: Quota) -> Reading: ...

    def write(self, quota: Quota, wanted: Wanted) -> None:
        """Enforces `wanted.limit`, rounded down to its grain; twice is harmless. Keeps the overrides' ids where it has room."""


class Wishes(Protocol):
    """What members ask for in a gateway by themselves. Unavailable and Rejected as for limits."""

    def pending(self) -> list[Wish]:
        """Those that nobody decided there, oldest first."""

    def get(self, wish: str) -> Wish | None: ...
    def approve(self, wish: str, limit: int) -> None:
        """Says yes there, which makes this the member's limit. Twice is harmless."""

    def deny(self, wish: str) -> None: ...


class CostReports(Protocol):
    """What a provider says it charged. Unavailable when it does not answer, Rejected when it refuses or cannot be understood."""

    def read(self, first: date, last: date) -> list[Bill]:
        """The bill of each UTC day from first to last, both included; a day without costs has one of nothing."""


class Directory(Protocol):
    """Who people are. Unknown people are None; Unavailable when the directory does not answer."""

    def person(self, who: PersonId, *, fresh: bool = False) -> Person | None:
        """Answers may be some minutes old, unless they are to be `fresh`."""

    def manager(self, who: PersonId) -> PersonId | None:
        """By the configured profile field; None if it is empty or there is none."""

    def members(self, usergroup: str) -> tuple[PersonId, ...]:
        """The people of a Slack user group, by its id."""

    def find(self, name: str) -> PersonId | None:
        """The full member that another system means by an e-mail address or an id of ours; None when that is nobody."""


class Requests(Protocol):
    """Exception requests."""

    def get(self, request: str) -> Request | None: ...
    def add(self, request: Request) -> None: ...
    def save(self, request: Request) -> None:
        """Replaces version - 1 by this version, or raises Stale."""

    def open(self, quota: str, requester: PersonId) -> Request | None:
        """That person's pending request on that quota."""

    def pending(self, quota: str) -> list[Request]:
        """Those on a quota that are not decided, oldest first."""

    def undecided(self) -> list[Request]:
        """Every pending request, oldest first."""

    def touching(self, quotas: Iterable[str], window: Window) -> list[Request]:
        """Those submitted or decided in the window, or whose override ran into it; oldest first."""

    def latest(self, quota: str, limit: int) -> list[Request]:
        """The newest requests on a quota, newest first."""

    def since(self, at: datetime) -> list[Request]:
        """Those submitted at or after a moment on any quota, oldest first."""


class Overrides(Protocol):
    """Overrides."""

    def get(self, override: str) -> Override | None: ...
    def of(self, request: str) -> Override | None:
        """The first of a request's overrides on the quota that it is about, of what was granted last."""

    def every(self, request: str) -> list[Override]:
        """All of a request's overrides, oldest first: on every quota, and those of decisions that were undone."""

    def granted(self, quotas: Iterable[str], since: datetime) -> list[Override]:
        """Those on some quotas that were granted after a moment, oldest first."""

    def add(self, override: Override) -> None: ...
    def save(self, override: Override) -> None:
        """Replaces version - 1 by this version, or raises Stale."""

    def current(self, quota: str) -> list[Override]:
        """Those on a quota that the store was not yet read back without, oldest first."""

    def unended(self) -> list[Override]:
        """The same on every quota."""

    def during(self, quota: str, window: Window) -> list[Override]:
        """Those on a quota that were in force at some time in a window, oldest first."""


class Holdings(Protocol):
    """What quota stores hold of ours."""

    def get(self, quota: str) -> Holding | None: ...
    def save(self, holding: Holding) -> None:
        """Adds version 1, or replaces version - 1 by this version; Stale when somebody else was first."""

    def edited(self) -> list[Holding]:
        """Those in which somebody's edit counts: an adopted limit, or none at all; by quota."""


class Aways(Protocol):
    """Who is away: of each person the last that they said."""

    def get(self, person: PersonId) -> Away | None: ...
    def put(self, away: Away) -> None:
        """Keeps or replaces that of the person."""

    def drop(self, person: PersonId) -> None: ...
    def among(self, people: Collection[PersonId], now: datetime) -> list[Away]:
        """Those of these people who are away at a moment, by person."""

    def behind(self, delegate: PersonId, now: datetime) -> list[Away]:
        """Those who are away at a moment and named this delegate, by person."""


class Charges(Protocol):
    """What people have approved in a period."""

    def get(self, person: PersonId, start: datetime) -> Charged | None: ...
    def save(self, charged: Charged) -> None:
        """Adds version 1, or replaces version - 1 by this version; Stale when somebody else was first."""


class Outcomes(Protocol):
    """Answers to check-ins, one an override."""

    def get(self, override: str) -> Outcome | None: ...
    def add(self, outcome: Outcome) -> None:
        """Stores the first answer; raises Stale when there is one."""


class Reports(Protocol):
    """What channels were told of their weeks."""

    def get(self, key: str) -> Report | None: ...
    def add(self, report: Report) -> None:
        """Raises Stale when that channel was told of that week."""

    def save(self, report: Report) -> None:
        """Replaces version - 1 by this version, or raises Stale."""

    def told(self, keys: Iterable[str]) -> set[str]:
        """Those of these keys ("channel/week") of which there is a report."""

    def since(self, channel: str, week: str) -> list[Report]:
        """A channel's reports of a week and of those after it, oldest first."""


class Denials(Protocol):
    """Denials by a gateway that are told, or were."""

    def add(self, denied: Denied) -> bool:
        """Keeps one; False when one of that key was kept before."""

    def get(self, key: str) -> Denied | None: ...
    def miss(self, key: str) -> None:
        """Notes that nobody here is the person it is for."""

    def missed(self, at: datetime) -> list[Denied]:
        """Those that were for nobody here, of the windows that hold a moment; oldest first."""


class Violations(Protocol):
    """Submissions that a rule refused."""

    def add(self, violation: Violation) -> bool:
        """Keeps one; False when one of that id was kept before."""

    def get(self, violation: str) -> Violation | None: ...
    def within(self, window: Window) -> list[Violation]:
        """Those of a window, oldest first."""

    def appeal(self, violation: str, request: str) -> None:
        """Notes the request that asks all the same; Stale when one was noted before."""


class Spikes(Protocol):
    """Sudden rises that are told, or were."""

    def add(self, spike: Spike) -> bool:
        """Keeps one; False when one of that key was kept before."""

    def get(self, key: str) -> Spike | None: ...
    def since(self, day: date) -> list[Spike]:
        """Those told of a local day or a later one, by day."""


class UnitOfWork(AbstractContextManager["UnitOfWork"], Protocol):
    """One transaction. It is rolled back unless `commit` was called; Stale may come from `commit`, too."""

    requests: Requests
    overrides: Overrides
    outcomes: Outcomes
    holdings: Holdings
    aways: Aways
    charges: Charges
    meter: Meter
    corrections: Corrections
    yields: Yields
    reports: Reports
    streams: Streams
    ledger: Ledger
    denials: Denials
    spikes: Spikes
    violations: Violations
    record: Record
    agenda: Agenda
    outbox: Outbox
    posts: Posts

    def commit(self) -> None: ...


Units = Callable[[], UnitOfWork]


class Changed(NamedTuple):
    """What a unit that was committed changed of what is remembered beside the database: each as it is since."""

    counters: Sequence[Counter] = ()
    overrides: Sequence[Override] = ()
    holdings: Sequence[Holding] = ()


Listener = Callable[[Changed], None]
"""Hears what was committed, right after; in the committing thread, so it must be quick and must not raise."""
