"""The scenes of deciding: what approvers do beside a yes or a no, and what everybody reads of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.slack.forms import presets as ends
from bot.slack.lessening import presets
from bot.slack.pointing import Pointed
from tests.golden import cast
from tests.golden.cast import ADA, BOB, CY, NOW, PAT, Words
from workflows.ballots import Question, Verdict, Vote
from workflows.cases import Term
from workflows.effects import News
from workflows.explaining import Card
from workflows.hands import Hand
from workflows.history import History, Past, Usual
from workflows.inbox import Inbox, Result
from workflows.lessening import SAME, Less, amount, terms
from workflows.money import usd
from workflows.overrides import Reason
from workflows.people import Person
from workflows.quotas import Quota
from workflows.refusals import Refused, Why
from workflows.requests import Request, State
from workflows.rules import Data

Scene = tuple[str, dict[str, Any]]
LESS = {"amount": usd(300), "term": Term(span=timedelta(hours=4))}


def lessened(words: Words, data: Data = Data.INTERNAL) -> Request:
    """Bob agrees to less, and says why."""
    yes = Vote(BOB, Verdict.APPROVE, NOW, reason=words.said, amount=usd(300), term=Term(span=timedelta(hours=4)))
    return replace(cast.request(words, data), votes=(yes,), revision=2)


def asked(words: Words, data: Data = Data.INTERNAL, many: int = 2) -> Request:
    """Bob asked, and ada answered all but the last."""
    answered = Question(BOB, NOW - timedelta(hours=1), words.said, words.said, NOW)
    return replace(cast.request(words, data), questions=(*[answered] * (many - 1), Question(CY, NOW, words.said)))


def again(words: Words) -> Request:
    """Denied before, and asked again."""
    no = Vote(BOB, Verdict.DENY, NOW, reason=words.said, instead=words.said)
    return replace(cast.request(words), voided=(no,), round=2, reopened=NOW)


def before(words: Words) -> History:
    yes = cast.decided(cast.request(words), State.APPROVED)
    over = cast.over(yes, Reason.EXPIRED)
    impact = cast.request(words).case.impact
    return History(
        (Past(over, usd(310), impact, cast.outcome(words)), Past(over, usd(400), impact, None)), Usual(5, timedelta(minutes=135))
    )


def decisions(words: Words) -> dict[str, Scene]:
    """Every scene of deciding."""
    return {**_cards(words), **_forms(words), **_told(words), **_lists(words)}


def _cards(words: Words) -> dict[str, Scene]:
    def scene(card: Card, viewer: str, **changes: Any) -> Scene:
        return "card.yaml", {"card": replace(card, **changes), "viewer": viewer}

    full = replace(asked(words, many=5), votes=lessened(words).votes, voided=again(words).voided, round=2, passed=(PAT,))
    yes = replace(cast.decided(cast.request(words), State.APPROVED), votes=lessened(words).votes)
    granted = replace(cast.active(yes), **LESS)
    hand = Hand(stages=cast.request(words).route.stages, alike=3)
    return {
        "card-less-thread": scene(cast.card(lessened(words), None, words), "thread"),
        "card-less-requester": scene(cast.card(lessened(words), None, words), "requester"),
        "card-less-active-thread": scene(cast.card(yes, granted, words), "thread"),
        "card-undo-approver": scene(
            cast.card(yes, granted, words), "approver", hand=Hand(decides=False, undoes=NOW + timedelta(minutes=9))
        ),
        "card-asked-approver": scene(cast.card(full, None, words), "approver", hand=hand, history=before(words)),
        "card-voted-approver": scene(
            cast.card(lessened(words), None, words), "approver", hand=Hand(False, undoes=NOW + timedelta(minutes=9))
        ),
        "card-again-approver": scene(cast.card(again(words), None, words), "approver"),
        "card-again-denied-requester": scene(
            cast.card(replace(again(words), state=State.DENIED, votes=again(words).voided, decided=NOW), None, words), "requester"
        ),
        "card-private-asked-thread": scene(cast.card(asked(words, Data.RESTRICTED), None, words), "thread"),
        "card-private-less-thread": scene(cast.card(lessened(words, Data.RESTRICTED), None, words), "thread"),
    }


def less(words: Words, request: Request, **typed: str) -> Less:
    mine, known = cast.quota(words), terms(request, NOW)
    wanted, term = amount(request, typed), known[typed["duration"]]
    after = cast.outlook(mine, extra=wanted) if isinstance(wanted, int) else None
    reset = cast.stands(mine).window.end
    return Less(
        request, mine, NOW, NOW, typed, wanted, known, term, term.end(NOW, reset), reset, after, blank=not typed["amount"]
    )


def _forms(words: Words) -> dict[str, Scene]:
    asks, stands, mine = cast.request(words), cast.stands(cast.quota(words)), cast.quota(words)
    denied = cast.decided(asks, State.DENIED, words)
    people = [Person(BOB, words.said), Person(PAT, "Pat Brennan")]
    kinds = [preset for preset in ends(NOW, [stands.window.end], timedelta(days=30)) if preset.end is not None]

    def lesser(request: Request, **typed: str) -> Scene:
        form = less(words, request, **typed)
        return "less.yaml", {"less": form, "presets": presets(form)}

    return {
        "less": lesser(asks, amount="$300", duration="hours:4"),
        "less-again": lesser(lessened(words), amount="$300", duration=SAME),
        "less-blank": lesser(replace(asks, case=replace(asks.case, data=Data.RESTRICTED)), amount="", duration=SAME),
        "confirm": ("confirm.yaml", {"request": asks}),
        "ask-question": ("ask-question.yaml", {"request": asks}),
        "ask-question-private": ("ask-question.yaml", {"request": cast.request(words, Data.RESTRICTED)}),
        "answer": ("answer.yaml", {"request": asked(words), "number": 1}),
        "reassign": ("reassign.yaml", {"request": asks, "people": people}),
        "reopen": ("reopen.yaml", {"request": denied, "quota": mine, "presets": kinds, "kept": True}),
        "reopen-late": ("reopen.yaml", {"request": denied, "quota": mine, "presets": kinds, "kept": False}),
    }


def _told(words: Words) -> dict[str, Scene]:
    mine = cast.quota(words)
    open_again = replace(cast.request(words), round=2)
    yes, no = Vote(BOB, Verdict.APPROVE, NOW), Vote(BOB, Verdict.DENY, NOW, reason=words.said)
    over = replace(cast.decided(asked(words), State.APPROVED), id="R-ABCDEFGHIJ")
    revoked = replace(cast.over(cast.decided(cast.request(words), State.APPROVED), Reason.REVOKED), gone=NOW)

    def question(request: Request, number: int, viewer: str) -> Scene:
        return "question.yaml", {"request": request, "number": number, "quota": mine, "viewer": viewer}

    def opened(request: Request, vote: Vote | None) -> Scene:
        return "again.yaml", {"request": request, "quota": mine, "vote": vote}

    return {
        "question-requester": question(asked(words), 1, "requester"),
        "question-answered-requester": question(asked(words), 0, "requester"),
        "question-closed-requester": question(over, 1, "requester"),
        "question-asker": question(asked(words), 0, "asker"),
        "question-thread": question(asked(words), 1, "question in thread"),
        "answer-thread": question(asked(words), 0, "answer in thread"),
        "again-undone": opened(open_again, yes),
        "again-undone-denial": opened(open_again, no),
        "again-reopened": opened(again(words), None),
        "news-ended-undone": ("news.yaml", {"news": News.ENDED, "card": cast.card(open_again, revoked, words)}),
    }


def _lists(words: Words) -> dict[str, Scene]:
    mine, asks = cast.quota(words), cast.request(words)
    pairs: list[tuple[Request, Quota]] = [(replace(asks, id=f"R-ABCDEFGH{n:02}"), mine) for n in range(10)]
    refused = Refused(Why.ALREADY_DECIDED, {"state": State.WITHDRAWN, "by": ADA, "at": NOW})
    done = [(Result(asks.id, asks, mine, asks), ""), (Result(asks.id, asks, mine, refused), "This request is already withdrawn.")]
    gone = (Result("R-GONE", None, None, Refused(Why.NO_SUCH_REQUEST)), "There is no such request here.")
    return {
        "inbox": ("inbox.yaml", {"inbox": Inbox(tuple(pairs[:2]), tuple(pairs[2:3]))}),
        "inbox-full": ("inbox.yaml", {"inbox": Inbox(tuple(pairs), tuple(pairs * 3))}),
        "inbox-others": ("inbox.yaml", {"inbox": Inbox((), tuple(pairs[:2]))}),
        "inbox-none": ("inbox.yaml", {"inbox": Inbox((), ())}),
        "inbox-done": ("inbox-done.yaml", {"said": [*done, gone]}),
        "pointer": ("pointer.yaml", {"pointed": []}),
        "pointer-thread": (
            "pointer.yaml",
            {"pointed": [Pointed(asks, mine, "https://acme.slack.com/archives/C0SEARCH/p1"), Pointed(asks, mine, "")]},
        ),
    }
