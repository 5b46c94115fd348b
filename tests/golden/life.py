"""Scenes of an override's life: the notice before its end, its extension, its return, and what was revoked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.slack.forms import Form
from tests.golden import cast
from tests.golden.cast import BOB, NOW, Words
from workflows.automatic import Revoked
from workflows.digest import Exceptional
from workflows.effects import News
from workflows.extending import Line
from workflows.money import Unit, usd
from workflows.noticing import Ending
from workflows.overrides import Override, Reason
from workflows.overruling import OPERATOR
from workflows.people import PersonId
from workflows.quotas import AtSoft, Standing
from workflows.refusals import Refused, Why
from workflows.requests import Request, State

Scene = tuple[str, dict[str, Any]]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def life(words: Words, form: Callable[..., Form]) -> dict[str, Scene]:
    return {**_notices(words), **_extended(words), **_ended(words), **_forms(words, form)}


def running(asked: Request) -> Override:
    """An override in its third day, which ends tomorrow."""
    return replace(cast.active(asked), starts=NOW - 2 * DAY, ends=NOW + DAY)


def after(had: Override) -> Override:
    """What carries it on."""
    return replace(had, id="O-KLMNOPQRST", request="R-KLMNOPQRST", follows=had.id, starts=had.ends, ends=NOW + 4 * DAY)


def _ending(words: Words, spent: int = usd(8_740), at_soft: AtSoft = AtSoft.NEEDS_EXCEPTION, **changes: Any) -> Ending:
    yes = cast.decided(cast.request(words), State.APPROVED)
    had = running(yes)
    stands = cast.stands(replace(cast.quota(words), at_soft=at_soft), spent, usd(400))
    then = Standing(stands.quota, stands.window, NOW + DAY, spent, stands.base)
    left = min(usd(400), max(0, stands.limit - spent))
    whole = Ending(yes, (had,), Line((had,), {}), NOW, stands, usd(1_240), left, then)
    return replace(whole, **changes)


def _notices(words: Words) -> dict[str, Scene]:
    had = _ending(words).override
    twice = Line((after(had), had), {})
    enough = Refused(Why.EXTENDED_ENOUGH, {"had": 2, "most": 2})
    less = replace(had, id="O-ABCDEFGHIJ.2", amount=usd(100), starts=had.ends, ends=NOW + 2 * DAY, follows=had.id)
    found = {
        "notice": _ending(words),
        "notice-blocked": _ending(words, usd(10_180)),
        "notice-blocked-hard": _ending(words, usd(12_180), stopped=enough, line=twice),
        "notice-goes-on": _ending(words, usd(10_180), AtSoft.ALLOW),
        "notice-asked": _ending(words, usd(10_180), asked=cast.request(words)),
        "notice-grace": _ending(words, less=less),
        "notice-parts": _ending(words, overrides=(had, replace(had, id="O-ABCDEFGHIJ.3"))),
        "notice-reset": _ending(words, usd(10_180), then=None),
    }
    return {name: ("notice.yaml", {"told": told}) for name, told in found.items()}


def _extended(words: Words) -> dict[str, Scene]:
    yes = cast.decided(cast.request(words), State.APPROVED)
    had = running(yes)
    case = replace(yes.case, extends=had.id, term=replace(yes.case.term, span=None, until=NOW + 4 * DAY, since=had.ends))
    asked = replace(cast.request(words), case=case)
    pending = replace(cast.card(asked, words=words), extends=had, ends=NOW + 4 * DAY)
    follow = replace(cast.card(replace(yes, case=case), after(had), words), extends=had, ends=NOW + 4 * DAY)
    return {
        "card-extends-approver": ("card.yaml", {"card": pending, "viewer": "approver"}),
        "card-extends-requester": ("card.yaml", {"card": follow, "viewer": "requester"}),
        "card-goes-on-requester": (
            "card.yaml",
            {"card": replace(cast.card(yes, had, words), goes_on=after(had)), "viewer": "requester"},
        ),
        "news-extended": ("news.yaml", {"news": News.EXTENDED, "card": follow}),
    }


def _ended(words: Words) -> dict[str, Scene]:
    yes = cast.decided(cast.request(words), State.APPROVED)
    gave = replace(cast.over(yes, Reason.RETURNED), starts=NOW - DAY, back=usd(320), gone=NOW)
    used = replace(gave, back=0)

    def revoked(by: PersonId) -> Scene:
        taken = replace(yes, revoked=Revoked(by, NOW, words.said))
        return "card.yaml", {
            "card": cast.card(taken, replace(cast.over(taken, Reason.REVOKED), gone=NOW), words),
            "viewer": "requester",
        }

    given = replace(gave, stopped=NOW - 2 * DAY, starts=NOW - 3 * DAY)
    digest = replace(cast.digest(words), exceptions=(Exceptional(yes, given), Exceptional(yes, replace(given, unit=Unit.TOKENS))))
    return {
        "card-returned-thread": ("card.yaml", {"card": cast.card(yes, gave, words), "viewer": "thread"}),
        "news-gave-back": ("news.yaml", {"news": News.ENDED, "card": cast.card(yes, gave, words)}),
        "news-all-used": ("news.yaml", {"news": News.ENDED, "card": cast.card(yes, used, words)}),
        "card-revoked-requester": revoked(BOB),
        "card-revoked-by-operator": revoked(OPERATOR),
        "digest-returned": ("digest.yaml", {"digest": digest}),
        "revoke-people": ("revoke.yaml", {"request": yes}),
    }


def _forms(words: Words, form: Callable[..., Form]) -> dict[str, Scene]:
    yes = cast.decided(cast.request(words), State.APPROVED)
    had = running(yes)
    typed = {"amount": "$400", "duration": "days:3", "metric": words.metric, "quantity": "40", "evidence": words.said}
    refused = replace(
        cast.preview(words), route=Refused(Why.EXTENDS_MORE, {"most": usd(400), "unit": Unit.USD, "quota": had.quota})
    )
    over = replace(had, starts=NOW - 4 * DAY, ends=NOW - HOUR)
    return {
        "ask-extend": ("ask.yaml", {"form": form(words, typed=typed, extends=had, preview=cast.preview(words))}),
        "ask-extend-more": ("ask.yaml", {"form": form(words, typed=typed, extends=over, preview=refused)}),
    }
