"""The policy: what app.yaml says, checked and resolved to ids. Everything here was chosen by the operator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from fnmatch import fnmatchcase
from functools import cached_property

from workflows.acceptable import Acceptable
from workflows.attribution import Attribution, Claim
from workflows.authority import ANY, Authority
from workflows.bounds import UNBOUNDED, Bounds
from workflows.glass import BreakGlass
from workflows.governed import Vendor
from workflows.limits import Edits, StoreRules
from workflows.operators import USUAL, Operators
from workflows.overrides import Grace
from workflows.people import Account, PersonId
from workflows.pricing import Price
from workflows.quotas import Quota, lineage, window_of
from workflows.reminders import Chase
from workflows.rules import Data, Rule
from workflows.times import Window
from workflows.working import Wait, Week


@dataclass(frozen=True, slots=True)
class Organization:
    """Whose policy it is. `zone` is an IANA name; `fiscal_start` the month (1 to 12) in which quarters begin."""

    name: str
    zone: str = "UTC"
    fiscal_start: int = 1


@dataclass(frozen=True, slots=True)
class People:
    """What Slack cannot know. `managers` are by person, and so are those that a directory file `reported`.

    `profile_field` is the label of Slack's manager field, or "". `authority` is how much each may approve.
    """

    managers: Mapping[PersonId, PersonId] = field(default_factory=dict)
    reported: Mapping[PersonId, PersonId] = field(default_factory=dict)
    profile_field: str = ""
    groups: Mapping[str, tuple[PersonId, ...]] = field(default_factory=dict)
    usergroups: Mapping[str, str] = field(default_factory=dict)  # group's name -> Slack user group's id
    fallback: str = "platform"
    authority: Authority = ANY
    accounts: tuple[Account, ...] = ()

    def account(self, name: str) -> Account | None:
        """The account of that name."""
        return next((account for account in self.accounts if account.name == name), None)


@dataclass(frozen=True, slots=True)
class Models:
    """Model groups by pattern, and which models each data class may use; a class not named may use every model."""

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    approved: Mapping[Data, tuple[str, ...]] = field(default_factory=dict)

    def unapproved(self, models: tuple[str, ...], data: Data) -> tuple[str, ...]:
        """Those of `models` that are not approved for the data."""
        patterns = self.approved.get(data)
        if patterns is None:
            return ()
        return tuple(m for m in models if not any(fnmatchcase(m, p) for p in patterns))

    def named(self) -> tuple[str, ...]:
        """Every model and family of models that app.yaml names: what a requester can pick from."""
        lists = [*self.groups.values(), *self.approved.values()]
        return tuple(dict.fromkeys(pattern for patterns in lists for pattern in patterns))


NINE_TO_FIVE = Week()
TWICE = Chase((Wait(worked=timedelta(hours=4)), Wait(days=1)), Wait(days=2))


@dataclass(frozen=True, slots=True)
class Timing:
    """The clocks of a request and an override, and when people are reminded. `undo_within` zero: no vote is undone.

    An override may be asked for that begins `start_within` a time from now, zero: none that begins later.

    An override may be extended `extensions` times, and last no longer than `extended_at_most` with all of them. `notices` are how
    long before an end its holder is told. One of which nothing was used for `unused_after` is proposed to end, None for never;
    `grace` follows an end that time brings. An override is stuck when its store says nothing for `stuck_after`; each
    `reconcile_every` every limit is compared with its store.
    """

    lapse_after: timedelta = timedelta(days=5)
    override_at_most: timedelta = timedelta(days=30)
    start_within: timedelta = timedelta(days=30)
    activate_within: timedelta = timedelta(hours=1)
    nudge_every: timedelta = timedelta(hours=4)
    undo_within: timedelta = timedelta(minutes=10)
    extensions: int = 2
    extended_at_most: timedelta = timedelta(days=90)
    notices: tuple[timedelta, ...] = (timedelta(days=1), timedelta(hours=1))
    unused_after: timedelta | None = None
    grace: Grace | None = None
    stuck_after: timedelta = timedelta(minutes=5)
    reconcile_every: timedelta = timedelta(minutes=5)
    week: Week = NINE_TO_FIVE
    chase: Chase = TWICE


@dataclass(frozen=True, slots=True)
class Decisions:
    """How votes are cast. Above `confirm_over` nano-dollars an approver types the amount again; None for never."""

    confirm_over: int | None = None


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """When the digest is posted (weekday Monday 0, local time), and the channel that gets every quota's, "" for none."""

    weekday: int = 0
    at: time = time(9)
    leadership: str = ""


