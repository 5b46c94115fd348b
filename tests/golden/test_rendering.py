"""The renderer itself: what shapes a template, what escapes, and that no text changes either."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from bot.slack import filters, marks
from bot.slack.marks import Safe, called, code, cut, handle, name, size
from bot.slack.rendering import Renderer
from tests.golden import limits
from tests.golden.cast import PLAIN, Words
from tests.golden.scenes import scenes
from tests.golden.test_messages import OURS, skeleton
from workflows.money import Unit


def made(folder: Path, template: str, **context: Any) -> dict[str, Any]:
    files = {"t.yaml": template, "part.yaml": "[{type: divider, of: '{{ given }}'}]", "words.j2": "", "ops.j2": ""}
    files["phrases.j2"] = (
        "{% macro hi(who) %}hi {{ who | person }}{% endmacro %}{% macro twice(x) %}{{ say.hi(x) }} & {{ x }}{% endmacro %}"
    )
    for file, text in files.items():
        (folder / file).write_text(text, "utf-8")
    return Renderer(folder).render("t.yaml", **context)


def test_only_what_slack_parses_is_escaped(tmp_path: Path) -> None:
    template = """
    text: "{{ x }}"
    a: {type: mrkdwn, text: "a {{ x }}"}
    b: {type: plain_text, text: "{{ x }}"}
    c: {type: text, text: " {{ x }}"}
    """
    shown = made(tmp_path, template, x="it's <&>")
    assert shown["text"] == "it's &lt;&amp;&gt;"
    assert shown["a"]["text"] == "a it's &lt;&amp;&gt;"
    assert (shown["b"]["text"], shown["c"]["text"]) == ("it's <&>", " it's <&>")


def test_a_macro_is_escaped_once_however_deep(tmp_path: Path) -> None:
    assert made(tmp_path, "{text: '{{ say.twice(x) }}'}", x="<b>")["text"] == "hi &lt;b&gt; & &lt;b&gt;"


def test_markup_where_slack_does_not_parse_it_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="markup"):
        made(tmp_path, "{a: {type: plain_text, text: '{{ x | person }}'}}", x="U0ADA")


def test_an_unknown_name_is_a_bug_in_every_place(tmp_path: Path) -> None:
    for template in (
        "{text: '{{ y }}'}",
        "{text: 'a {{ y }}'}",
        "{$if: y, text: a}",
        "{$set: {z: y}, text: a}",
        "{a: [{$for: z in y}]}",
    ):
        with pytest.raises(UndefinedError):
            made(tmp_path, template)


def test_structure_is_shaped_by_its_keys(tmp_path: Path) -> None:
    template = """
    $set: {half: n // 2, quarter: half // 2}
    count: "{{ quarter }}"
    none: "{{ nothing }}"
    left_out: {$if: n > 99, a: 1}
    items:
      - {$for: x in xs, $if: x != 'b', it: "{{ x }}"}
      - $if: n
        $do: [{it: last}, "{{ n }}"]
      - {$use: part.yaml, $with: {given: "xs[0]"}}
    """
    shown = made(tmp_path, template, n=8, xs=["a", "b", "c"], nothing=None)
    assert shown == {"count": 2, "items": [{"it": "a"}, {"it": "c"}, {"it": "last"}, 8, {"type": "divider", "of": "a"}]}


def test_a_part_sees_only_what_it_is_given(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError, match="given"):
        made(tmp_path, "{items: [{$use: part.yaml}]}", given="not this")


def test_a_mistake_in_a_template_is_found_at_the_start_and_named(tmp_path: Path) -> None:
    with pytest.raises(yaml.YAMLError, match=r"t\.yaml"):
        made(tmp_path, "{a: [}")


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_text_at_all_changes_structure_or_is_parsed(renderer: Renderer, data: st.DataObject) -> None:
    wild = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(lambda text: bool(text.strip()))
    scope, rule, group, model, metric, said = (data.draw(wild) for _ in range(6))
    told, plain = scenes(Words(scope, rule, group, model, metric, said)), scenes(PLAIN)
    for scene in ("warning", "card-pending-approver", "card-denied-thread", "digest", "outcome", "details"):
        template, context = told[scene]
        shown = renderer.render(template, **context)
        assert skeleton(shown) == skeleton(renderer.render(template, **plain[scene][1]))
        assert limits.faults(shown) == []
        assert not any("<" in OURS.sub("", text) or ">" in OURS.sub("", text) for text in limits.parsed(shown))


@given(st.text(), st.integers(2, 80))
def test_a_cut_text_fits_and_begins_as_it_did(text: str, most: int) -> None:
    short = cut(text, most)
    assert size(short) <= most
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("ab 👨‍👩‍👧 x", 8, "ab…"),
        ("abcd\u0301\u0302ef", 6, "abc…"),
        ("🇩🇪🇫🇷🇮🇹", 8, "🇩🇪…"),
        ("a" + "\u0301" * 200, 50, "a" + "\u0301" * 48 + "…"),
    ],
)
def test_a_cut_leaves_characters_whole_where_it_can(text: str, most: int, short: str) -> None:
    assert cut(text, most) == short


def test_markup_is_not_cut() -> None:
    with pytest.raises(TypeError):
        cut(Safe("<@U0ADA>"), 3)


def test_names_are_neutral_and_code_is_faithful() -> None:
    assert name("a*b*\n_c_ \u202e`d`~e~\u200b") == "a∗b∗ ˍcˍ ˋdˋ∼e∼"
    assert name("\u200b\u202e") == "–"
    assert code("my_model`*<x>") == "`my_modelˋ*&lt;x&gt;`"
    assert called("platform/search-eval:usd/month") == called("platform/search-eval") == "Search eval"
    assert called("platform/search-eval:usd/month:premium") == "Search eval (premium models)"


def test_an_id_is_mentioned_and_anything_else_only_named() -> None:
    assert filters.person("U0ADA") == "<@U0ADA>"
    assert filters.person("leeway") == "leeway"
    assert marks.mrkdwn(filters.person("!channel>")) == "!channel&gt;"
    assert filters.channel("C0SEARCH") == "<#C0SEARCH>"


def test_lists_read_as_people_write_them() -> None:
    assert filters.listed(["a"]) == "a"
    assert filters.listed(["a", "b", "c"]) == "a, b and c"
    assert filters.people(["U0ADA", "<b>"], "or") == "<@U0ADA> or &lt;b&gt;"
    assert filters.people([f"U{n:03}" for n in range(10)], "and", 2) == "<@U000>, <@U001> and 8 more"
    assert filters.figure(2_000_000, Unit.TOKENS) == "2,000,000"


def test_a_span_that_is_only_about_right_is_said_in_its_largest_unit() -> None:
    hours = [filters.about(timedelta(hours=count)) for count in (59, 36, 47.9, 23.4, 1, 0.5)]
    assert hours == ["2 days", "2 days", "2 days", "23 hours", "1 hour", "30 minutes"]
    assert filters.about(timedelta(seconds=20)) == "under a minute"


def test_a_long_key_still_fits_a_menu_and_leads_back() -> None:
    key = "platform/" + "x" * 200 + ":usd/month"
    assert size(handle(key)) <= 75 and handle(key) != handle(key + ":premium")
    assert handle("platform:usd/month") == "platform:usd/month"
