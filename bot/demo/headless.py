"""The scripted story: the main job from warning to digest, played by actors through the same parts as any click.

Each step says what it expects; a step that does not happen ends the story, with what was seen instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.clock import DemoClock
from bot.demo import acme, past
from bot.demo.actor import Ack, Actor, Message, Missing, buttons, plainly, said
from bot.demo.stage import Stage, opened
from workflows.times import show_moment

Say = Callable[[str], None]
SEARCH = "platform/engineering/search:usd/month"


class Broken(Exception):
    """A step of the story did not happen."""


@dataclass
class Teller:
    """Writes the transcript, and stops the story where it is not true."""

    stage: Stage
    say: Say
    acks: list[float] = field(default_factory=list)

    def tell(self, who: str, what: str, ack: Ack | None = None) -> None:
        took = ""
        if ack is not None:
            if ack.error:
                raise Broken(f"{who}: {what}: the app answered {ack.error}")
            self.acks.append(ack.ms)
            took = f"  [ack {ack.ms:.0f} ms]"
        self.say(f"{show_moment(self.stage.clock.now(), acme.ZONE)}  {who:<5} {plainly(what, self.stage)}{took}")

    def must(self, holds: object, what: str, seen: str = "") -> None:
        if not holds:
            raise Broken(what + (f"; seen instead: {seen}" if seen else ""))


def play(say: Say, config: Path) -> bool:
    """Plays the whole story; False, with the reason said, when a step did not happen."""
    with (
        TemporaryDirectory(prefix="leeway-") as folder,
        opened(Path(folder), DemoClock(past.START, standing=True), config=config) as stage,
    ):
        teller = Teller(stage, say)
        try:
            _story(stage, teller)
        except (Broken, Missing) as broken:
            say(f"\nThe story broke: {broken}")
            return False
        slowest, middle = max(teller.acks), sorted(teller.acks)[len(teller.acks) // 2]
        say(
            f"\nEvery step happened. {len(teller.acks)} acks: median {middle:.0f} ms, slowest {slowest:.0f} ms"
            " (Slack allows 3,000)."
        )
        return True


def _story(stage: Stage, t: Teller) -> None:
    past.prelude(stage)
    t.tell("acme", "three weeks of usage have come in; #team-search is about to cross its 90 % warning")
    ada, bob, pat = (Actor(stage, name) for name in ("ada", "bob", "pat"))
    warning = _warned(stage, t, ada)
    _asked(t, ada, warning)
    card = _refused(t, ada, pat, warning)
    _questioned(t, ada, bob)
    _approved(stage, t, bob=bob, ada=ada, card=card)
    _ended(stage, t, ada, warning)
    _reported(t, ada)
    _digested(stage, t, ada, bob)


def _limit(stage: Stage) -> tuple[int, int]:
    """The base and the limit in force of Search's month, in cents, from the API."""
    quotas = stage.api.get("/v1/quotas/platform/engineering/search").raise_for_status().json()["quotas"]
    search = next(q for q in quotas if q["key"] == SEARCH)
    return search["base"] // 10**7, search["limit"] // 10**7


def _warned(stage: Stage, t: Teller, ada: Actor) -> Message:
    past.live(stage, stage.clock.now() + timedelta(hours=2), timedelta(minutes=10))
    warning = ada.find("team-search", "Search reached its 90 % warning")
    t.tell("ada", f"sees in #team-search: {warning['text']}")
    t.must({"ask", "details"} <= buttons(warning), "the warning has its buttons", str(buttons(warning)))
    ack = ada.press(warning, "details")
    t.tell("ada", "presses Details and is answered privately", ack)
    t.must(ada.whispers("team-search"), "Details are told to ada alone")
    return warning


def _asked(t: Teller, ada: Actor, warning: Message) -> None:
    t.tell("ada", "presses Request override; a modal opens", ada.press(warning, "ask"))
    t.must("Bob" in str(ada.modal()) or acme.person("bob") in str(ada.modal()), "the modal says that bob will be asked")
    t.tell("ada", "changes the amount; the preview follows", ada.pick("amount", "400"))
    why = "Re-ranking the help centre before the Black Friday freeze; without it the evaluation stops on Thursday."
    typed: dict[str, Any] = {
        "duration": "days:3",
        "justification": why,
        "metric": "queries evaluated",
        "quantity": "1200",
        "evidence": "The evaluation dashboard, run 118",
        "data": "internal",
        "ticket": "https://tickets.acme.example/SEARCH-482",
    }
    wrong = ada.submit(amount="1.000", **typed)
    t.must("amount" in wrong.errors, "an ambiguous amount is refused beside its field", str(wrong))
    t.tell("ada", f'types "1.000" and is told beside the field: {wrong.errors["amount"]}', wrong)
    sent = ada.submit(amount="400", **typed)
    t.must(not sent.errors, "the request is taken", str(sent.errors))
    t.tell("ada", "sends the request for +$400 for 3 days", sent)


