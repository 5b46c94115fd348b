"""The renderer, compiled once for all tests of the words."""

from pathlib import Path

import pytest

from bot.slack.rendering import Renderer

TEMPLATES = Path(__file__).parents[2] / "templates" / "slack"


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer(TEMPLATES)
