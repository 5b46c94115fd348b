"""Health in words: what needs a person, as the command line and the API say it."""

from collections.abc import Iterable

from bot.slack.rendering import Renderer
from workflows.health import Finding


def plain(renderer: Renderer, found: Iterable[Finding], zone: str) -> dict[str, object]:
    """Findings as JSON values, each with its sentence and what to do; times in the sentences are in `zone`."""
    findings = [_plain(renderer, finding, zone) for finding in found]
    return {"ok": not findings, "findings": findings}


def _plain(renderer: Renderer, finding: Finding, zone: str) -> dict[str, object]:
    since = finding.since.isoformat().replace("+00:00", "Z")
    return {
        "kind": finding.kind.value,
        "since": since,
        "what": finding.what,
        "where": finding.where,
        "error": finding.error,
        "count": finding.count,
        "text": renderer.ops("finding", finding, zone),
        "todo": renderer.ops("todo", finding),
    }