def _refused(t: Teller, ada: Actor, pat: Actor, warning: Message) -> Message:
    card: Message = ada.find("team-search", "$400", thread=warning["ts"])
    t.tell("ada", f"sees the card in the warning's thread: {card['text']}")
    own = ada.press(card, "approve")
    t.tell("ada", f"tries to approve it herself: {ada.whispers('team-search')[-1]}", own)
    stranger = pat.press(card, "approve")
    t.tell("pat", f"was not asked, and tries: {pat.whispers('team-search')[-1]}", stranger)
    again: Message = ada.find("team-search", "$400", thread=warning["ts"])
    t.must("approve" in buttons(again), "refused clicks change nothing", said(again))
    return again


def _questioned(t: Teller, ada: Actor, bob: Actor) -> None:
    mine = bob.find("leeway", "$400")
    t.tell("bob", f"finds the same card in his messages: {mine['text']}")
    t.tell("bob", "asks a question; a modal opens", bob.press(mine, "question"))
    asked = bob.submit(question="Why not the smaller model?")
    t.must(not asked.errors, "the question is taken", str(asked.errors))
    question = ada.find("leeway", "Why not the smaller model?")
    t.tell("ada", f"reads it in her messages and presses Answer: {question['text']}", ada.press(question, "answer"))
    answered = ada.submit(answer="It misses half of the long queries; the comparison is on the dashboard.")
    t.must(not answered.errors, "the answer is taken", str(answered.errors))
    t.must("misses half" in said(bob.find("leeway", "asks for +$400")), "the answer stands on his card")
    t.tell("ada", "answers; both stand in the thread and on the card", answered)


def _approved(stage: Stage, t: Teller, *, bob: Actor, ada: Actor, card: Message) -> None:
    mine = bob.find("leeway", "asks for +$400")
    t.tell("bob", "approves in the thread", bob.press(card, "approve"))
    base, limit = _limit(stage)
    t.must(limit - base == 400_00, "the store enforces base + $400", f"{base} {limit}")
    active = ada.find("team-search", "active until", thread=card["thread_ts"])
    t.tell("ada", f"reads in the thread: {active['text']}")
    t.must(
        buttons(bob.find("leeway", "asks for +$400")) == {"undo", "revoke"},
        "his copy keeps what can still be done: for some minutes to take it back, and to revoke what it granted",
    )
    late = bob.stage.do("act", as_=bob.id, channel=mine["channel"], ts=mine["ts"], action_id="approve")
    t.must(not late.get("ok"), "a decided card has no button left to press", str(late))


def _ended(stage: Stage, t: Teller, ada: Actor, warning: Message) -> None:
    past.live(stage, stage.clock.now() + timedelta(days=3, minutes=1), timedelta(hours=6))
    ended = ada.find("team-search", "ended", thread=warning["ts"])
    t.tell("acme", "three days pass")
    notice = ada.find("team-search", "on Search ends", thread=warning["ts"])
    t.must({"extend", "return"} <= buttons(notice), "before the end she could extend it, or return it")
    t.tell("ada", f"had read before that it would: {notice['text']}")
    t.tell("ada", f"reads in the thread: {ended['text']}")
    base, limit = _limit(stage)
    t.must(limit == base, "the limit fell by exactly $400", f"{base} {limit}")


def _reported(t: Teller, ada: Actor) -> None:
    asked = ada.find("leeway", "came of")
    t.tell("ada", f"is asked in her messages: {asked['text']}", ada.press(asked, "report"))
    words = "Re-ranking cut no-result queries by a third; it ships on Monday."
    answer = ada.submit(happened="yes", quantity="1310", words=words)
    t.must(not answer.errors, "the answer is taken", str(answer.errors))
    t.tell("ada", "answers: 1,310 queries evaluated", answer)


def _digested(stage: Stage, t: Teller, ada: Actor, bob: Actor) -> None:
    stage.do("clock", to="monday 09:00")
    stage.settle()
    digest = ada.find("team-search", "week", "1,310")
    t.tell("ada", f"reads the digest on Monday: {digest['text']}")
    leaders = bob.find("ai-leadership", "week")
    t.tell("bob", f"reads leadership's: {leaders['text']}")
