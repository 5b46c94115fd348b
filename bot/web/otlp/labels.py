"""Where a usage comes from, by its attributes and those of its resource, and who tells of it.

A scope that `leeway.scope` names and the tree has not counts by the rules, or as unattributed: it is set on people's machines,
where nobody reads what is refused.
"""

from functools import lru_cache
from hashlib import blake2b

from bot.web.fields import name
from bot.web.otlp.attributes import (
    ENVIRONMENTS,
    GROUPS,
    INSTANCE,
    NAMESPACE,
    ORIGIN,
    PROJECTS,
    SCOPE,
    SERVICE,
    SESSIONS,
    TEAMS,
    USE_CASES,
    USERS,
    Said,
    text,
)
from bot.web.usage import Label, Place
from workflows.attribution import Origin

# By the names of the semantic conventions, those of the price list and of app.yaml.
PROVIDERS = {
    "aws.bedrock": "aws",
    "aws_bedrock": "aws",
    "az.ai.inference": "azure",
    "az.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "gemini": "google",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "vertex_ai": "google",
    "x_ai": "x-ai",
    "xai": "x-ai",
}


def label(said: Said, place: Place, *, source: str, model: str, provider: str, ended: str) -> Label:
    """What usages have in common that say the same. Raises Wrong for what is no name."""
    words = ("otlp", source, model, provider, ended, *map(said.get, ORIGIN))
    return place.labels.get(words) or place.labels.keep(words, _label(said, place, (source, model, provider, ended)))


def _label(said: Said, place: Place, words: tuple[str, ...]) -> Label:
    source, model, provider, ended = words
    origin = Origin(
        teams=tuple(dict.fromkeys(name(team, text(said, team)) for team in TEAMS if text(said, team))),
        user=_named(said, USERS),
        tags=tuple(name(GROUPS, group) for group in text(said, GROUPS).split(",") if group),
        use_case=_named(said, USE_CASES),
        environment=_named(said, ENVIRONMENTS),
        model=name("gen_ai.request.model" if source == "gen_ai" else "model", model, needed=True),
        provider=PROVIDERS.get(provider, name("provider", provider)),
        service=_named(said, (SERVICE,)),
        project=_named(said, PROJECTS),
        source=source,
    )
    return Label(
        scope=place.scope_of(origin, text(said, SCOPE)),
        model=origin.model,
        provider=origin.provider,
        user=origin.user,
        source=source,
        team=origin.teams[0] if origin.teams else "",
        use_case=origin.use_case,
        environment=origin.environment,
        ended=ended,
        prefix=source.encode(),
    )


def _named(said: Said, names: tuple[str, ...]) -> str:
    """The first of these that is said, as a name."""
    return next((name(each, value) for each in names if (value := text(said, each))), "")


def session(source: str, said: Said) -> bytes:
    """The session that this belongs to; nothing when it does not say."""
    number = text(said, *SESSIONS)
    return hashed(source, "session", number) if number else b""


def services(source: str, said: Said, user: str) -> tuple[bytes, ...]:
    """The service that sent this, without and then with its user, if it says who: the signals of one tool may say it or not."""
    service = (source, "service", text(said, SERVICE), text(said, NAMESPACE), text(said, INSTANCE))
    return (hashed(*service), hashed(*service, user)) if user else (hashed(*service),)


@lru_cache(maxsize=16_384)
def hashed(*parts: str) -> bytes:
    """16 bytes of a hash over these, with their lengths, so that no two are spelled alike."""
    digest = blake2b(digest_size=16)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4) + encoded)
    return digest.digest()
