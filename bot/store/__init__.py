"""Persistence: the tables, and every port of `workflows.ports` that is kept in them. Rows never leave this package.

Not here: what a stored value means (`workflows`), gateways (`bot.limits`).
"""

from bot.store.opening import Store, open_store
from bot.store.tokens import Scope, Token

__all__ = ["Scope", "Store", "Token", "open_store"]
