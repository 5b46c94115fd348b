"""What must follow a change: effects (as soon as may be) and alarms (at a time).

Both name a thing, never a number: whoever delivers one computes what should be true *then* and makes it so. They are stored as
`kind` and `key` in the transaction that calls for them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Do(StrEnum):
    """The kinds of effect; the key of each is in brackets."""

    SYNC_LIMIT = "sync_limit"  # [quota] the store's limit equals base + overrides
    SHOW_WARNING = "show_warning"  # [warning] the scope's channel and owner have the warning
    SHOW_REQUEST = "show_request"  # [request] every copy of the card shows the request as it is, a broken glass too
    TELL_THREAD = "tell_thread"  # [request/news] the thread has that piece of news
    SHOW_QUESTION = "show_question"  # [request/number] who is asked has the question, and whoever asked the answer
    TELL_AGAIN = "tell_again"  # [request/why/number] the thread knows that a decision was taken back, or asked for anew
    SHOW_CHECKIN = "show_checkin"  # [override] the requester has the check-in
    SHOW_DIGEST = "show_digest"  # [channel/week] the channel has that week's digest
    FIND_SPIKES = "find_spikes"  # ["all"] every sudden rise up to now is told
    SHOW_SPIKE = "show_spike"  # [spike] whoever owns the scope has the diagnosis
    CHASE = "chase"  # [request] those who are to be reminded are, and others asked where it is time
    REMIND = "remind"  # [request/person] that person has the reminder that is due
    TELL_MORE = "tell_more"  # [request/version/why/people] the thread knows that those people are asked as well
    TELL_AWAY = "tell_away"  # [person/reader/start] the reader knows of that person's absence
    SHOW_GAP = "show_gap"  # [quota|day|stage] the quota's owner knows that nobody can decide in that stage
    REMIND_GLASS = "remind_glass"  # [request/moment] whoever should review it was reminded then
    TELL_OVERDUE = "tell_overdue"  # [request] leadership knows that its review is overdue
    FIND_WISHES = "find_wishes"  # [store] what members asked for in a gateway is here, and what was decided there is closed
    ANSWER_WISH = "answer_wish"  # [request] the gateway in which it was asked has the decision
    SHOW_STUCK = "show_stuck"  # [override] operators know that a store does not follow, or that it does again
    TELL_EDIT = "tell_edit"  # [quota|number] operators know that somebody changed a limit in its store
    SHOW_DENIAL = "show_denial"  # [denial] whoever was stopped by the gateway knows by what, and whom to ask


@dataclass(frozen=True, slots=True)
class Effect:
    """Something to make true, as soon as may be."""

    do: Do
    key: str


class Wake(StrEnum):
    """The kinds of alarm; the key of each is in brackets."""

    LAPSE = "lapse"  # [request] its pending deadline
    SETTLED = "settled"  # [request] a vote can no longer be taken back
    CHASE = "chase"  # [request] somebody may have to be reminded, or others to be asked
    AWAY = "away"  # [person] their absence begins or is over
    ACTIVATION = "activation"  # [override] the store should have confirmed it by now
    BEGIN = "begin"  # [override] it was to begin now
    END = "end"  # [override] its end
    STUCK = "stuck"  # [override] the store should have followed by now
    RECONCILE = "reconcile"  # ["all"] every limit is compared with its store
    RESET = "reset"  # [quota] the end of its window, where something may be carried over
    DIGEST = "digest"  # [channel/week] Monday morning
    WISHES = "wishes"  # [store] the next look at what members ask for in a gateway
    REVIEW = "review"  # [request] the next reminder of a broken glass that nobody reviewed
    SPIKES = "spikes"  # ["all"] the next full hour


@dataclass(frozen=True, slots=True)
class Alarm:
    """A timer: a row with a time. It fires at least once, at or after `at`."""

    wake: Wake
    key: str
    at: datetime


class News(StrEnum):
    """What a request's thread is told in a message of its own; everything else only edits the card."""

    ACTIVE = "active"
    ENDED = "ended"
    STUCK = "stuck"
    UNAPPLIED = "unapplied"
