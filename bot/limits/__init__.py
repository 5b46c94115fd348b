"""Adapters to the gateways that enforce limits come here, one module each.

Not here: the embedded store, for companies without a gateway; its limits are rows, so it is `bot.store.limits`.
"""
