"""What a quota store holds of ours: the ledger beside it, by which our own writes are told from somebody else's.

No store has compare-and-set, so before each write we note what we are about to write. What is read is then

    as wanted     nothing to do
    ours          something we wrote, lately or at last: it is brought up to date
    an edit       anything else: somebody changed the limit by another door. The base they meant is what they set less what our
                  overrides added. By policy it is adopted (it counts from now on, until app.yaml says another limit), or the
                  limit is restored; both are reported, and no edit is overwritten unseen.

What our overrides added is known where the store names them. Else it is the most that they may have: were it less, the rest would
count as base, and an override would outlast its end.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from workflows.limits import Edits, Place, Reading, Traits, Wanted
from workflows.quotas import Quota

REMEMBERED = 8  # writes that may still come into force: a gateway that applies them late does so within minutes


@dataclass(frozen=True, slots=True)
class Holding:
    """What is known of a quota's limit in its store; in the quota's unit.

    `place` is where, `declared` app.yaml's limit as it was when this was noted; `adopted` counts instead until app.yaml says
    another. `unlimited` says that somebody took the limit away. `written` are our latest writes, newest first; `added` is what
    overrides add in the one that was last confirmed, `adding` the most in it and those that were not. `edited` is when somebody's
    edit was last found.
    """

    quota: str
    declared: int
    place: Place | None = None
    adopted: int | None = None
    unlimited: bool = False
    written: tuple[int, ...] = ()
    added: int = 0
    adding: int = 0
    edited: datetime | None = None
    version: int = 1

    def base(self, declared: int) -> int:
        """The limit that counts when app.yaml says `declared`."""
        return declared if self.adopted is None or declared != self.declared else self.adopted


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody changed a limit: it was to be `wrote`, of which overrides are `added`, and is `found`, None for no limit."""

    wrote: int
    added: int
    found: int | None

    @property
    def base(self) -> int | None:
        """The base they meant; below zero where they left less than overrides add."""
        return None if self.found is None else self.found - self.added


@dataclass(frozen=True, slots=True)
class Sight:
    """A quota's limit as it should be and as it was read. `declared` is app.yaml's.

    `named` is what the overrides add that the store names, None where it names none.
    """

    declared: int
    wanted: Wanted
    reading: Reading
    traits: Traits
    ledgered: Holding | None = None
    named: int | None = None

    @property
    def carried(self) -> int:
        """What the base has beside the quota's own limit."""
        return self.wanted.base - (self.ledgered.base(self.declared) if self.ledgered else self.declared)

    @property
    def first(self) -> bool:
        """Whether nothing was written there before, nor anything found."""
        return self.ledgered is None or not (self.ledgered.written or self.ledgered.unlimited)

    @property
    def due(self) -> int:
        """What the store should enforce, as it can hold it."""
        return self.traits.whole(self.wanted.limit)

    @property
    def fits(self) -> bool:
        """Whether the limit is as it should be."""
        return self.reading.limit == self.due

    @property
    def whole(self) -> bool:
        """Whether the store also names the overrides that it is made of, where it has room for that."""
        return self.fits and self.reading.names in (None, frozenset(self.wanted.ids))


def edit(sight: Sight) -> Edit | None:
    """What somebody else did to the limit, None if nobody did. Where we never wrote, the store's own limit is somebody's."""
    holding, found = sight.ledgered, sight.reading.limit
    if sight.fits or (holding is not None and found in holding.written):
        return None
    if sight.traits.expires and found == sight.traits.whole(sight.wanted.base):
        return None  # the store ended what overrides add by itself, perhaps with the first of several
    if holding is None or sight.first:
        return Edit(sight.declared, sight.named or 0, found)
    if found is None and holding.unlimited:
        return None  # it is known
    return Edit(holding.written[0] if holding.written else holding.base(sight.declared), _added(sight, holding), found)


def _added(sight: Sight, holding: Holding) -> int:
    """What overrides add in what was found. A store that names none may have lost their names."""
    if sight.named or (sight.named == 0 and not holding.added):
        return sight.named
    return max(holding.added, holding.adding)


def fresh(quota: Quota, version: int = 0) -> Holding:
    """The ledger of a place that nothing is known of yet."""
    return Holding(quota.key, quota.limit, quota.place, version=version)


def noticed(sight: Sight, quota: Quota, found: Edit, edits: Edits, *, now: datetime) -> Holding:
    """The ledger after an edit was found, by what is done with edits."""
    before = sight.ledgered or fresh(quota)
    after = replace(before, declared=sight.declared, edited=now, version=before.version + 1)
    known = () if found.found is None else (found.found,)
    after = replace(after, written=known, added=found.added, adding=found.added)
    if edits is Edits.RESTORE:
        return replace(after, adopted=None, unlimited=False)
    adopted = None if found.base is None else found.base - sight.carried
    return replace(after, adopted=adopted, unlimited=found.found is None)


def left(holding: Holding, found: int | None) -> int | None:
    """What a place should hold that the quota leaves: nothing that overrides added; None when nothing is to be written there."""
    if found is None:
        return None
    base = holding.base(holding.declared)
    ours = found in holding.written
    after = max(0, base if ours else found - max(holding.added, holding.adding))
    return None if after == found else after


def writing(sight: Sight, quota: Quota) -> Holding:
    """The ledger before the limit is written: it may come into force at any time from now on, or not."""
    before = sight.ledgered or fresh(quota)
    known = sight.reading.limit
    kept = [limit for limit in (sight.due, known, *before.written) if limit is not None]
    adopted = before.adopted if before.declared == sight.declared else None
    return replace(
        before,
        declared=sight.declared,
        adopted=adopted,
        unlimited=False,
        written=tuple(dict.fromkeys(kept))[:REMEMBERED],
        adding=max(before.added, before.adding, sight.wanted.added),
        version=before.version + 1,
    )


def confirmed(sight: Sight, holding: Holding | None, quota: Quota) -> Holding:
    """The ledger after the limit was read to be as wanted."""
    before = holding or fresh(quota)
    adopted = before.adopted if before.declared == sight.declared else None
    written = tuple(dict.fromkeys((sight.due, *before.written)))[:REMEMBERED]
    added = sight.wanted.added
    known = replace(before, declared=sight.declared, adopted=adopted, unlimited=False)
    after = replace(known, written=written, added=added, adding=added)
    return before if after == before and before.version else replace(after, version=before.version + 1)
