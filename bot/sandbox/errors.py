"""The two ways to say no: `ApiError` to the app in Slack's names, `ControlError` to a person in a sentence."""

from typing import Any


class ApiError(Exception):
    """A Web API error: `name` is Slack's own, `detail` goes into the answer beside it."""

    def __init__(self, name: str, **detail: Any) -> None:
        super().__init__(name)
        self.name = name
        self.detail = detail


class ControlError(Exception):
    """A control call that cannot be done: 404 for what is not there, 400 for what makes no sense."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def arguments(*messages: str) -> ApiError:
    """`invalid_arguments` the way Slack explains it."""
    return ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {m}" for m in messages]})


def missing(name: str) -> ApiError:
    return arguments(f"missing required field: {name}")
