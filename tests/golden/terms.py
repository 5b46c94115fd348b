"""Scenes of when overrides begin and end: later, through a reset, in parts, unused, and step by step."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.slack.lessening import presets as lesser
from tests.golden import cast
from tests.golden.cast import ADA, BOB, NOW, Words
from workflows.ballots import Verdict, Vote
from workflows.cases import Term
from workflows.effects import News
from workflows.idle import Now, Proposal
from workflows.lessening import Less
from workflows.lessening import terms as known_terms
from workflows.money import usd
from workflows.overrides import Override, Reason
from workflows.requests import Request, State
from workflows.tranches import Asking, Progress

Scene = tuple[str, dict[str, Any]]
DAY = timedelta(days=1)
LATER = NOW + 2 * DAY


def terms(words: Words) -> dict[str, Scene]:
    return {**_later(words), **_parts(words), **_idle(words), **_steps(words)}


def _asked(words: Words, **term: Any) -> Request:
    asked = cast.request(words)
    return replace(asked, case=replace(asked.case, term=replace(asked.case.term, **term)))


def _later(words: Words) -> dict[str, Scene]:
    asked = _asked(words, since=LATER)
    through = replace(asked, case=replace(asked.case, term=Term(until=NOW + 30 * DAY, resets=1)))
    yes = cast.decided(asked, State.APPROVED)
    waits = replace(cast.card(yes, cast.override(yes), words), begins=LATER, ends=LATER + DAY)
    return {
        "card-later-approver": (
            "card.yaml",
            {"card": replace(cast.card(asked, None, words), begins=LATER, ends=LATER + DAY), "viewer": "approver"},
        ),
        "card-through-approver": ("card.yaml", {"card": cast.card(through, None, words), "viewer": "approver"}),
        "card-scheduled-requester": ("card.yaml", {"card": waits, "viewer": "requester"}),
        "news-scheduled": ("news.yaml", {"news": News.SCHEDULED, "card": waits}),
    }


def granted(yes: Request) -> tuple[Override, Override]:
    """$400, and $600 that are held back."""
    first = replace(cast.active(yes), amount=usd(400))
    return first, replace(first, id=f"{first.id}.2", amount=usd(600), held=True, starts=None, ends=None)


def _parts(words: Words) -> dict[str, Scene]:
    asked = replace(cast.request(words), case=replace(cast.request(words).case, amount=usd(1_000)))
    yes = replace(cast.decided(asked, State.APPROVED), votes=(Vote(BOB, Verdict.APPROVE, NOW, first=usd(400)),))
    first, rest = granted(yes)
    lapsed = replace(rest, stopped=NOW, why=Reason.LAPSED)
    told = Progress(ADA, NOW, words.said[:900], words.link)
    waits = replace(cast.card(yes, first, words), rest=rest)
    out = replace(waits, rest=replace(rest, held=False, starts=NOW, ends=first.ends), progress=told)
    over = replace(cast.card(yes, replace(cast.over(yes, Reason.EXPIRED), amount=usd(400), gone=NOW), words), rest=lapsed)
    return {
        "card-part-requester": ("card.yaml", {"card": waits, "viewer": "requester"}),
        "card-part-thread": ("card.yaml", {"card": waits, "viewer": "thread"}),
        "card-released-approver": ("card.yaml", {"card": out, "viewer": "approver"}),
        "card-part-pending-approver": ("card.yaml", {"card": cast.card(_halves(asked), None, words), "viewer": "approver"}),
        "news-part-active": ("news.yaml", {"news": News.ACTIVE, "card": waits}),
        "news-released": ("news.yaml", {"news": News.RELEASED, "card": out}),
        "news-part-ended": ("news.yaml", {"news": News.ENDED, "card": over}),
        "progress": ("progress.yaml", {"asking": Asking(first, rest, None, True)}),
        "halfway": ("halfway.yaml", {"asking": Asking(first, rest, None, True)}),
        "halfway-answered": ("halfway.yaml", {"asking": Asking(first, rest, told, False)}),
        "halfway-lapsed": ("halfway.yaml", {"asking": Asking(first, lapsed, None, False)}),
        "less-part": _less(words, asked),
    }


def _halves(asked: Request) -> Request:
    """Of two who decide, one has agreed to a part at first."""
    return replace(asked, votes=(Vote(BOB, Verdict.APPROVE, NOW, first=usd(400)),))


def _less(words: Words, asked: Request) -> Scene:
    mine, known = cast.quota(words), known_terms(asked, NOW)
    reset, typed = cast.stands(mine).window.end, {"amount": "$1,000", "duration": "same", "first": "400"}
    term, after = known["same"], cast.outlook(mine, extra=usd(1_000))
    form = Less(asked, mine, NOW, LATER, typed, usd(1_000), known, term, term.end(NOW, reset), reset, after, blank=False)
    return "less.yaml", {"less": form, "presets": lesser(form)}


def _idle(words: Words) -> dict[str, Scene]:
    running = cast.active(cast.decided(cast.request(words), State.APPROVED))
    ended = replace(running, stopped=NOW, why=Reason.UNUSED)
    told = {now: Proposal(ended if now is Now.ENDED else running, running.amount, NOW - 5 * DAY, NOW + DAY, now) for now in Now}
    return {f"idle-{now}": ("idle.yaml", {"told": proposal}) for now, proposal in told.items()}


def _steps(words: Words) -> dict[str, Scene]:
    yes = cast.decided(cast.request(words), State.APPROVED)
    ended = replace(cast.over(yes, Reason.EXPIRED), gone=NOW)
    step = replace(ended, id=f"{ended.id}.2", follows=ended.id, amount=usd(200), starts=NOW, ends=NOW + DAY, gone=None)
    ahead = replace(step, starts=NOW + DAY, ends=NOW + 2 * DAY)
    pending = replace(cast.card(cast.request(words), None, words), later=(usd(200), NOW + 2 * DAY))
    return {
        "card-step-approver": ("card.yaml", {"card": pending, "viewer": "approver"}),
        "card-step-active-requester": (
            "card.yaml",
            {"card": replace(cast.card(yes, cast.active(yes), words), step=ahead), "viewer": "requester"},
        ),
        "card-stepped-requester": (
            "card.yaml",
            {"card": replace(cast.card(yes, ended, words), step=step), "viewer": "requester"},
        ),
        "news-stepped": ("news.yaml", {"news": News.ENDED, "card": replace(cast.card(yes, ended, words), step=step)}),
    }
