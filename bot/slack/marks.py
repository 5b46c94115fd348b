"""Marks: how a value becomes text for Slack, in one of two contexts, and what may stand in a name.

    mrkdwn     Slack parses it: `& < >` become entities, and nothing else does (HTML's &#39; would be shown as typed)
    literal    Slack shows it as it is (plain_text, rich_text, options, initial values): nothing is escaped

Our own markup (a mention, a date) is `Safe` and passes the escaping; in a literal place it would be shown as `<@U1>`, so there
it is a bug and raises. Slack's other signs (`* _ ~` and backticks) cannot be escaped. What a *person* typed therefore goes into
rich_text only; names from app.yaml (scopes, models, rules) go through `name`, which swaps those signs for look-alikes.

Lengths are UTF-16 units: Slack counts no fewer of anything, so what fits by this count fits.
"""

import hashlib
import unicodedata

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LOOKALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_JOINERS = "\u200c\u200d"  # kept in names: Persian needs the one, emoji the other
_TONES = "".join(map(chr, range(0x1F3FB, 0x1F400)))  # skin tones
_FLAGS = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # two make a flag
LONGEST_NAME = 60
LONGEST_VALUE = 75  # of what a menu's option stands for
_MOST_BACK = 40  # steps that `cut` goes back for a whole character; more is a stack of accents meant to fill the screen


class Safe(str):
    """Markup of ours, already escaped."""

    __slots__ = ()


def escaped(text: str) -> str:
    """Text for a place that Slack parses."""
    return text.translate(_ENTITIES)


def mrkdwn(value: object) -> str:
    """Any value for a place that Slack parses."""
    return value if isinstance(value, Safe) else escaped(str(value))


def literal(value: object) -> str:
    """Any value for a place that Slack shows as it is."""
    if isinstance(value, Safe):
        raise TypeError(f"markup where Slack does not parse it: {value}")
    return str(value)


def line(text: object, most: int = LONGEST_NAME) -> str:
    """One line without hidden or direction-changing characters: it cannot disturb what stands around it."""
    seen = "".join(c if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs") else " " for c in str(text))
    return cut(" ".join(seen.split()), most) or "–"  # Slack refuses a text of nothing


def name(text: object, most: int = LONGEST_NAME) -> str:
    """A line without signs that Slack would take for formatting."""
    return line(text, most).translate(_LOOKALIKES)


def quoted(text: object) -> str:
    """A name in quotation marks."""
    return f"“{name(text)}”"


def code(text: object, most: int = LONGEST_NAME) -> str:
    """An identifier, set in code, where Slack reads nothing but entities."""
    return Safe(f"`{escaped(line(text, most)).replace('`', 'ˋ')}`")


def called(quota: object) -> str:
    """How people call a quota, from it, its key or its scope: "platform/search:usd/month" is "Search".

    One for some models always says which, or it would be taken for the whole: "Search (premium models)".
    """
    scope, _, models = str(getattr(quota, "key", quota)).partition(":")
    words = begun(name(scope.rpartition("/")[2].replace("-", " ").replace("_", " ")))
    group = name(models.partition(":")[2], 30) if ":" in models else ""
    return f"{words} ({group.removesuffix(' models')} models)" if group else words


def begun(text: str) -> str:
    """The text as a sentence begins; the rest stays as it is."""
    started = text[:1].upper() + text[1:]
    return Safe(started) if isinstance(text, Safe) else started


def handle(key: str) -> str:
    """What a menu's option carries for a quota: its key, or a short name of a key that is too long for Slack."""
    if size(key) <= LONGEST_VALUE:
        return key
    return f"{key[:40]}#{digest(key)}"


def digest(text: str) -> str:
    """16 signs that stand for a text."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def size(text: str) -> int:
    """UTF-16 units."""
    return len(text) + sum(c > "\uffff" for c in text)


def cut(text: str, most: int) -> str:
    """At most so many units, "…" included, and no half character: accents and joined emoji stay whole where they can."""
    if isinstance(text, Safe):
        raise TypeError("markup cannot be cut: cut the text before it becomes markup")
    if size(text) <= most:
        return text
    room, end = most - 1, 0
    for c in text:
        room -= 1 + (c > "\uffff")
        if room < 0:
            break
        end += 1
    whole = next((at for at in range(end, max(0, end - _MOST_BACK), -1) if not _inside(text, at)), end)
    return text[:whole].rstrip() + "…"


def _inside(text: str, at: int) -> bool:
    """Whether a cut here would split what a reader sees as one character."""
    before, after = text[at - 1], text[at]
    if "\u200d" in (before, after) or unicodedata.category(after).startswith("M") or after in _TONES:
        return True
    flags = at - len(text[:at].rstrip(_FLAGS))
    return flags % 2 == 1 and after in _FLAGS
