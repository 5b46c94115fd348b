"""The HTTP doors: usage in, whether calls may proceed, standings out, health. `web` makes the app from what `Doors` reaches.

Not here: Slack's door, which `web` is given as a route.
"""

from bot.web.doors import Doors
from bot.web.serving import web

__all__ = ["Doors", "web"]
