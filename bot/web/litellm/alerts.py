"""LiteLLM's budget alerts: which of our quotas one is about. They come unsigned, repeat, and fall silent after an override.

So an alert is a hint: it has the limits of those quotas looked at, and it is told to the log. Whether anybody is warned follows
from what was counted here.
"""

from decimal import Decimal

import msgspec

from bot.web.fields import Unreadable, first, names
from bot.web.litellm.denials import ScopeOf, dollars, scope_by
from workflows.attribution import Origin
from workflows.money import Unit, show

BUDGETS = ("budget_crossed", "threshold_crossed", "soft_budget_crossed", "max_budget_alert", "projected_limit_exceeded")


class Alert(msgspec.Struct, frozen=True):
    """An alert, as far as it is read."""

    event: str = ""
    event_group: str = ""
    team_id: str | None = None
    team_alias: str | None = None
    token: str | None = None
    key_alias: str | None = None
    user_id: str | None = None
    user_email: str | None = None
    spend: Decimal | None = None
    max_budget: Decimal | None = None

    @property
    def matters(self) -> bool:
        """Whether it is about a budget; others are news of keys and users, and each call of a customer."""
        return self.event in BUDGETS

    def scope(self, scope_of: ScopeOf) -> str:
        """The scope of the budget, "" where it is in no tree of ours."""
        match self.event_group:
            case "team":
                return scope_by(Origin(teams=names(self.team_alias, self.team_id)), scope_of)
            case "key":
                return scope_by(Origin(keys=names(self.key_alias, self.token)), scope_of)
            case "user":
                return scope_by(Origin(user=first(self.user_email, self.user_id)), scope_of)
        return ""

    @property
    def line(self) -> str:
        """It in words for the log, where nobody's address belongs."""
        whose = " ".join((self.event_group, first(self.team_alias, self.key_alias))).strip() or "a budget"
        said = (dollars(amount) for amount in (self.spend, self.max_budget))
        stands, limit = ("?" if amount is None else show(amount, Unit.USD) for amount in said)
        return f"LiteLLM says {self.event} of {whose}: {stands} of {limit}"


_DECODER = msgspec.json.Decoder(Alert)


def read(body: bytes) -> Alert:
    """The alert in a body; Unreadable when there is none."""
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unreadable("the body is no alert of LiteLLM: it must be an object with event and event_group") from None
