"""Authority: how much a person has approved in a period, of what they may. The caps themselves are app.yaml's."""

from dataclasses import dataclass
from datetime import datetime

from workflows.people import PersonId


@dataclass(frozen=True, slots=True)
class Charged:
    """What a person has approved in the period that began at `start`, in nano-dollars. `version` counts every change."""

    person: PersonId
    start: datetime
    used: int
    version: int = 1
