"""Why something was refused: a closed list. Each reason has one sentence in `templates/slack/words.j2`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Why(StrEnum):
    """The reasons; the value is the name of the sentence."""

    OWN_REQUEST = "own_request"
    CONCERNED = "concerned"
    NOT_ASKED = "not_asked"
    ALREADY_VOTED = "already_voted"
    ALREADY_DECIDED = "already_decided"
    CHANGED_SINCE = "changed_since"
    DEADLINE_PASSED = "deadline_passed"
    NOT_DUE = "not_due"
    REASON_MISSING = "reason_missing"
    NOT_LESS = "not_less"
    NOT_SHORTER = "not_shorter"
    OVER_AUTHORITY = "over_authority"
    NO_VOTE = "no_vote"
    TOO_LATE_TO_UNDO = "too_late_to_undo"
    STANDS_ANYWAY = "stands_anyway"
    NOTHING_CHANGED = "nothing_changed"
    NOTHING_NEW = "nothing_new"
    REOPENED_BEFORE = "reopened_before"
    NO_SUCH_QUESTION = "no_such_question"
    QUESTION_ANSWERED = "question_answered"
    TOO_MANY_QUESTIONS = "too_many_questions"
    NUDGED_LATELY = "nudged_lately"
    LAST_APPROVER = "last_approver"
    NO_STAND_IN = "no_stand_in"
    NO_RUNG = "no_rung"
    NOT_YOURS = "not_yours"
    NO_SUCH_REQUEST = "no_such_request"
    NO_SUCH_QUOTA = "no_such_quota"
    NO_QUOTA_HERE = "no_quota_here"
    OPEN_REQUEST = "open_request"
    NO_APPROVER = "no_approver"
    RULE_REFUSES = "rule_refuses"
    TOO_LONG = "too_long"
    TOO_LATE = "too_late"
    ENDS_BEFORE_START = "ends_before_start"
    BAD_AMOUNT = "bad_amount"
    TOO_LARGE = "too_large"
    OVER_BOUND = "over_bound"
    OVER_SHARE = "over_share"
    TOO_MANY_OPEN = "too_many_open"
    DENIED_LATELY = "denied_lately"
    BAD_NUMBER = "bad_number"
    BAD_LINK = "bad_link"
    MISSING = "missing"
    TOO_MANY_WORDS = "too_many_words"
    SECRET = "secret"
    AWAY_BACKWARDS = "away_backwards"
    AWAY_TOO_LONG = "away_too_long"
    OWN_STAND_IN = "own_stand_in"
    STAND_IN_OUTSIDE = "stand_in_outside"
    STAND_IN_AWAY = "stand_in_away"
    STANDS_IN = "stands_in"
    ANSWERED = "answered"
    OUTSIDER = "outsider"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal and its grounds. `facts` fill the sentence; `place` names the input it belongs to, if any."""

    why: Why
    facts: Mapping[str, object] = field(default_factory=dict)
    place: str = ""
