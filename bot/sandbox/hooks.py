"""response_urls: five uses in thirty minutes, tied to one person and, for a press in a message, to that message."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.errors import ApiError
from bot.sandbox.pulse import Pulse

LIFE = timedelta(minutes=30)
USES = 5


@dataclass
class Hook:
    """`ts` is the message it came from, None for a slash command."""

    room: str
    user: str
    ts: str | None
    at: datetime
    uses: int = 0


class Hooks:
    """The response_urls of one workspace by their secret last part."""

    def __init__(self, pulse: Pulse) -> None:
        self.pulse = pulse
        self.reset()

    def reset(self) -> None:
        self._hooks: dict[str, Hook] = {}

    def give(self, room: str, user: str, ts: str | None = None) -> str:
        """The path of a new response_url."""
        key = self.pulse.fresh("R")
        self._hooks[key] = Hook(room, user, ts, self.pulse.now())
        return f"/response/{key}"

    def open(self, key: str) -> Hook:
        """The hook behind a url if it may still be used; says why not in Slack's names."""
        hook = self._hooks.get(key)
        if hook is None or self.pulse.now() - hook.at > LIFE:
            raise ApiError("expired_url")
        if hook.uses >= USES:
            raise ApiError("used_url")
        return hook
