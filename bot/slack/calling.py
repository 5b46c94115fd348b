"""Calling Slack: one place where its errors become ours.

ratelimited, 5xx, time-out, internal_error    Unavailable   (the call may have been carried out)
no JSON: a proxy answers in Slack's place     Unavailable
everything else that is not ok                Rejected      (named by Slack's own word)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from workflows.ports import Rejected, Unavailable

PATIENCE = 10  # seconds; a click has three, but what is delivered later need not hurry
_PASSING = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
_FOREIGN = "Received a response in a non-JSON format"  # how slack_sdk says it


def slack(token: str, api: str) -> WebClient:
    """The one client that all calls to Slack share."""
    return WebClient(token=token, base_url=api, timeout=PATIENCE)


def call(method: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    """Calls a method of the WebClient and returns what it answered."""
    with translated():
        return dict(method(**arguments).data)


@contextmanager
def translated() -> Iterator[None]:
    """Slack's errors become ours."""
    try:
        yield
    except SlackApiError as error:
        raise _ours(error) from error
    except (SlackClientError, HTTPException, OSError) as error:  # OSError: URLError and time-outs
        raise Unavailable(f"Slack did not answer: {error}") from error


def _ours(error: SlackApiError) -> Exception:
    word = str(error.response.get("error", "")) if error.response else ""
    status = getattr(error.response, "status_code", 200)
    if word.startswith(_FOREIGN):
        return Unavailable(f"what answered ({status}) is not Slack")
    if status == 429 or word in _PASSING or status >= 500:
        wait = str(getattr(error.response, "headers", {}).get("Retry-After") or "")
        return Unavailable(f"Slack: {word or status}", timedelta(seconds=int(wait)) if wait.isdecimal() else None)
    pointers = (error.response.get("response_metadata") or {}).get("messages") or []
    return Rejected(" ".join([word, *pointers]).strip() or str(status))
