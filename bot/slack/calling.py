"""Calling Slack: one place where its errors become ours.

ratelimited, 5xx, time-out, internal_error    Unavailable   (the call may have been carried out)
everything else that is not ok                Rejected      (named by Slack's own word)
"""

from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPException
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError

from workflows.ports import Rejected, Unavailable

_PASSING = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)


def call(method: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    """Calls a method of the WebClient and returns what it answered."""
    try:
        answer = method(**arguments)
    except SlackApiError as error:
        raise _ours(error) from error
    except (SlackClientError, HTTPException, OSError) as error:  # OSError: URLError and time-outs
        raise Unavailable(f"Slack did not answer: {error}") from error
    return dict(answer.data)


def _ours(error: SlackApiError) -> Exception:
    word = str(error.response.get("error", "")) if error.response else ""
    status = getattr(error.response, "status_code", 200)
    if status == 429 or word in _PASSING or status >= 500:
        wait = getattr(error.response, "headers", {}).get("Retry-After")
        return Unavailable(f"Slack: {word or status}", timedelta(seconds=int(wait)) if wait else None)
    pointers = (error.response.get("response_metadata") or {}).get("messages") or []
    return Rejected(" ".join([word, *pointers]).strip() or str(status))
