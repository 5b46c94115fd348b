"""Forms: what the request modal shows, as values that `ask.yaml` lays out. No words are here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.slack.marks import LONGEST_VALUE, cut, handle, size
from workflows.acceptable import UseCase
from workflows.drafting import CUSTOM, PRESETS, UNTIL_RESET, Typed
from workflows.explaining import Preview
from workflows.forecast import Outlook
from workflows.quotas import Standing

# Slack refuses a whole view for one initial value that is not of its field's kind.
_FITS = {
    "quantity": re.compile(r"[0-9]{1,15}"),
    "ticket": re.compile(r"https?://[^\s<>|\"]{1,492}"),
    "until": re.compile(r"[1-9][0-9]{9}"),
}
MOST_OPTIONS = 100  # what a Slack menu holds


@dataclass(frozen=True, slots=True)
class Preset:
    """A duration to pick: `value` is `drafting`'s word, `end` where it ends if it began now, `capped` that this is the reset."""

    value: str
    span: timedelta | None
    end: datetime | None
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """The request modal as it is to be shown.

    `choices` are the quotas to pick from, `chosen` the one that is picked; `typed` what is typed or suggested so far, by input.
    `preview` is None while too little is typed. `meta` comes back with every click in the modal.
    """

    choices: Sequence[Standing]
    chosen: Outlook
    presets: Sequence[Preset]
    zone: str
    typed: Typed
    preview: Preview | None = None
    models: Sequence[str] = ()
    meta: str = ""
    use_cases: Sequence[UseCase] = ()

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

    @property
    def until(self) -> int | None:
        """The moment that was picked."""
        said = self.first("until", 10)
        return int(said) if said else None

    def words(self, name: str) -> str:
        """What is typed in an input."""
        value = self.typed.get(name, "")
        return value if isinstance(value, str) else ""


def presets(standing: Standing, longest: timedelta) -> tuple[Preset, ...]:
    """The durations that may be asked for on a quota now, shortest first, then the reset, then one's own moment."""
    now, reset = standing.at, standing.window.end
    allowed = [(value, span) for value, span in PRESETS.items() if min(span, reset - now) <= longest]
    spans = [Preset(value, span, min(now + span, reset), now + span >= reset) for value, span in allowed]
    until = [Preset(UNTIL_RESET, None, reset, True)] if reset - now <= longest else []
    return (*spans, *until, Preset(CUSTOM, None, None))


def key_of(value: str, keys: Iterable[str]) -> str:
    """The key that an option stood for; the value itself when it is none of these."""
    return next((key for key in keys if handle(key) == value), value)
