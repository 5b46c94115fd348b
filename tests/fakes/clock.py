"""A clock that stands still until it is told."""

from datetime import datetime, timedelta

from workflows.ports import Clock


class ManualClock(Clock):
    """Shows `at`, aware UTC."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> datetime:
        """Lets time pass; what it is then."""
        self.at += by
        return self.at
