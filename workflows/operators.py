"""Operators: who keeps Leeway and the gateways running, and where they are told what needs them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operators:
    """Members of the group `who`; they are told in `channel`, or each in direct messages where it is ""."""

    who: str = "platform"
    channel: str = ""


USUAL = Operators()
