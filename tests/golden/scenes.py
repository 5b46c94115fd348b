"""Every template in every situation that changes what it says: name -> (template, context), told in given words."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from bot.slack.breaking import Form as Breaking
from bot.slack.forms import Form, Offer, presets
from tests.golden import cast
from tests.golden.allowed import allowed, use_cases
from tests.golden.cast import NOW, PLAIN, ZONE, Words
from tests.golden.decisions import decisions
from tests.golden.waiting import waiting
from workflows.ballots import Verdict, Vote
from workflows.causes import Cause, Likely
from workflows.changes import Change
from workflows.cheaper import Smaller, Wait
from workflows.effects import News
from workflows.forecast import Outlook
from workflows.glass import BreakGlass
from workflows.loose import Unpriced
from workflows.money import Unit, usd
from workflows.overrides import Override, Reason, Status
from workflows.quotas import AtSoft, Crossing, Level, Standing
from workflows.refusals import Refused, Why
from workflows.requests import Request, State
from workflows.rules import Data
from workflows.spend import NOTHING, Sums
from workflows.spikes import Basis, Usual
from workflows.times import Period
from workflows.wishes import End, Source

Scene = tuple[str, dict[str, Any]]
VIEWERS = ("thread", "approver", "requester")

HOSTILE = Words(
    scope="platform/<!channel> *bold* _it_ ~no~ `code` {{ 7*7 }}",
    rule="<@U1>*bold*_it_`code` {% raw %}",
    group="<!here>|*bold*~no~",
    model="m`code`*bold*<!channel>_it_",
    use_case="<!channel> *bold* _it_ `code` {{ 7*7 }}",
    metric="<!channel> <@U1> *bold* &amp; {{ 7*7 }} `code` \u202e RTL",
    said="<!channel> <@U1> *bold* &amp; {{ 7*7 }} {% endif %} `code` \u202e RTL \u200b\u2028> quote\n" + "x" * 3000,
    link="https://evil.example/*bold*/_it_?a=1&b=`code`",
)
FOREIGN = Words(
    scope="platform/البحث-والاسترجاع",
    rule="确认与审批",
    group="المالية",
    model="模型-旗舰",
    use_case="استرجاع 👩🏽‍💻",
    metric="已解决的工单 👩🏽‍💻",
    said="نحتاج إلى ميزانية أكبر حتى الخميس 👨‍👩‍👧‍👦, 因为评估还没有完成 é́́ 🇩🇪",
    link="https://例え.example/チケット",
)
LONGEST = Words(
    scope="platform/" + "d" * 95 + "/" + "s" * 94,
    rule="r" * 80,
    group="g" * 80,
    model="m" * 75,
    use_case="测" * 300,
    metric="测" * 150,
    said="👩🏽‍💻" * 400,
    link="https://" + "l" * 492,
)
WORDINGS = {"plain": PLAIN, "hostile": HOSTILE, "foreign": FOREIGN, "longest": LONGEST}


def scenes(words: Words) -> dict[str, Scene]:
    """Every scene, each with its zone."""
    every = {
        **_warnings(words),
        **_denials(words),
        **_spikes(words),
        **_gaps(words),
        **_forms(words),
        **_cards(words),
        **decisions(words),
        **_news(words),
        **_glass(words),
        **_after(words),
        **_status(words),
        **allowed(words),
        **waiting(words),
    }
    return {name: (template, {"zone": ZONE, **context}) for name, (template, context) in every.items()}


def _gaps(words: Words) -> dict[str, Scene]:
    stages = {"gap": words.group, "gap-people": "people:U1"}
    return {name: ("gap.yaml", {"quota": cast.quota(words), "stage": stage}) for name, stage in stages.items()}


def _warnings(words: Words) -> dict[str, Scene]:
    quota, tokens = cast.quota(words), cast.quota(words, 2_000_000, Unit.TOKENS, Period.DAY)
    allow, deny = (replace(quota, at_soft=word) for word in (AtSoft.ALLOW, AtSoft.DENY))
    tomorrow, soon, stands = NOW + timedelta(days=1), NOW + timedelta(hours=3), cast.stands(quota)

    def warning(outlook: Outlook, level: Level, percent: int) -> Scene:
        notice = cast.notice(outlook.standing.quota, level, percent)
        return "warning.yaml", {"notice": notice, "outlook": outlook, "channel": "C0SEARCH", "owner": None}

    def to_owner(scene: Scene, **said: Any) -> Scene:
        return scene[0], {**scene[1], "owner": cast.PAT, **said}

    amount = replace(cast.notice(quota), crossing=Crossing(Level.WARNING, 0, usd(9_500)))
    carried = Standing(quota, cast.stands(quota).window, NOW, usd(8_420), usd(11_200), usd(400))
    return {
        "warning": warning(cast.outlook(quota), Level.WARNING, 70),
        "warning-soft": warning(cast.forecast(cast.stands(quota, usd(10_040)), NOW), Level.SOFT, 100),
        "warning-soft-allow": warning(cast.forecast(cast.stands(allow, usd(10_040)), NOW), Level.SOFT, 100),
        "warning-soft-deny": warning(cast.forecast(cast.stands(deny, usd(10_040)), NOW), Level.SOFT, 100),
        "warning-hard": warning(cast.forecast(cast.stands(quota, usd(12_500)), NOW), Level.HARD, 120),
        "warning-too-early": warning(Outlook(stands, 2), Level.WARNING, 70),
        "warning-few-days": warning(cast.forecast(stands, tomorrow, days=5, sure=None), Level.WARNING, 70),
        "warning-short": warning(cast.forecast(stands, tomorrow, days=12, sure=None), Level.WARNING, 70),
        "warning-lasts": warning(cast.forecast(stands, None), Level.WARNING, 70),
        "warning-may-last": warning(replace(cast.outlook(quota), latest=None), Level.WARNING, 70),
        "warning-may-not-last": warning(replace(cast.outlook(quota), empties=None, latest=None), Level.WARNING, 70),
        "warning-today": warning(cast.forecast(cast.stands(quota, usd(9_900)), soon), Level.WARNING, 90),
        "warning-with-override": warning(cast.outlook(quota, usd(9_800), usd(400)), Level.WARNING, 90),
        "warning-carried": warning(replace(cast.outlook(quota), standing=carried), Level.WARNING, 70),
        "warning-amount": to_owner(warning(cast.outlook(quota, usd(9_510)), Level.WARNING, 90), notice=amount, owner=None),
        "warning-owner": to_owner(warning(cast.outlook(quota), Level.WARNING, 70)),
        "warning-owner-soft": to_owner(warning(cast.forecast(cast.stands(deny, usd(10_040)), NOW), Level.SOFT, 100)),
        "warning-owner-alone": to_owner(warning(cast.outlook(quota), Level.WARNING, 70), channel=""),
        "warning-owner-above": to_owner(warning(cast.outlook(quota), Level.WARNING, 70), channel="", owner=cast.BOB),
        "warning-tokens": warning(cast.forecast(cast.stands(tokens, 1_500_000), tomorrow, sure=None), Level.WARNING, 70),
    }


def form(words: Words, **changes: Any) -> Form:
    chosen = cast.outlook(cast.quota(words))
    whole = Form(
        choices=(chosen.standing, cast.stands(cast.quota(replace(words, scope="platform")))),
        chosen=chosen,
        presets=presets(chosen.standing, timedelta(days=30)),
        zone=ZONE,
        typed={},
        models=(words.model, "gpt-5-mini"),
        meta='{"origin":"x"}',
    )
    return replace(whole, **changes)


def _forms(words: Words) -> dict[str, Scene]:
    typed = {
        "amount": "$400",
        "duration": "custom",
        "until": "1795525500",
        "justification": words.said,
        "metric": words.metric,
        "quantity": "40",
        "evidence": words.said,
        "data": "internal",
        "models": (words.model,),
        "ticket": words.link,
    }
    refused = replace(cast.preview(words), route=Refused(Why.RULE_REFUSES, {"rule": words.rule, "sentence": words.said}))
    whole = replace(cast.preview(words), barriers=cast.barriers(words), cheaper=cast.cheaper(words))
    none = replace(cast.preview(words), cheaper=(Wait(NOW + timedelta(hours=5)), Smaller(0, Unit.USD, NOW + timedelta(days=1))))
    denial = cast.request(words)
    voted = replace(denial, votes=(Vote(cast.BOB, Verdict.APPROVE, NOW),))
    fields = ("quota", "amount", "duration", "data", "models", "behalf", "use_case", "also")
    more = replace(cast.preview(words), material=fields)
    ticked = replace(whole, also=cast.parts(denial, words).case.also)
    stopped = replace(whole, route=Refused(Why.NO_EFFECT, {"barrier": whole.barriers[1]}))
    gone = Offer(cast.quota(replace(words, scope="platform")), usd(100), True)
    boxes = {
        "offers": (*(Offer(b.standing.quota, b.asks, n == 1, b) for n, b in enumerate(whole.barriers[1:])), gone),
        "accounts": ("ci-bot", "nightly-evals"),
    }
    granted = cast.over(denial, Reason.EXPIRED)
    return {
        "ask": ("ask.yaml", {"form": form(words)}),
        "ask-typed": ("ask.yaml", {"form": form(words, typed=typed, preview=cast.preview(words))}),
        "ask-refused": ("ask.yaml", {"form": form(words, typed={"duration": "days:14"}, preview=refused)}),
        "ask-in-the-way": ("ask.yaml", {"form": form(words, typed=typed, preview=whole)}),
        "ask-parts": ("ask.yaml", {"form": form(words, typed=typed | {"behalf": "ci-bot"}, preview=ticked, **boxes)}),
        "ask-no-effect": ("ask.yaml", {"form": form(words, typed=typed, preview=stopped, offers=boxes["offers"])}),
        "ask-edit": ("ask.yaml", {"form": form(words, typed=typed, preview=cast.preview(words), editing=denial)}),
        "ask-edit-more": ("ask.yaml", {"form": form(words, typed=typed, preview=more, editing=voted)}),
        "ask-again": ("ask.yaml", {"form": form(words, typed=typed, preview=more, editing=denial, again=Why.OPEN_REQUEST)}),
        "ask-changed": ("ask.yaml", {"form": form(words, typed=typed, preview=more, editing=voted, again=Why.CHANGED_SINCE)}),
        "ask-enough": ("ask.yaml", {"form": form(words, typed=typed, preview=none)}),
        "ask-use-cases": (
            "ask.yaml",
            {"form": form(words, typed={"use_case": use_cases(words)[0].name}, use_cases=use_cases(words))},
        ),
        "deny": ("deny.yaml", {"request": denial}),
        "outcome": ("outcome.yaml", {"override": granted, "request": denial}),
    }


def stories(words: Words) -> Iterator[tuple[str, Request, Override | None]]:
    """A request, and its override, in every state that either can be in."""
    asked = cast.request(words)
    yes = cast.decided(asked, State.APPROVED)
    yield from ((state.value, cast.decided(asked, state, words), None) for state in State if state is not State.APPROVED)
    for end in End:
        came = replace(asked, origin=str(Source("claude", "slir_1", end)))
        yield f"decided-elsewhere-{end}", cast.decided(came, State.WITHDRAWN), None
    yield "activating", yes, cast.override(yes)
    yield "active", yes, cast.active(yes)
    for why in Reason:
        yield f"ending-{why}", yes, cast.over(yes, why)
        yield f"ended-{why}", yes, replace(cast.over(yes, why), gone=NOW)


def _cards(words: Words) -> dict[str, Scene]:
    found: dict[str, Scene] = {}
    for story, asked, granted in stories(words):
        for viewer in VIEWERS:
            found[f"card-{story}-{viewer}"] = ("card.yaml", {"card": cast.card(asked, granted, words), "viewer": viewer})
    secret = cast.request(words, Data.RESTRICTED)
    for viewer in VIEWERS:
        found[f"card-private-{viewer}"] = ("card.yaml", {"card": cast.card(secret, None, words), "viewer": viewer})
    yes = cast.decided(secret, State.APPROVED)
    done = cast.card(yes, replace(cast.over(yes, Reason.EXPIRED), gone=NOW), words, cast.outcome(words))
    found["card-private-outcome-thread"] = ("card.yaml", {"card": done, "viewer": "thread"})
    denied = cast.card(cast.decided(secret, State.DENIED, words), None, words)
    found["card-private-denied-thread"] = ("card.yaml", {"card": denied, "viewer": "thread"})
    return found | _parts(words)


def _parts(words: Words) -> dict[str, Scene]:
    """A request for two quotas, for an account, that was edited."""
    asked = cast.parts(cast.request(words), words)
    yes = cast.decided(asked, State.APPROVED)
    second = replace(cast.override(yes), id="O-ABCDEFGHIJ.2", quota=asked.case.also[0].quota, amount=usd(150))
    edits = (Change(NOW - timedelta(hours=1), ("amount", "also"), 1), Change(NOW, ("justification",)))
    found: dict[str, Scene] = {}
    for story, request, granted, other in (
        ("asked", asked, None, None),
        ("waits", yes, cast.active(yes), second),
        ("active", yes, cast.active(yes), replace(second, starts=NOW, ends=NOW + timedelta(days=1))),
        ("one-failed", yes, cast.active(yes), replace(second, stopped=NOW, why=Reason.UNAPPLIED)),
    ):
        told = replace(cast.card(request, granted, words), also=(cast.beside(request, words, other),), changes=edits)
        told = replace(told, status=Status.ACTIVATING) if story == "waits" else told
        for viewer in VIEWERS[:1] if granted else VIEWERS:
            found[f"card-parts-{story}-{viewer}"] = ("card.yaml", {"card": told, "viewer": viewer})
        if story == "active":
            found["news-parts-active"] = ("news.yaml", {"news": News.ACTIVE, "card": told})
    return found


def _glass(words: Words) -> dict[str, Scene]:
    """A broken glass: new, running, overdue, right, and wrong."""
    broken = cast.broken(words)
    late = replace(broken, glass=replace(cast.GLASS, due=NOW - timedelta(hours=1)))
    right = replace(broken, glass=replace(cast.GLASS, by=cast.SAM, at=NOW, fine=True))
    wrong = replace(broken, glass=replace(cast.GLASS, by=cast.SAM, at=NOW, fine=False, words=words.said))
    runs, over = cast.active(broken), cast.over(broken, Reason.REVOKED)
    told = {
        "": cast.card(broken, cast.override(broken), words),
        "-active": cast.card(broken, runs, words),
        "-overdue": cast.card(late, replace(cast.over(broken, Reason.EXPIRED), gone=NOW), words),
        "-right": cast.card(right, runs, words),
        "-wrong": cast.card(wrong, over, words),
    }
    found: dict[str, Scene] = {
        f"glass{name}-{viewer}": ("glass.yaml", {"card": card, "viewer": viewer})
        for name, card in told.items()
        for viewer in ("channel", "owner", "reviewer")
    }
    found |= {f"card-glass{name}-thread": ("card.yaml", {"card": card, "viewer": "thread"}) for name, card in told.items()}
    allowed = BreakGlass(words.group, usd(500), timedelta(hours=4), words.group)
    form = Breaking(allowed, [cast.quota(words), cast.quota(replace(words, scope="platform"))], cast.quota(words))
    return found | {
        "glass-reminder": ("glass-reminder.yaml", {"card": told["-active"], "viewer": "reviewer"}),
        "glass-reminder-overdue": ("glass-reminder.yaml", {"card": told["-overdue"], "viewer": "reviewer"}),
        "glass-reminder-leadership": ("glass-reminder.yaml", {"card": told["-overdue"], "viewer": "leadership"}),
        "glass-wrong-form": ("glass-wrong.yaml", {"card": told["-active"]}),
        "break-glass": ("break-glass.yaml", {"form": form}),
    }


def _news(words: Words) -> dict[str, Scene]:
    yes = cast.decided(cast.request(words), State.APPROVED)
    told = {f"ended-{why}": (News.ENDED, replace(cast.over(yes, why), gone=NOW)) for why in Reason if why is not Reason.UNAPPLIED}
    told |= {"active": (News.ACTIVE, cast.active(yes)), "stuck": (News.STUCK, cast.override(yes))}
    told |= {
        "stuck-ending": (News.STUCK, cast.over(yes, Reason.EXPIRED)),
        "unapplied": (News.UNAPPLIED, cast.over(yes, Reason.UNAPPLIED)),
    }
    found: dict[str, Scene] = {
        f"news-{name}": ("news.yaml", {"news": news, "card": cast.card(yes, granted, words)})
        for name, (news, granted) in told.items()
    }
    ended = cast.card(yes, told["ended-expired"][1], words)
    past = replace(ended, outlook=cast.forecast(cast.stands(cast.quota(words), usd(10_390)), NOW))
    return found | {"news-ended-over-soft": ("news.yaml", {"news": News.ENDED, "card": past})}


def _after(words: Words) -> dict[str, Scene]:
    yes = cast.decided(cast.request(words), State.APPROVED)
    ended = replace(cast.over(yes, Reason.EXPIRED), gone=NOW)
    quiet = replace(cast.digest(words), lines=(), exceptions=(), ending=(), worth=())
    much = cast.amended(words, 30)
    full = replace(
        cast.digest(words, 60), amended=much, earlier=(much,) * 8, loose=cast.loose(words, 20), governed=cast.shares(words)
    )
    return {
        "checkin": ("checkin.yaml", {"card": cast.card(yes, ended, words)}),
        "checkin-answered": ("checkin.yaml", {"card": cast.card(yes, ended, words, cast.outcome(words))}),
        "card-outcome-thread": ("card.yaml", {"card": cast.card(yes, ended, words, cast.outcome(words)), "viewer": "thread"}),
        "digest": ("digest.yaml", {"digest": cast.digest(words)}),
        "digest-loose": ("digest.yaml", {"digest": replace(cast.digest(words), loose=cast.loose(words))}),
        "digest-quiet": ("digest.yaml", {"digest": quiet}),
        "digest-full": ("digest.yaml", {"digest": full}),
        "digest-amended": ("digest.yaml", {"digest": replace(cast.digest(words), amended=cast.amended(words, 2))}),
        "digest-again-as-said": ("digest.yaml", {"digest": replace(cast.digest(words), amended=cast.amended(words, 0))}),
        "digest-earlier": ("digest.yaml", {"digest": replace(cast.digest(words), earlier=(cast.amended(words),))}),
        "digest-leadership": ("digest.yaml", {"digest": replace(cast.digest(words), governed=cast.shares(words))}),
    }


def _spikes(words: Words) -> dict[str, Scene]:
    context = Likely(Cause.CONTEXT, Fraction(51_000), Fraction(10_000))
    told = cast.rise(words, because=context)
    few = Usual(told.usual.amount, Basis.DAY, told.usual.days)
    began = replace(told.spike, began=told.spike.day - timedelta(days=3))
    found = {
        "spike": told,
        "spike-calls": cast.rise(words, because=Likely(Cause.CALLS, Fraction(4_100), Fraction(1_000))),
        "spike-answers": cast.rise(words, because=Likely(Cause.ANSWERS, Fraction(3_000), Fraction(249))),
        "spike-cache": cast.rise(words, because=Likely(Cause.CACHE, Fraction(12, 100), Fraction(83, 100))),
        "spike-models": cast.rise(words, because=Likely(Cause.MODELS, Fraction(15), Fraction(3))),
        "spike-unclear": cast.rise(words, share=usd(419)),
        "spike-lasting": replace(told, spike=began, today=False),
        "spike-any-day": replace(told, usual=few, spike=replace(told.spike, use_case="")),
        "spike-nobody": replace(told, quota=None),
    }
    return {name: ("spike.yaml", {"told": each}) for name, each in found.items()}


def _denials(words: Words) -> dict[str, Scene]:
    told, yes = cast.stopped(words), cast.decided(cast.request(words), State.APPROVED)
    alike = cast.stopped(words, stands=usd(9_820))
    found = {
        "denial": told,
        "denial-alike": alike,
        "denial-checked": cast.stopped(words, "leeway", stands=usd(9_820)),
        "denial-asked": replace(told, request=cast.request(words)),
        "denial-override": replace(told, override=cast.active(yes)),
        "denial-elsewhere": cast.stopped(words, "key", ours=False),
        "denial-member": cast.stopped(words, "team_member", ours=False),
        "denial-new-kind": replace(cast.stopped(words, words.group, ours=False), owner=None),
    }
    return {name: ("denial.yaml", {"stopped": stopped}) for name, stopped in found.items()}


def _status(words: Words) -> dict[str, Scene]:
    told, spends = cast.details(words), (3_000, 8_420, 10_040, 12_500)
    week = cast.quota(words, 2_000_000, Unit.TOKENS, Period.WEEK)
    weekly = Standing(week, cast.stands(week).window, NOW, 1_000_000, 2_300_000)
    strays = replace(cast.loose(words), strays=Sums(3, 3, cost=usd(88)))
    free = replace(cast.loose(words), free=True, unpriced=(Unpriced(words.model, 12, 0),))
    levels = [replace(told, outlook=cast.outlook(cast.quota(words), usd(spent))) for spent in spends]
    return {
        "details": ("details.yaml", {"details": told}),
        "details-carried": ("details.yaml", {"details": replace(told, outlook=replace(told.outlook, standing=weekly))}),
        "details-full": ("details.yaml", {"details": cast.details(words, 30)}),
        "details-bare": ("details.yaml", {"details": replace(cast.details(words, 0), above=())}),
        "status": ("status.yaml", {"details": levels, "loose": None}),
        "status-one": ("status.yaml", {"details": levels[:1], "loose": None}),
        "status-none": ("status.yaml", {"details": [], "loose": None}),
        "status-full": ("status.yaml", {"details": levels * 12, "loose": cast.loose(words, many=20)}),
        "status-loose": ("status.yaml", {"details": levels[:1], "loose": cast.loose(words)}),
        "status-strays": ("status.yaml", {"details": levels[:1], "loose": replace(strays, unpriced=(), owner=None)}),
        "status-unpriced": ("status.yaml", {"details": levels[:1], "loose": replace(free, strays=NOTHING)}),
        "help": ("help.yaml", {"said": ""}),
        "help-unknown": ("help.yaml", {"said": words.said}),
        "oops": ("oops.yaml", {"error": words.rule}),
    }
