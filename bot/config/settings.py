"""The environment as settings: every one that is missing or wrong is said at once, with where to get it.

Each may come from a file instead: `SLACK_BOT_TOKEN_FILE=/run/secrets/bot`. Values never appear in a message or a repr.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.config.gateways import GATEWAYS
from bot.config.problems import Problem
from workflows.governed import Vendor

SLACK = "https://slack.com/api/"
BOT = "Slack: your app → OAuth & Permissions → Bot User OAuth Token"
SIGNING = "Slack: your app → Basic Information → App Credentials → Signing Secret"
APP = "Slack: your app → Basic Information → App-Level Tokens, with the scope connections:write"
SQLITE = "sqlite:///state/leeway.db"
POSTGRESQL = "postgresql://user:password@host:5432/leeway"
SERVER = re.compile(r"postgres(ql)?(\+psycopg)?://([^@/]*@)?(\[[0-9a-fA-F:.]+\]|[^@/?:,\[\]]*)(:[0-9]{1,5})?/[^@/?]+(\?.*)?")
VENDORS = {Vendor.OPENAI: "https://api.openai.com/v1/", Vendor.ANTHROPIC: "https://api.anthropic.com/"}
ADMIN = {
    Vendor.OPENAI: "OpenAI: Settings → Organization → Admin keys, one that may read usage",
    Vendor.ANTHROPIC: "Anthropic: Console → Settings → Admin keys",
}
LARGEST = 10_000  # bytes of a secret's file: more is another file


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the app runs and with which secrets; a secret that is not needed, or not there, is ""."""

    bot_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    slack_api: str = SLACK
    database: str = field(default="", repr=False)  # may hold a password
    state: Path = Path("state")
    config: Path = Path("app.yaml")
    admin_keys: Mapping[Vendor, str] = field(default_factory=dict, repr=False)
    admin_urls: Mapping[Vendor, str] = field(default_factory=lambda: VENDORS)
    store_keys: Mapping[str, str] = field(default_factory=dict, repr=False)  # by the name of a gateway
    mlflow_secret: str = field(default="", repr=False)

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is reached over a socket of ours instead of calling us."""
        return bool(self.app_token)


def settings(env: Mapping[str, str] = os.environ, *, slack: bool = True) -> Settings | list[Problem]:
    """The settings, or all that is wrong with them. With `slack` false what Slack needs may be missing, but not be wrong."""
    reading = _Reading(env, [])
    bot = reading.secret("SLACK_BOT_TOKEN", "xoxb-", BOT)
    app = reading.secret("SLACK_APP_TOKEN", "xapp-", APP)
    signing = reading.signing()
    if slack:
        reading.need("SLACK_BOT_TOKEN", BOT)
        if not app and not reading.given("SLACK_APP_TOKEN"):
            reading.need("SLACK_SIGNING_SECRET", f"{SIGNING}; with SLACK_APP_TOKEN (Socket Mode) it is not needed")
    state = Path(reading.value("LEEWAY_STATE") or "state")
    read = Settings(
        bot_token=bot,
        signing_secret=signing,
        app_token=app,
        slack_api=reading.address("SLACK_API_URL", SLACK),
        database=reading.database() or f"sqlite:///{(state / 'leeway.db').as_posix()}",
        state=state,
        config=Path(reading.value("LEEWAY_CONFIG") or "app.yaml"),
        admin_keys={vendor: key for vendor in Vendor if (key := reading.admin(vendor))},
        admin_urls={vendor: reading.address(f"{vendor.upper()}_ADMIN_URL", url) for vendor, url in VENDORS.items()},
        store_keys={name: key for name in GATEWAYS if (key := reading.opening(name))},
        mlflow_secret=reading.value("MLFLOW_WEBHOOK_SECRET"),
    )
    return reading.problems or read


def secret(name: str, env: Mapping[str, str] = os.environ) -> str | list[Problem]:
    """A secret that only some command needs, from the environment or the file that it names; "" when it is not set."""
    reading = _Reading(env, [])
    said = reading.value(name)
    return reading.problems or said


def unlocked(settled: Settings, vendors: Iterable[Vendor]) -> list[Problem]:
    """The keys that reading these vendors' reports needs and that are not there."""
    missing = (vendor for vendor in vendors if vendor not in settled.admin_keys)
    return [Problem(key_of(vendor), "", "is not set, and app.yaml reads its reports", ADMIN[vendor]) for vendor in missing]