FREE = Price(0, 0, 0, 0)
NOTHING_SAID = Acceptable()


def unattributed(scope: str) -> str:
    """Where usage goes that nobody claims, in the tree of a scope."""
    return f"{lineage(scope)[-1]}/unattributed"


@dataclass(frozen=True)
class Policy:
    """The whole of app.yaml. `quotas` are in the order they were written, parents and children mixed as the operator likes.

    It has no slots, so that what is looked up for every event is found once.
    """

    organization: Organization
    quotas: tuple[Quota, ...]
    rules: tuple[Rule, ...] = ()
    people: People = People()
    models: Models = Models()
    timing: Timing = Timing()
    decisions: Decisions = Decisions()
    digest: DigestPlan = DigestPlan()
    bounds: Bounds = UNBOUNDED
    prices: Mapping[str, Price] = field(default_factory=dict)
    fallback_price: Price = FREE
    claims: tuple[Claim, ...] = ()
    reports: Mapping[Vendor, timedelta] = field(default_factory=dict)  # whose cost report is read, and how often
    acceptable: Acceptable = NOTHING_SAID
    glass: BreakGlass | None = None
    stores: Mapping[str, StoreRules] = field(default_factory=dict)  # gateways, by their names in a `Place`
    operators: Operators = USUAL
    hash: str = ""

    @cached_property
    def by_key(self) -> Mapping[str, Quota]:
        """Every quota by its key."""
        return {quota.key: quota for quota in self.quotas}

    @cached_property
    def by_scope(self) -> Mapping[str, tuple[Quota, ...]]:
        """Every scope's quotas, scopes without one left out."""
        found: dict[str, list[Quota]] = {}
        for quota in self.quotas:
            found.setdefault(quota.scope, []).append(quota)
        return {scope: tuple(quotas) for scope, quotas in found.items()}

    @cached_property
    def scopes(self) -> frozenset[str]:
        """Every scope of the tree: those with a quota, those above one, and where usage goes that nobody claims."""
        return frozenset(scope for quota in self.quotas for scope in lineage(quota.scope)) | {self.unattributed}

    @cached_property
    def unattributed(self) -> str:
        """The scope of usage that no rule attributes: below the first root, so that it counts in the whole."""
        return unattributed(self.quotas[0].scope if self.quotas else "platform")

    @property
    def root(self) -> str:
        """The scope in which all usage counts."""
        return lineage(self.unattributed)[-1]

    @cached_property
    def minders(self) -> tuple[Quota, ...]:
        """The quotas whose owner and channel see to unattributed usage: those of its own scope, or else those of the whole."""
        return self.on(self.unattributed) or self.on(self.root)

    @cached_property
    def attribution(self) -> Attribution:
        """Where usage belongs."""
        return Attribution(self.claims, self.scopes, self.unattributed)

    def edits(self, quota: Quota) -> Edits:
        """What is done when somebody changed its limit by another door. Those kept here are ours alone, and put right."""
        if quota.place is None:
            return Edits.RESTORE
        rules = self.stores.get(quota.place.store)
        return rules.edits if rules else Edits.ADOPT

    def quota(self, key: str) -> Quota | None:
        """The quota of that key."""
        return self.by_key.get(key)

    def on(self, scope: str) -> tuple[Quota, ...]:
        """The quotas on exactly this scope."""
        return self.by_scope.get(scope, ())

    def window(self, quota: Quota, at: datetime) -> Window:
        """The quota's window that holds a moment."""
        return window_of(quota, self.organization.zone, at, self.organization.fiscal_start)

    def resets(self, quota: Quota, since: datetime, more: int = 0) -> tuple[datetime, ...]:
        """The first reset of a quota after a moment, and so many more."""
        found = [self.window(quota, since).end]
        for _ in range(more):
            found.append(self.window(quota, found[-1]).end)
        return tuple(found)

    def nearest(self, scope: str) -> Quota | None:
        """The first quota of a scope, or of the nearest scope above that has one."""
        return next((quota for near in lineage(scope) for quota in self.on(near)), None)

    def owner(self, scope: str) -> PersonId | None:
        """Who owns a scope: by its own quotas, or by those of the nearest scope above."""
        return next((quota.owner for near in lineage(scope) for quota in self.on(near) if quota.owner), None)

    def home(self, scope: str) -> str:
        """The channel of a scope, or of the nearest scope above that has one; "" for none."""
        return next((quota.channel for near in lineage(scope) for quota in self.on(near) if quota.channel), "")

    def in_channel(self, channel: str) -> tuple[Quota, ...]:
        """The quotas whose home is this channel."""
        return tuple(q for q in self.quotas if q.channel == channel)
