"""Every reason for a refusal has a sentence in the template of words."""

from jinja2 import Environment, nodes

from tests.shape.tree import ROOT
from workflows.refusals import Why

WORDS = ROOT / "templates/slack/words.j2"


def sentences(template: str) -> set[str]:
    """The macros that say something; each has its reason's name."""
    macros = Environment(extensions=["jinja2.ext.do"]).parse(template).find_all(nodes.Macro)
    return {macro.name for macro in macros if not all(_blank(part) for part in macro.body)}


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


def test_a_missing_or_empty_sentence_is_found() -> None:
    assert sentences("{% macro late(f, zone) %}Too late.{% endmacro %}") == {"late"}
    assert sentences("{% macro late(f, zone) %}{{ f.at }}{% endmacro %}") == {"late"}
    assert sentences("{% macro late(f, zone) %} {% endmacro %}{{ 'late' }}") == set()
