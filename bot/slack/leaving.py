"""Leaving: `/leeway away`, from the modal in which somebody says who decides in their place to the word that they are back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App

from bot.slack.front import Front
from bot.slack.reading import Click, person, typed
from workflows import absence
from workflows.aways import Away
from workflows.people import PersonId
from workflows.times import INSTANT

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Days:
    """What the modal begins with: the absence that is known, if any, as local days, and today."""

    away: Away | None
    first: date
    last: date | None


def register(bolt: App, front: Front) -> None:
    """Listens to the modal."""

    @bolt.view("away")
    def left(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        kept = absence.leave(front.kit, by, typed(view))
        if isinstance(kept, tuple):
            ack(response_action="errors", errors=front.errors(kept, view, by))
        else:
            ack()


def command(front: Front, pressed: Click, word: str) -> Body | None:
    """The answer to `/leeway away …`; None when a modal was opened instead."""
    if word in ("off", "back"):
        before = absence.back(front.kit, pressed.by)
        return front.renderer.render("back.yaml", before=before, zone=front.zone_of(pressed.by))
    front.open(pressed.trigger, view(front, pressed.by))
    return None


def view(front: Front, by: PersonId) -> Body:
    """The modal: empty, or with what they said before."""
    zone, known = front.zone_of(by), absence.present(front.kit, by)
    return front.renderer.render("away.yaml", days=_days(known, zone, front.kit.clock.now()), zone=zone)


def _days(away: Away | None, zone: str, now: datetime) -> Days:
    here = ZoneInfo(zone)
    if away is None:
        return Days(None, now.astimezone(here).date(), None)
    return Days(away, away.start.astimezone(here).date(), (away.end - INSTANT).astimezone(here).date())
