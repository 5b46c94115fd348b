"""Pointing: what a mention is answered. Words decide nothing; in a request's thread the answer leads to the buttons that do."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import App

from bot.slack.front import Front
from workflows.people import PersonId
from workflows.quotas import Quota, retired
from workflows.requests import Request, State

Body = dict[str, Any]

MOST = 3  # requests of one thread that are named


@dataclass(frozen=True, slots=True)
class Pointed:
    """A request whose thread it is, and a link to its card, "" when there is none."""

    request: Request
    quota: Quota
    link: str


def register(bolt: App, front: Front) -> None:
    """Listens to mentions. What they say is not looked at."""

    @bolt.event("app_mention")
    def mention(body: Body) -> None:
        event = body["event"]
        channel, thread = event["channel"], event.get("thread_ts", "")
        message = front.renderer.render("pointer.yaml", pointed=_pointed(front, channel, thread) if thread else [])
        front.poster.whisper(channel, PersonId(event["user"]), message, thread)


def _pointed(front: Front, channel: str, thread: str) -> list[Pointed]:
    """The requests of a thread that wait for a decision, newest first."""
    with front.kit.reads() as unit:
        names = {
            post.thing.removeprefix("request:") for post in unit.posts.at(channel, thread) if post.thing.startswith("request:")
        }
        found = [(request, unit.posts.get(f"request:{name}", "thread")) for name in names if (request := unit.requests.get(name))]
    waiting = [each for each in found if each[0].state is State.PENDING]
    newest = sorted(waiting, key=lambda each: each[0].submitted, reverse=True)[:MOST]
    return [Pointed(r, _quota(front, r), front.poster.link(post) if post else "") for r, post in newest]


def _quota(front: Front, request: Request) -> Quota:
    return front.kit.policy.quota(request.case.quota) or retired(request.case.quota, request.case.unit)
