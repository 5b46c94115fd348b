"""Configuration: app.yaml as a policy, the environment as settings, and the Slack app's manifest.

    draft = read(Path("app.yaml"))            # Draft, or every problem of syntax and schema
    policy = resolve(draft, lookup)           # Policy, or everyone and everything that Slack does not know

Nothing here prints, reads the clock or speaks to Slack.
"""

from bot.config.problems import Problem, line, lines
from bot.config.reading import Draft, read, read_bytes
from bot.config.resolving import OFFLINE, Lookup, Settled, hash_of, resolve, settle

__all__ = [
    "OFFLINE",
    "Draft",
    "Lookup",
    "Problem",
    "Settled",
    "hash_of",
    "line",
    "lines",
    "read",
    "read_bytes",
    "resolve",
    "settle",
]
