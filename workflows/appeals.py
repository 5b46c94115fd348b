"""Appeals: a request for what a rule refused. Not here: the refusals themselves (`violations`)."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that refused, with its sentence."""

    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """Every rule that refused, and why the requester thinks that it should be allowed all the same."""

    broken: tuple[Broken, ...]
    words: str

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules that it goes against."""
        return tuple(each.rule for each in self.broken)

    def against(self, rules: Iterable[str]) -> "Appeal | None":
        """The appeal against those of these rules that it names; None when they are none."""
        names = set(rules)
        still = tuple(each for each in self.broken if each.rule in names)
        return Appeal(still, self.words) if still else None
