"""Scenes of operating: the pause switch, what a store does not do, what somebody changed there, App Home."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.golden import cast
from tests.golden.cast import BOB, NOW, PAT, Words
from workflows.audit import Entry
from workflows.explaining import Card
from workflows.health import Finding, Kind
from workflows.limits import Traits
from workflows.money import usd
from workflows.overrides import Override, Reason, Status
from workflows.requests import State
from workflows.stuck import Phase, Stuck, Told
from workflows.switch import Paused

Scene = tuple[str, dict[str, Any]]
HOUR = timedelta(hours=1)


def operating(words: Words) -> dict[str, Scene]:
    return {**_switch(words), **_stuck(words), **_edits(words), **_home(words), **_cards(words)}


def pause(words: Words) -> Paused:
    return Paused(PAT, NOW - 2 * HOUR, words.rule)


def _switch(words: Words) -> dict[str, Scene]:
    resumed = Entry("switch:overrides", 2, NOW, BOB, "resumed", {"paused": False, "why": ""}, "", "")
    paused = pause(words)
    return {
        "switch-paused": ("switch.yaml", {"pause": paused, "resumed": None, "news": False}),
        "switch-over": ("switch.yaml", {"pause": paused, "resumed": resumed, "news": False}),
        "switch-resumed": ("switch.yaml", {"pause": paused, "resumed": resumed, "news": True}),
        "switch-shell": (
            "switch.yaml",
            {"pause": replace(paused, by="root at the command line"), "resumed": None, "news": False},
        ),
        "pause": ("pause.yaml", {}),
        "switched-on": ("switched.yaml", {"on": True}),
        "switched-off": ("switched.yaml", {"on": False}),
    }


def _stuck(words: Words) -> dict[str, Scene]:
    yes = cast.decided(cast.request(words), State.APPROVED)
    waits, over = cast.override(yes), cast.over(yes, Reason.EXPIRED)
    since, late = waits.granted, NOW + 12 * timedelta(minutes=1)
    begins = Told(waits, Phase.BEGIN, since, Stuck(waits, Status.ACTIVATING, since, f"the gateway says {words.model}"))
    ended = over.over_at() or NOW
    ends = Told(over, Phase.END, ended, Stuck(over, Status.ENDING, ended, "the gateway did not answer"))
    refused = replace(begins, stuck=Stuck(waits, Status.ACTIVATING, since, "no such team", refused=True))
    told: dict[str, tuple[Told, bool]] = {
        "begin": (begins, False),
        "begin-again": (begins, True),
        "refused": (refused, False),
        "silent": (replace(begins, stuck=Stuck(waits, Status.ACTIVATING, since, "")), False),
        "end": (ends, False),
        "end-again": (ends, True),
        "begun": (Told(_begun(waits), Phase.BEGIN, since, None, late, True), False),
        "ended": (Told(over, Phase.END, ended, None, ended + 12 * timedelta(minutes=1), True), False),
        "given-up": (Told(cast.over(yes, Reason.UNAPPLIED), Phase.BEGIN, since, None, since + HOUR), False),
        "revoked": (Told(cast.over(yes, Reason.REVOKED), Phase.BEGIN, since, None, since + HOUR), False),
        "paused": (Told(waits, Phase.BEGIN, since), False),
    }
    quota = cast.quota(words)
    return {
        f"stuck-{name}": ("stuck.yaml", {"told": one, "quota": quota, "where": f"LiteLLM's team {words.group}", "again": again})
        for name, (one, again) in told.items()
    }


def _begun(override: Override) -> Override:
    return replace(override, starts=NOW, ends=NOW + 24 * HOUR)


def _edits(words: Words) -> dict[str, Scene]:
    base = {"wrote": usd(10_400), "added": usd(400), "found": usd(12_000), "base": usd(11_600), "edits": "adopt"}
    alone = {"wrote": usd(10_000), "added": 0, "found": usd(12_000), "base": usd(12_000), "edits": "restore"}
    edits: dict[str, Mapping[str, object]] = {
        "adopted": base,
        "restored": alone,
        "unlimited": {**base, "found": None, "base": None},
        "below": {**base, "found": usd(100), "base": -usd(300)},
        "first": {**alone, "edits": "adopt", "first": True},
        "first-none": {**alone, "found": None, "base": None, "edits": "adopt", "first": True},
        "strangers": {"unknown": [words.rule, "O-ABCDEFGHIJ"], "limit": usd(10_000)},
        "stranger": {"unknown": [words.rule], "limit": usd(10_000)},
    }
    said = {"at": NOW, "quota": cast.quota(words), "where": f"LiteLLM's team {words.group}"}
    return {f"edit-{name}": ("limit-edit.yaml", {"edit": edit, **said}) for name, edit in edits.items()}


def findings(words: Words) -> tuple[Finding, ...]:
    """One of each kind."""
    where, key, since = f"LiteLLM's team {words.group}", cast.quota(words).key, NOW - HOUR
    return (
        Finding(Kind.PAUSED, since, PAT, error=words.rule),
        Finding(Kind.LATE, since, "end"),
        Finding(Kind.NOT_ENFORCED, since, "O-ABCDEFGHIJ", where, f"the gateway says {words.model}"),
        Finding(Kind.NOT_ENDED, since, "O-ABCDEFGHIJ", where),
        Finding(Kind.SILENT, since, f"sync_limit {key}", where, f"the gateway says {words.model}", 3),
        Finding(Kind.WISHES, since, "find_wishes claude", error=f"the gateway says {words.model}"),
        Finding(Kind.WAITING, since, "show_request R-1", error="Slack says ratelimited", count=2),
        Finding(Kind.UNDELIVERED, since, "show_request R-1", error="channel_not_found"),
        Finding(Kind.ADOPTED, since, key, where, "$11,600", said="$10,000"),
        Finding(Kind.UNLIMITED, since, key, where),
        Finding(Kind.UNKNOWN_PEOPLE, since, words.use_case, count=2),
    )


def _home(words: Words) -> dict[str, Scene]:
    said = {"operator": True, "found": (), "pause": None, "now": NOW}
    return {
        "home": ("home.yaml", {**said, "operator": False}),
        "home-paused": ("home.yaml", {**said, "operator": False, "pause": pause(words)}),
        "home-well": ("home.yaml", said),
        "home-ill": ("home.yaml", {**said, "found": findings(words), "pause": pause(words)}),
        "home-full": ("home.yaml", {**said, "found": findings(words) * 6}),
    }


def _cards(words: Words) -> dict[str, Scene]:
    """Where the store lags, and where new overrides are paused."""
    yes = cast.decided(cast.request(words), State.APPROVED)
    lags = Traits(f"LiteLLM's team {words.group}", timedelta(seconds=60))
    active: Card = replace(cast.card(yes, cast.active(yes), words), store=lags)
    waits: Card = replace(cast.card(yes, cast.override(yes), words), store=lags)
    return {
        "card-lags-requester": ("card.yaml", {"card": active, "viewer": "requester"}),
        "card-waits-requester": ("card.yaml", {"card": waits, "viewer": "requester"}),
        "card-paused-requester": ("card.yaml", {"card": replace(waits, paused=pause(words)), "viewer": "requester"}),
        "news-lags": ("news.yaml", {"news": "active", "card": active}),
    }
