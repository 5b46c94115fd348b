"""Appeals: a request for what a rule refused. Not here: the refusals themselves (`violations`)."""

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