def unopened(settled: Settings, stores: Iterable[str]) -> list[Problem]:
    """The keys that writing to these gateways needs and that are not there."""
    missing = (GATEWAYS[name] for name in stores if not GATEWAYS[name].keyless and name not in settled.store_keys)
    message = "is not set, and app.yaml keeps limits there"
    return [Problem(gateway.key, "", message, gateway.where) for gateway in missing]


def key_of(vendor: Vendor) -> str:
    """How the key to a vendor's reports is called in the environment."""
    return f"{vendor.upper()}_ADMIN_KEY"


@dataclass(frozen=True, slots=True)
class _Reading:
    env: Mapping[str, str]
    problems: list[Problem]

    def bad(self, name: str, message: str, suggestion: str = "") -> None:
        self.problems.append(Problem(name, "", message, suggestion))

    def given(self, name: str) -> bool:
        return bool(self.env.get(name, "").strip() or self.env.get(f"{name}_FILE", "").strip())

    def need(self, name: str, where: str) -> None:
        if not self.given(name):
            self.bad(name, "is not set", where)

    def value(self, name: str) -> str:
        """The setting, from the environment or its file; "" when it is not set or cannot be had."""
        direct, file = self.env.get(name, "").strip(), self.env.get(f"{name}_FILE", "").strip()
        if direct and file:
            self.bad(name, f"is set, and so is {name}_FILE", "set one of them")
        return self._content(f"{name}_FILE", Path(file)) if file and not direct else direct

    def _content(self, name: str, path: Path) -> str:
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST + 1).decode().strip()
        except UnicodeDecodeError:
            self.bad(name, "names a file that is not text")
            return ""
        except (OSError, ValueError) as error:
            why = (getattr(error, "strerror", None) or "not a path").lower()
            self.bad(name, f"names a file that cannot be read: {why}")
            return ""
        if not content or len(content) > LARGEST:
            self.bad(name, "names a file that is empty" if not content else "names a file that is too large for a setting")
            return ""
        return content

    def secret(self, name: str, prefix: str, where: str) -> str:
        said = self.value(name)
        if said and not re.fullmatch(rf"{prefix}[\w.-]+", said):
            message = "has signs that no token has" if said.startswith(prefix) else f"does not start with {prefix}"
            self.bad(name, message, where)
        return said

    def signing(self) -> str:
        said = self.value("SLACK_SIGNING_SECRET")
        if said.startswith(("xox", "xapp-")):
            self.bad("SLACK_SIGNING_SECRET", "is a token", SIGNING)
        elif said and not re.fullmatch(r"[\w-]{16,}", said):
            self.bad("SLACK_SIGNING_SECRET", "is not a signing secret: Slack's have 32 signs, 0-9 and a-f", SIGNING)
        return said

    def admin(self, vendor: Vendor) -> str:
        said = self.value(key_of(vendor))
        if said and not re.fullmatch(r"[!-~]+", said):
            self.bad(key_of(vendor), "has signs that no key has", ADMIN[vendor])
        return said

    def opening(self, name: str) -> str:
        gateway = GATEWAYS[name]
        said = self.value(gateway.key) if gateway.key else ""
        if said and not re.fullmatch(r"[!-~]+", said):
            self.bad(gateway.key, "has signs that no key has", gateway.where)
        return said

    def address(self, name: str, usual: str) -> str:
        said = self.value(name) or usual
        if _scheme(said) not in ("http", "https") or not urlsplit(said).netloc:
            self.bad(name, "is not a web address", f"leave it out, or write one as {usual}")
        return said.rstrip("/") + "/"

    def database(self) -> str:
        said = self.value("DATABASE_URL")
        scheme, _, rest = said.partition("://")
        if scheme.startswith("postgres") and not SERVER.fullmatch(said):
            escaped = "in the password @ is written %40 and / is written %2F"
            self.bad("DATABASE_URL", "is not the address of a PostgreSQL database", f"write {POSTGRESQL}; {escaped}")
        elif said and not scheme.startswith("postgres") and (scheme != "sqlite" or not rest):
            self.bad("DATABASE_URL", "is neither SQLite nor PostgreSQL", f"write {SQLITE} or {POSTGRESQL}")
        return said


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""
