"""The request modal: what it offers, what it starts with, and what its buttons and inputs are called."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.slack.forms import key_of, presets
from bot.slack.marks import handle
from bot.slack.rendering import Renderer
from tests.golden import cast, limits
from tests.golden.allowed import use_cases
from tests.golden.cast import NOW, PLAIN, ZONE
from tests.golden.scenes import form
from workflows.drafting import LONGEST
from workflows.overrides import Happened, Reason
from workflows.rules import Data


def asked(renderer: Renderer, **changes: Any) -> dict[str, dict[str, Any]]:
    view = renderer.render("ask.yaml", form=form(PLAIN, **changes), zone=ZONE)
    assert limits.faults(view) == []
    return {block["block_id"]: block for block in view["blocks"] if "block_id" in block}


def test_every_input_is_called_what_drafting_calls_it(renderer: Renderer) -> None:
    inputs = {name: block for name, block in asked(renderer).items() if block["type"] == "input"}
    known = [
        "quota",
        "amount",
        "duration",
        "justification",
        "metric",
        "quantity",
        "evidence",
        "behalf",
        "data",
        "models",
        "ticket",
    ]
    assert list(inputs) == known
    assert all(block["element"]["action_id"] == name for name, block in inputs.items())
    assert all(
        block["element"]["max_length"] <= LONGEST[n]
        for n, block in inputs.items()
        if n in LONGEST and "max_length" in block["element"]
    )


def test_the_preview_follows_what_changes_it(renderer: Renderer) -> None:
    calling = {name for name, block in asked(renderer, typed={"duration": "custom"}).items() if block.get("dispatch_action")}
    assert calling == {"quota", "amount", "duration", "until", "behalf", "data", "models"}


def test_a_use_case_is_offered_only_where_there_are_any(renderer: Renderer) -> None:
    assert "use_case" not in asked(renderer)
    block = asked(renderer, use_cases=use_cases(PLAIN), typed={"use_case": "triage"})["use_case"]
    element = block["element"]
    assert [option["value"] for option in element["options"]] == ["retrieval", "triage"]
    assert [option["description"]["text"] for option in element["options"]] == [
        "Needs human review, high-risk",
        "May run automatically",
    ]
    assert element["initial_option"]["value"] == "triage"
    assert "initial_option" not in asked(renderer, use_cases=use_cases(PLAIN))["use_case"]["element"]


def test_a_moment_is_asked_for_only_when_it_is_wanted(renderer: Renderer) -> None:
    assert "until" not in asked(renderer, typed={"duration": "days:1", "until": "1795525500"})
    assert "initial_date_time" not in asked(renderer, typed={"duration": "custom"})["until"]["element"]
    typed = {"duration": "custom", "until": "1795525500"}
    assert asked(renderer, typed=typed)["until"]["element"]["initial_date_time"] == 1795525500


def test_the_preview_says_who_decides_and_what_it_does(renderer: Renderer) -> None:
    blocks = asked(renderer, preview=cast.preview())
    assert "1. This goes to <@U0BOB> (the manager), because of the rule “acknowledge”." in blocks["preview"]["text"]["text"]
    assert "the limit is $10,400" in blocks["effect"]["elements"][0]["text"]
    assert "choose an amount" in asked(renderer)["preview"]["text"]["text"]


def test_values_that_slack_would_refuse_are_left_out(renderer: Renderer) -> None:
    typed = {"quantity": "a few", "ticket": "wiki", "until": "soon", "duration": "custom", "data": "secret", "amount": ""}
    blocks = asked(renderer, typed=typed, models=("m" * 76, "ok", "ok", ""))
    for name in ("quantity", "ticket", "until", "data", "amount"):
        assert not any(key.startswith("initial") for key in blocks[name]["element"])
    assert [option["value"] for option in blocks["models"]["element"]["options"]] == ["ok"]
    assert "models" not in asked(renderer, models=())


def test_a_menu_of_many_quotas_keeps_the_chosen_one(renderer: Renderer) -> None:
    many = [cast.stands(cast.quota(replace(PLAIN, scope=f"platform/team-{n}"))) for n in range(150)]
    chosen = cast.outlook(many[140].quota)
    values = [option["value"] for option in asked(renderer, choices=many, chosen=chosen)["quota"]["element"]["options"]]
    assert len(values) == 100 and chosen.standing.quota.key in values


def test_presets_end_at_the_reset_at_the_latest_and_none_is_too_long() -> None:
    stands = cast.stands(cast.quota())
    known = {preset.value: preset for preset in presets(NOW, [stands.window.end], timedelta(days=30))}
    assert list(known) == ["hours:4", "days:1", "days:3", "days:7", "days:14", "reset", "custom"]
    assert known["days:14"].capped and known["days:14"].end == stands.window.end
    assert not known["days:7"].capped and known["days:7"].end == NOW + timedelta(days=7)
    assert [preset.value for preset in presets(NOW, [stands.window.end], timedelta(days=2))] == ["hours:4", "days:1", "custom"]


def test_a_long_key_leads_back_from_its_option() -> None:
    keys = ["platform:usd/month", "platform/" + "x" * 200 + ":usd/month"]
    assert [key_of(handle(key), keys) for key in keys] == keys
    assert key_of("gone:usd/month", keys) == "gone:usd/month"


def test_every_data_class_and_every_answer_can_be_picked(renderer: Renderer) -> None:
    assert [o["value"] for o in asked(renderer)["data"]["element"]["options"]] == [data.word for data in Data]
    view = renderer.render("outcome.yaml", override=cast.over(cast.request(), Reason.EXPIRED), request=cast.request(), zone=ZONE)
    happened = next(block for block in view["blocks"] if block["block_id"] == "happened")
    assert [o["value"] for o in happened["element"]["options"]] == [answer.value for answer in Happened]
    assert view["private_metadata"] == "O-ABCDEFGHIJ" and "tickets resolved" in json.dumps(view)
