"""LiteLLM's denials: whose budget stopped a call, where that is in our tree, and what LiteLLM says of it."""

import re
from collections.abc import Callable
from decimal import Decimal

from bot.web.fields import Wrong, first, names, nanos
from bot.web.litellm.records import SOURCE, Metadata, Record
from workflows import denials
from workflows.attribution import Origin
from workflows.spend import Denial

_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,}")

ScopeOf = Callable[[Origin, str], str]


def denial(record: Record, scope_of: ScopeOf) -> Denial:
    """What a record of a call that was refused for want of budget says of that."""
    why, meta = record.why, record.meta
    kind = first(why.error_budget_entity_type)
    origin, name = _entity(kind, first(why.error_budget_entity_id), meta)
    return Denial(
        who=_who(meta, record.end_user),
        kind=kind,
        name=name,
        scope=scope_by(origin, scope_of) if origin else "",
        limit=dollars(why.error_budget_limit),
        stands=dollars(why.error_budget_spend),
    )


def _entity(kind: str, number: str, meta: Metadata) -> tuple[Origin | None, str]:
    """What attribution can know an entity by, and its name for people. A member's own budget in a team is not the team's."""
    match kind:
        case "team":
            teams = names(meta.user_api_key_team_alias if number == meta.user_api_key_team_id else "", number)
            return Origin(teams=teams), first(*teams)
        case "key":
            keys = names(meta.user_api_key_alias if number == meta.user_api_key_hash else "", number)
            return Origin(keys=keys), first(meta.user_api_key_alias)
        case "user":
            return Origin(user=first(meta.user_api_key_user_email if number == meta.user_api_key_user_id else "", number)), ""
        case "project":
            mine = meta.user_api_key_project_alias if number == meta.user_api_key_project_id else ""
            return Origin(project=first(mine, number)), first(mine, number)
        case "tag":
            return Origin(tags=names(number)), number
        case denials.OURS:
            return None, number
    return None, ""


def scope_by(origin: Origin, scope_of: ScopeOf) -> str:
    """Where the entity itself is attributed. A rule that takes everything from LiteLLM says nothing of one entity."""
    scope = scope_of(origin._replace(source=SOURCE), "")
    return "" if scope == scope_of(Origin(source=SOURCE), "") else scope


def _who(meta: Metadata, end_user: object) -> str:
    """Whose call it was: the first name that a workspace may know, else the first there is."""
    every = names(meta.user_api_key_user_email, meta.user_api_key_user_id, end_user)
    known = (name for name in every if "@" in name or _SLACK_ID.fullmatch(name))
    return next(known, first(*every))


def dollars(amount: Decimal | None) -> int | None:
    """Nano-dollars; None where that is no amount: what is only told must not cost what is counted."""
    try:
        return nanos("", amount)
    except Wrong:
        return None
