"""Every reason for a refusal has a sentence in the template of words."""

from jinja2 import Environment, nodes

from tests.shape.tree import ROOT
from workflows.refusals import Why

WORDS = ROOT / "templates/slack/words.j2"


def sentences(template: str) -> set[str]:
    """The names under which a template says something: macros, blocks, keys of a mapping, and strings an `if` compares with."""
    tree = Environment(extensions=["jinja2.ext.do"]).parse(template)
    parts: list[nodes.Macro | nodes.Block] = [*tree.find_all(nodes.Macro), *tree.find_all(nodes.Block)]
    named = {part.name for part in parts if not all(_blank(said) for said in part.body)}
    named |= {_text(pair.key) for pair in tree.find_all(nodes.Pair) if not _blank(pair.value)}
    for branch in tree.find_all(nodes.If):
        if not all(_blank(part) for part in branch.body):
            named |= {_text(const) for const in branch.test.find_all(nodes.Const)}
    return named


def _text(node: nodes.Node) -> str:
    return str(node.value) if isinstance(node, nodes.Const) else ""


def _blank(node: nodes.Node) -> bool:
    """Whether it surely says nothing."""
    if isinstance(node, nodes.Output):
        return all(_blank(part) for part in node.nodes)
    data = node.data if isinstance(node, nodes.TemplateData) else node.value if isinstance(node, nodes.Const) else "said"
    return not str(data).strip()


def test_every_reason_has_its_sentence() -> None:
    where = WORDS.relative_to(ROOT)
    assert WORDS.is_file(), f"{where} is missing: it says why something was refused"
    missing = sorted({why.value for why in Why} - sentences(WORDS.read_text("utf-8")))
    assert not missing, f"{where} has no sentence for: {', '.join(missing)}"


def test_a_sentence_is_found_however_it_is_written() -> None:
    assert "late" in sentences("{% macro late(facts) %}Too late.{% endmacro %}")
    assert "late" in sentences("{% set why = {'late': 'Too late.'} %}")
    assert "late" in sentences("{% if why == 'early' %}Early.{% elif why == 'late' %}Too late.{% endif %}")


def test_a_missing_or_empty_sentence_is_found() -> None:
    assert "late" not in sentences("{% macro early(facts) %}late{% endmacro %}")
    assert "late" not in sentences("{% macro late(facts) %} {% endmacro %}")
    assert "late" not in sentences("{% set why = {'late': ''} %}")
    assert "late" not in sentences("{% if why == 'late' %}  {% endif %}")
