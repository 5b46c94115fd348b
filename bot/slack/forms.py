"""Forms: what the request modal shows, as values that `ask.yaml` lays out. No words are here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.slack.marks import LONGEST_VALUE, cut, digest, handle, size
from workflows.acceptable import UseCase
from workflows.blocking import Barrier, Way
from workflows.cases import Part
from workflows.drafting import CUSTOM, LATER, NOW, PRESETS, THROUGH, UNTIL_RESET, Typed
from workflows.forecast import Outlook
from workflows.overrides import Override
from workflows.people import ME, TEAM
from workflows.policy import Policy
from workflows.previewing import Preview
from workflows.quotas import Quota, Standing
from workflows.refusals import Why
from workflows.requests import Request

# Slack refuses a whole view for one initial value that is not of its field's kind.
_FITS = {
    "quantity": re.compile(r"[0-9]{1,15}"),
    "ticket": re.compile(r"https?://[^\s<>|\"]{1,492}"),
    "until": re.compile(r"[1-9][0-9]{9}"),
    "since": re.compile(r"[1-9][0-9]{9}"),
}
MOST_OPTIONS = 100  # what a Slack menu holds
MOST_BOXES = 10  # what Slack's checkboxes hold


@dataclass(frozen=True, slots=True)
class Preset:
    """A duration to pick: `value` is `drafting`'s word, `end` where it ends if it begins at once or as is typed.

    `capped` says that this is the reset; it goes `through` so many of them first.
    """

    value: str
    span: timedelta | None
    end: datetime | None
    capped: bool = False
    through: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """A further quota to tick, so that it is asked for with the first: so much more on it. `barrier` is how it is in the way.

    `barrier` is None when it is in nobody's way any more, and was asked for before.
    """

    quota: Quota
    amount: int
    picked: bool
    barrier: Barrier | None = None

    @property
    def value(self) -> str:
        """What is ticked is what was shown: the amount is part of it."""
        return f"{self.amount}:{digest(self.quota.key)}"


@dataclass(frozen=True, slots=True)
class Form:
    """The request modal as it is to be shown.

    `choices` are the quotas to pick from, `chosen` the one that is picked; `typed` what is typed or suggested so far, by input.
    `preview` is None while too little is typed. `meta` comes back with every click in the modal. `offers` can be asked for with
    it; `accounts` are those for which the reader may ask. `editing` is the request that is changed, None for a new one; `again`
    is why it is shown once more. `ahead` is how far ahead it may begin. `extends` is the override that it asks to carry on.
    """

    choices: Sequence[Standing]
    chosen: Outlook
    presets: Sequence[Preset]
    zone: str
    typed: Typed
    preview: Preview | None = None
    models: Sequence[str] = ()
    meta: str = ""
    offers: Sequence[Offer] = ()
    accounts: Sequence[str] = ()
    editing: Request | None = None
    again: Why | None = None
    use_cases: Sequence[UseCase] = ()
    extends: Override | None = None
    ahead: timedelta = timedelta()

    @property
    def starts(self) -> list[str]:
        """When it may begin: what carries another one on begins at its end."""
        return [NOW, LATER] if self.ahead and not self.extends else [NOW]

    @property
    def start(self) -> str:
        return LATER if len(self.starts) > 1 and self.words("start") == LATER else NOW

    @property
    def also(self) -> str:
        """The block's name: what is ticked is kept by Slack only as long as the same is offered."""
        return f"also:{digest(' '.join(offer.value for offer in self.offers))}"

    @property
    def ticked(self) -> list[Offer]:
        return [offer for offer in self.offers if offer.picked]

    @property
    def behalfs(self) -> list[str]:
        """For whom it may be asked."""
        return [ME, TEAM, *self.accounts][:MOST_OPTIONS]

    @property
    def behalf(self) -> str:
        said = self.words("behalf")
        return said if said in self.behalfs else ME

    @property
    def quotas(self) -> list[Standing]:
        """The choices that a menu has room for; the chosen one is always among them."""
        mine = self.chosen.standing.quota.key
        rest = [choice for choice in self.choices if choice.quota.key != mine]
        kept = {choice.quota.key for choice in rest[: MOST_OPTIONS - 1]} | {mine}
        return [choice for choice in self.choices if choice.quota.key in kept] or [self.chosen.standing]

    @property
    def uses(self) -> list[UseCase]:
        """The use cases that a menu can hold."""
        return [use for use in self.use_cases if size(use.name) <= LONGEST_VALUE][:MOST_OPTIONS]

    @property
    def offered(self) -> list[str]:
        """The models that a menu can hold, each once."""
        return [model for model in dict.fromkeys(self.models) if model and size(model) <= LONGEST_VALUE][:MOST_OPTIONS]

    @property
    def picked(self) -> list[str]:
        """The models that are chosen already."""
        models = self.typed.get("models", ())
        return [model for model in self.offered if model in ((models,) if isinstance(models, str) else models)]

    @property
    def custom(self) -> bool:
        return self.words("duration") == CUSTOM

    def first(self, name: str, most: int) -> str | None:
        """What stands in an input, as far as the input can hold it; None when it is to start empty."""
        said = self.words(name)
        fits = _FITS[name].fullmatch(said) if name in _FITS else said.strip()
        return cut(said, most) if fits else None

    def moment(self, name: str) -> int | None:
        """The moment that was picked."""
        said = self.first(name, 10)
        return int(said) if said else None

    def words(self, name: str) -> str:
        """What is typed in an input."""
        value = self.typed.get(name, "")
        return value if isinstance(value, str) else ""


def presets(begins: datetime, resets: Sequence[datetime], longest: timedelta) -> tuple[Preset, ...]:
    """The durations that may be asked for from a moment on, shortest first, then the resets, then one's own moment.

    The last of `resets` is the one that no override lives through.
    """
    reset = resets[0]
    allowed = [(value, span) for value, span in PRESETS.items() if min(span, reset - begins) <= longest]
    spans = [Preset(value, span, min(begins + span, reset), begins + span >= reset) for value, span in allowed]
    words = [UNTIL_RESET, *(f"{THROUGH}{n}" for n in range(1, len(resets)))]
    ends = [Preset(word, None, at, True, n) for n, (word, at) in enumerate(zip(words, resets, strict=True))]
    return (*spans, *(preset for preset in ends if preset.end and preset.end - begins <= longest), Preset(CUSTOM, None, None))


def offers(found: Iterable[Barrier], ticked: Iterable[Part], policy: Policy) -> tuple[Offer, ...]:
    """What to offer for what is in the way, and beside it what is `ticked` although it is no longer in the way."""
    parts = {part.quota: part.amount for part in ticked}
    near = [Offer(b.standing.quota, b.asks, b.standing.quota.key in parts, b) for b in found if b.way is not Way.SHORT]
    shown = {offer.quota.key for offer in near}
    rest = ((policy.quota(key), amount) for key, amount in parts.items() if key not in shown)
    return (*near, *(Offer(quota, amount, True) for quota, amount in rest if quota))[:MOST_BOXES]


def part_of(value: str, keys: Iterable[str]) -> str:
    """What was ticked, as `drafting` reads it: a quota's key and the amount; "" when there is no such quota."""
    amount, _, short = value.partition(":")
    key = next((key for key in keys if digest(key) == short), "")
    return f"{key} {amount}" if key else ""


def key_of(value: str, keys: Iterable[str]) -> str:
    """The key that an option stood for; the value itself when it is none of these."""
    return next((key for key in keys if handle(key) == value), value)
