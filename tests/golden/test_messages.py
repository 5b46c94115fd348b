"""Every scene in every wording: Slack takes it, it says what it is known to say, and nobody's text is parsed.

`LEEWAY_UPDATE_GOLDEN=1 pytest tests/golden` writes what is said now to `shown/`; read the difference before you commit it.
"""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.slack.rendering import Renderer
from tests.golden import limits
from tests.golden.cast import PLAIN
from tests.golden.conftest import TEMPLATES
from tests.golden.scenes import WORDINGS, scenes

SHOWN = Path(__file__).parent / "shown"
PAIRS = [(wording, scene) for wording, words in WORDINGS.items() for scene in scenes(words)]
RICH = (
    "warning",
    "denial",
    "denial-elsewhere",
    "glass-wrong-channel",
    "spike",
    "ask-typed",
    "ask-in-the-way",
    "ask-parts",
    "ask-edit-more",
    "card-parts-asked-thread",
    "card-pending-thread",
    "card-denied-thread",
    "card-outcome-thread",
    "card-asked-approver",
    "question-requester",
    "inbox",
    "less",
    "digest",
    "details",
    "outcome",
    "notice-blocked",
    "card-revoked-requester",
    "stuck-begin",
    "edit-strangers",
    "home-ill",
    "card-paused-requester",
)
LINK = r"<https://acme\.slack\.com/[^<>|]+\|[^<>]+>"
OURS = re.compile(rf"<@[A-Z0-9]+>|<#[A-Z0-9]+>|{LINK}|<!date\^\d+\^\{{date_short_pretty\}}, \{{time\}}\|[^<>|^]+>")


@cache
def shown(renderer: Renderer, wording: str, scene: str) -> dict[str, Any]:
    """A message as Slack would get it: every test looks at the same."""
    template, context = _scenes(wording)[scene]
    return renderer.render(template, **context)


@cache
def _scenes(wording: str) -> dict[str, Any]:
    return dict(scenes(WORDINGS[wording]))


@pytest.mark.parametrize(("wording", "scene"), PAIRS)
def test_slack_takes_every_message(renderer: Renderer, wording: str, scene: str) -> None:
    assert limits.faults(shown(renderer, wording, scene)) == []


@pytest.mark.parametrize(("wording", "scene"), [p for p in PAIRS if p[0] == "plain" or (p[0] != "longest" and p[1] in RICH)])
def test_every_message_says_what_it_is_known_to_say(renderer: Renderer, wording: str, scene: str) -> None:
    file = SHOWN / f"{scene}{'' if wording == 'plain' else '.' + wording}.json"
    now = json.dumps(shown(renderer, wording, scene), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("LEEWAY_UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(now, "utf-8")
    assert file.exists(), "a new scene: look at it, then LEEWAY_UPDATE_GOLDEN=1"
    assert file.read_text("utf-8") == now


@pytest.mark.parametrize(("wording", "scene"), PAIRS)
def test_nothing_but_our_own_markup_is_parsed(renderer: Renderer, wording: str, scene: str) -> None:
    for text in limits.parsed(shown(renderer, wording, scene)):
        rest = OURS.sub("", text)
        assert "<" not in rest and ">" not in rest
        assert not re.search(r"&(?!amp;|lt;|gt;)", rest)
        assert not re.search(r"&amp;(amp|lt|gt);", rest.replace("&amp;amp;", "", 1)) or wording == "hostile"


@pytest.mark.parametrize(("wording", "scene"), [p for p in PAIRS if p[0] != "plain"])
def test_names_bring_no_formatting_with_them(renderer: Renderer, wording: str, scene: str) -> None:
    def signs(of: str) -> dict[str, int]:
        text = re.sub("`[^`\n]+`", "", "\n".join(limits.parsed(shown(renderer, of, scene))))  # in code nothing is formatted
        return {sign: text.count(sign) for sign in "*_~`\u202e\u200b\u2028"}

    assert signs(wording) == signs("plain")


@pytest.mark.parametrize("scene", list(scenes(PLAIN)))
def test_what_people_wrote_is_shown_only_where_nothing_is_parsed(renderer: Renderer, scene: str) -> None:
    words = WORDINGS["plain"]
    if scene == "ask-refused":
        return  # there the sentence is the operator's, put in the place of a person's words to be hostile in other wordings
    for text in limits.parsed(shown(renderer, "plain", scene)):
        assert words.said not in text
        assert words.metric not in text
        assert words.link not in text


@pytest.mark.parametrize("scene", [s for s in scenes(PLAIN) if s.startswith("card-private") and s.endswith("thread")])
def test_what_people_wrote_about_private_work_is_not_in_the_channel(renderer: Renderer, scene: str) -> None:
    whole = json.dumps(shown(renderer, "plain", scene), ensure_ascii=False)
    words = WORDINGS["plain"]
    assert words.said not in whole and words.metric not in whole and words.link not in whole


@pytest.mark.parametrize("wording", ["hostile", "foreign", "longest"])
@pytest.mark.parametrize("scene", [s for s in scenes(PLAIN) if "full" not in s])
def test_no_text_changes_the_structure(renderer: Renderer, wording: str, scene: str) -> None:
    assert skeleton(shown(renderer, wording, scene)) == skeleton(shown(renderer, "plain", scene))


def skeleton(node: Any) -> Any:
    """The tree without its texts. What follows a ":" in a block's name stands for what it offers."""
    if isinstance(node, dict):
        kept = {key: node[key].partition(":")[0] for key in ("type", "action_id", "block_id") if key in node}
        return {key: kept[key] if key in kept else skeleton(value) for key, value in node.items()}
    return [skeleton(item) for item in node] if isinstance(node, list) else type(node)


def test_every_template_is_in_a_scene() -> None:
    used = {template for template, _ in scenes(PLAIN).values()}
    parts = {
        found for file in TEMPLATES.glob("*.yaml") for found in re.findall(r"\$use: ([\w-]+\.yaml)", file.read_text("utf-8"))
    }
    assert used | parts == {file.name for file in TEMPLATES.glob("*.yaml")}
    assert not used & parts


def test_nothing_is_kept_of_scenes_that_are_no_more() -> None:
    known = {scene for _, scene in PAIRS}
    assert [file.name for file in SHOWN.iterdir() if file.name.split(".")[0] not in known] == []
