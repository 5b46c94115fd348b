"""Drafts: what a person typed into the form, read into a case, with every problem at once and next to its field.

The same reading serves every surface: modal, command and API. Not here: who may ask, who is asked (`requesting`, `routing`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from workflows.cases import Case, Impact, Part, Term
from workflows.money import LARGEST, NANO, Unit, parse
from workflows.overrides import Override
from workflows.people import ME, TEAM, PersonId
from workflows.policy import Policy
from workflows.quotas import Quota, Standing, lineage
from workflows.refusals import Refused, Why
from workflows.rules import Data

LONGEST = {"justification": 2000, "metric": 150, "evidence": 500, "ticket": 500, "link": 500, "question": 1000, "new": 1000}
SHORTEST_WHY = 10  # a justification of fewer characters says nothing
LARGEST_FACTOR = 100  # an amount of more than so many times the base is a slip of the finger

PRESETS = {
    "hours:4": timedelta(hours=4),
    "days:1": timedelta(days=1),
    "days:3": timedelta(days=3),
    "days:7": timedelta(days=7),
    "days:14": timedelta(days=14),
}
UNTIL_RESET = "reset"
THROUGH = "resets:"  # and through how many
CUSTOM = "custom"
NOW, LATER = "now", "later"  # when it begins

# The shapes of keys that people paste by accident; each is specific enough not to catch prose.
_SECRETS = re.compile(
    r"sk-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|AIza[0-9A-Za-z_-]{30,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."
)

T = TypeVar("T")

Typed = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading needs to know: the policy, the quota's standing, the moment, who asks, and what they ask to carry on."""

    policy: Policy
    standing: Standing
    now: datetime
    by: PersonId
    extends: Override | None = None

    @property
    def quota(self) -> Quota:
        return self.standing.quota


def term(typed: Typed, desk: Desk) -> Term | Refused:
    """From when and how long: a preset, until the reset or through it, or until a moment of the person's own."""
    since = _carried(desk.extends, desk.now) if desk.extends else start(typed, desk.policy, desk.now)
    if isinstance(since, Refused):
        return since
    choice, begins = _text(typed, "duration"), since or desk.now
    resets = desk.policy.resets(desk.quota, begins, desk.policy.bounds.resets)
    span, through = PRESETS.get(choice), _through(choice)
    if span is not None:
        wanted = Term(span=span, since=since)
    elif through is not None and through < len(resets):
        wanted = Term(until=resets[through], since=since, resets=through)
    elif choice == CUSTOM:
        until = _moment(_text(typed, "until"))
        if until is None:
            return Refused(Why.MISSING, place="until")
        if until <= begins:
            return _no_time(until, desk.now, begins)
        wanted = Term(until=until, since=since)
    else:
        return Refused(Why.MISSING, place="duration")
    longest = desk.policy.timing.override_at_most
    if min(wanted.length(desk.now), resets[wanted.resets] - begins) > longest:
        return Refused(Why.TOO_LONG, {"longest": longest}, place="until" if choice == CUSTOM else "duration")
    if desk.extends:  # its end stays where it was shown, however late it is approved
        return Term(until=wanted.end(begins, resets[wanted.resets]), since=since, resets=wanted.resets)
    return wanted


def _carried(before: Override, now: datetime) -> datetime | None:
    """When what carries an override on begins: at its end, or as soon as may be where that is past."""
    over = before.over_at()
    return over if over is not None and over > now else None


def start(typed: Typed, policy: Policy, now: datetime) -> datetime | Refused | None:
    """The moment before which it is not to begin, None for as soon as it is approved."""
    within = policy.timing.start_within
    if _text(typed, "start") != LATER or not within:
        return None
    since = _moment(_text(typed, "since"))
    if since is None:
        return Refused(Why.MISSING, place="since")
    if since <= now:
        return Refused(Why.STARTS_BEFORE_NOW, place="since")
    return since if since <= now + within else Refused(Why.STARTS_TOO_LATE, {"within": within}, place="since")


def _through(choice: str) -> int | None:
    """Through how many resets a duration is, None if it does not say."""
    if choice == UNTIL_RESET:
        return 0
    many = choice.removeprefix(THROUGH)
    return int(many) if many != choice and re.fullmatch(r"[1-9][0-9]{0,2}", many) else None


