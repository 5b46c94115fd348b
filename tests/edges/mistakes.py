"""What is said of an app.yaml that is wrong, or may not be meant."""

from bot.config import Draft, lines, read_bytes

ORG = "organization: {name: Acme}\n"
SMALL = ORG + "quotas: {platform: {limit: $250 a month}}\n"
GROUPS = "people: {groups: {finance: ['@cy', '@di']}, fallback: finance}\n"


def said(text: str | bytes) -> list[str]:
    found = read_bytes(text.encode() if isinstance(text, str) else text)
    return lines(found, "app.yaml") if isinstance(found, list) else []


def warned(text: str) -> list[str]:
    found = read_bytes(text.encode())
    assert isinstance(found, Draft), lines(found, "app.yaml")
    return lines(found.warnings, "app.yaml")
