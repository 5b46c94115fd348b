"""What the guardrails say of a request. Not here: the rules that set them (`routing`)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.people import PersonId


class Mode(StrEnum):
    """Whether a rule approves, or only records that it would have."""

    SHADOW = "shadow"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Automatic:
    """What a rule that approves said when the request was routed; `violated` names every guardrail that it is outside of."""

    rule: str
    mode: Mode
    violated: tuple[str, ...] = ()

    @property
    def would(self) -> bool:
        """Whether it approves, or would."""
        return not self.violated

    @property
    def approves(self) -> bool:
        """Whether it does."""
        return self.would and self.mode is Mode.ON


@dataclass(frozen=True, slots=True)
class Revoked:
    """Who ended what was granted, and why."""

    by: PersonId
    at: datetime
    words: str