def _no_time(until: datetime, now: datetime, begins: datetime) -> Refused:
    over = until <= now
    return Refused(Why.ENDS_BEFORE_START, place="until") if over else Refused(Why.NO_TIME, {"begins": begins}, place="until")


def amount(typed: Typed, desk: Desk) -> int | Refused:
    """How much, in the quota's integers."""
    quota = desk.quota
    text = _text(typed, "amount")
    if not text:
        return Refused(Why.MISSING, place="amount")
    read = parse(text, quota.unit)
    if read is None:
        return Refused(Why.BAD_AMOUNT, {"text": text, "unit": quota.unit}, place="amount")
    largest = _largest(quota)
    return read if read <= largest else Refused(Why.TOO_LARGE, {"largest": largest, "unit": quota.unit}, place="amount")


def accounts(by: PersonId, quota: Quota, policy: Policy) -> tuple[str, ...]:
    """The service accounts for which a person may ask on a quota: their own, in whose scope it is."""
    return tuple(a.name for a in policy.people.accounts if by in a.owners and a.scope in lineage(quota.scope))


def behalf(typed: Typed, desk: Desk) -> str | Refused:
    """For whom it is: "" for oneself, the team, or an account of one's own."""
    said = _text(typed, "behalf")
    if said in ("", ME):
        return ""
    allowed = (TEAM, *accounts(desk.by, desk.quota, desk.policy))
    return said if said in allowed else Refused(Why.NOT_YOUR_ACCOUNT, {"account": said}, place="behalf")


def also(typed: Typed, desk: Desk) -> tuple[Part, ...] | Refused:
    """Further quotas that are asked for with it: each "key amount", of its scope or one above, and not the same again."""
    parts = [_part(each, desk) for each in _many(typed, "also")]
    if None in parts or len({part.quota for part in parts if part}) < len(parts):
        return Refused(Why.NO_SUCH_QUOTA, place="also")
    return tuple(part for part in parts if part)


def _part(said: str, desk: Desk) -> Part | None:
    key, _, amount = said.rpartition(" ")
    quota = desk.policy.quota(key)
    if quota is None or key == desk.quota.key or quota.scope not in lineage(desk.quota.scope):
        return None
    sound = re.fullmatch(r"[1-9][0-9]{0,18}", amount) and int(amount) <= _largest(quota)
    return Part(key, int(amount), quota.unit) if sound else None


