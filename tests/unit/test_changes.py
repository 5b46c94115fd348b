"""The edits of a request are told by its record: when, what is different, and how many votes they voided."""

from datetime import UTC, datetime, timedelta
from typing import Any

from workflows.audit import Entry, entry
from workflows.changes import Change, changes

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


def chain(*steps: tuple[str, dict[str, Any]]) -> list[Entry]:
    made: list[Entry] = []
    for n, (did, after) in enumerate(steps):
        last = made[-1] if made else None
        made.append(entry(last, subject="R", at=NOW + timedelta(hours=n), by="U0ADA", did=did, after=after))
    return made


def row(amount: int, words: str = "a", voided: int = 0) -> dict[str, Any]:
    return {"case": {"amount": amount, "justification": words}, "voided": [{}] * voided}


def test_only_edits_are_changes_and_each_says_what_is_different() -> None:
    steps = [("submitted", row(1)), ("voted: approve", row(1)), ("edit", row(2, voided=1)), ("nudge", row(2, voided=1))]
    found = changes(chain(*steps, ("edit", row(2, "b", voided=1))))
    assert found == (Change(NOW + timedelta(hours=2), ("amount",), 1), Change(NOW + timedelta(hours=4), ("justification",), 0))


def test_a_field_that_an_old_entry_does_not_know_is_no_change() -> None:
    old: dict[str, Any] = {"case": {"amount": 1}}
    assert changes(chain(("submitted", old), ("edit", row(2)))) == (Change(NOW + timedelta(hours=1), ("amount",), 0),)


def test_a_request_that_was_not_edited_has_no_changes() -> None:
    assert changes([]) == changes(chain(("submitted", row(1)), ("withdraw", row(1)))) == ()