def _largest(quota: Quota) -> int:
    return min(quota.limit * LARGEST_FACTOR, LARGEST // 4)


def data(typed: Typed) -> Data | Refused:
    """How sensitive the data is."""
    word = _text(typed, "data")
    return Data[word.upper()] if word.upper() in Data.__members__ else Refused(Why.MISSING, place="data")


def models(typed: Typed) -> tuple[str, ...]:
    """The models that were picked."""
    return _many(typed, "models")


def use_case(typed: Typed, desk: Desk) -> str | Refused:
    """Which of the quota's use cases it is for; "" for none of them."""
    name = _text(typed, "use_case")
    found = desk.policy.acceptable.use_case(name)
    if not name or (found is not None and found.touches(desk.quota.scope)):
        return found.name if found else ""
    return Refused(Why.NO_SUCH_USE_CASE, {"text": name}, place="use_case")


class Reader:
    """Takes the good values and gathers the problems."""

    def __init__(self) -> None:
        self.problems: list[Refused] = []

    def take(self, value: T | Refused, blank: T) -> T:
        if not isinstance(value, Refused):
            return value
        self.problems.append(value)
        return blank


def read(typed: Typed, desk: Desk) -> Case | tuple[Refused, ...]:
    """The case that was typed, or every problem with it."""
    reader = Reader()
    case = Case(
        quota=desk.quota.key,
        amount=reader.take(amount(typed, desk), 0),
        unit=desk.quota.unit,
        term=reader.take(term(typed, desk), Term(span=timedelta())),
        justification=reader.take(_words(typed, "justification"), ""),
        impact=Impact(
            metric=reader.take(_words(typed, "metric"), ""),
            quantity=reader.take(_quantity(_text(typed, "quantity")), 0),
            evidence=reader.take(_words(typed, "evidence"), ""),
        ),
        data=reader.take(data(typed), Data.PUBLIC),
        models=models(typed),
        ticket=reader.take(link(_text(typed, "ticket"), "ticket"), ""),
        behalf=reader.take(behalf(typed, desk), ""),
        also=reader.take(also(typed, desk), ()),
        use_case=reader.take(use_case(typed, desk), ""),
        extends=desk.extends.id if desk.extends else "",
    )
    return tuple(reader.problems) or case


def _many(typed: Typed, name: str) -> tuple[str, ...]:
    value = typed.get(name) or ()
    return (value,) if isinstance(value, str) else tuple(value)


def _text(typed: Typed, name: str) -> str:
    value = typed.get(name) or ""
    return value.strip() if isinstance(value, str) else ""


def _words(typed: Typed, name: str) -> str | Refused:
    return clean(_text(typed, name), name, least=SHORTEST_WHY if name == "justification" else 1)


def clean(text: str, place: str, *, least: int = 0) -> str | Refused:
    """A person's words as they may be kept: enough of them, not too many, and no key among them."""
    if len(text) < least:
        return Refused(Why.MISSING, {"least": least}, place=place)
    longest = LONGEST.get(place, 2000)
    if len(text) > longest:
        return Refused(Why.TOO_MANY_WORDS, {"longest": longest, "length": len(text)}, place=place)
    if _SECRETS.search(text):
        return Refused(Why.SECRET, place=place)
    return text


def _quantity(text: str) -> int | Refused:
    return whole(text, "quantity", missing=Refused(Why.MISSING, place="quantity"))


def whole(text: str, place: str, *, missing: Refused | None = None) -> int | Refused:
    """A count of something, at least 0."""
    if not text and missing is not None:
        return missing
    plain = text.replace(",", "")
    if not re.fullmatch(r"[0-9]{1,15}", plain):
        return Refused(Why.BAD_NUMBER, {"text": text}, place=place)
    return int(plain)


def link(text: str, place: str) -> str | Refused:
    """A web address, or nothing."""
    if text and not re.fullmatch(r"https?://[^\s<>|\"]+", text):
        return Refused(Why.BAD_LINK, {"text": text}, place=place)
    return clean(text, place)


def _moment(epoch: str) -> datetime | None:
    """A moment from whole seconds, None where they are none."""
    return datetime.fromtimestamp(int(epoch), UTC) if re.fullmatch(r"[0-9]{1,11}", epoch) else None


def retyped(case: Case, resets: Sequence[datetime], now: datetime) -> Typed:
    """A case as it would be typed now; `resets` are those of its quota from when it begins."""
    until = case.term.until
    return {
        "quota": case.quota,
        "amount": as_typed(case.amount, case.unit),
        **started(case.term, now),
        "duration": _duration(case.term, resets),
        "until": _epoch(until),
        "justification": case.justification,
        "metric": case.impact.metric,
        "quantity": str(case.impact.quantity),
        "evidence": case.impact.evidence,
        "data": case.data.word,
        "models": case.models,
        "ticket": case.ticket,
        "use_case": case.use_case,
        "behalf": case.behalf or ME,
        "also": tuple(f"{part.quota} {part.amount}" for part in case.also),
        "extends": case.extends,
    }


def started(term: Term, now: datetime) -> Typed:
    """When it begins, as it would be typed now."""
    later = term.begin(now) > now
    return {"start": LATER if later else NOW, "since": _epoch(term.since) if later else ""}


def _duration(term: Term, resets: Sequence[datetime]) -> str:
    if term.until in resets:
        through = resets.index(term.until)
        return f"{THROUGH}{through}" if through else UNTIL_RESET
    return next((name for name, span in PRESETS.items() if span == term.span), CUSTOM)


def _epoch(at: datetime | None) -> str:
    return str(int(at.timestamp())) if at else ""


def as_typed(amount: int, unit: Unit) -> str:
    """An amount as a person would type it: in full, so that it is read as the same."""
    if unit is not Unit.USD:
        return f"{amount:,}"
    whole, rest = divmod(amount, NANO)
    digits = f"{rest:09}".rstrip("0")
    cents = f"{digits}0" if len(digits) in (1, 3) else digits  # three digits could be thousands
    return f"${whole:,}.{cents}" if cents else f"${whole:,}"
