"""Claude Enterprise: members' own requests for a higher limit, pulled in and answered.

`GET /v1/organizations/spend_limit_increase_requests`, `POST …/{id}/approve` and `…/deny`. A member says neither how much nor why.
Claude tells them by e-mail what was decided. Contract-tested, not live-tested.
"""

from datetime import datetime
from urllib.parse import quote

import msgspec

from bot.limits.asking import Access, Missing
from bot.limits.claude import NAME, PERIODS, line
from workflows.limits import Place
from workflows.money import CENT
from workflows.ports import Rejected
from workflows.wishes import End, Wish

WISHES = "v1/organizations/spend_limit_increase_requests"
PAGE, PAGES = 100, 100
WORDS = "Asked for in Claude, where nobody is asked for a reason."
UNSAID = "not said in Claude"
WHICH = {name: period for period, name in PERIODS.items()}


class _Actor(msgspec.Struct):
    user_id: str = ""
    email_address: str | None = None


class _Wish(msgspec.Struct):
    id: str
    actor: _Actor
    created_at: datetime
    period: str
    status: str


class _Wishes(msgspec.Struct):
    data: list[_Wish]
    next_page: str | None = None


class ClaudeWishes:
    """`workflows.ports.Wishes`."""

    def __init__(self, access: Access) -> None:
        self._line = line(access)

    def pending(self) -> list[Wish]:
        params = {"status[]": "pending", "limit": str(PAGE)}
        found: list[Wish] = []
        for _ in range(PAGES):
            page = self._line.ask("GET", WISHES, _Wishes, params=params)
            found += (_read(wish) for wish in page.data if wish.actor.user_id)
            if not page.next_page or page.next_page == params.get("page"):
                return found[::-1]
            params = {**params, "page": page.next_page}
        raise Rejected(f"{NAME}: the pages of members' requests never end")

    def get(self, wish: str) -> Wish | None:
        try:
            return _read(self._line.ask("GET", _path(wish), _Wish))
        except Missing:
            return None

    def approve(self, wish: str, limit: int) -> None:
        self._decide(wish, "approve", {"amount": str(limit // CENT)})

    def deny(self, wish: str) -> None:
        self._decide(wish, "deny", {})

    def _decide(self, wish: str, verb: str, body: dict[str, str]) -> None:
        """Somebody may have decided it a moment before: then it stays as they did."""
        try:
            self._line.ask("POST", f"{_path(wish)}/{verb}", _Wish, body=body)
        except Rejected:
            now = self.get(wish)
            if now is not None and now.end is None:
                raise


def _read(wish: _Wish) -> Wish:
    if wish.period not in WHICH:
        raise Rejected(f"{NAME}: {wish.period[:20]!a} is no period that we know")
    return Wish(
        id=wish.id,
        place=Place("claude", (("user", wish.actor.user_id),)),
        period=WHICH[wish.period],
        email=wish.actor.email_address or "",
        asked=wish.created_at,
        words=WORDS,
        unsaid=UNSAID,
        end=None if wish.status == "pending" else End(wish.status),
    )


def _path(wish: str) -> str:
    return f"{WISHES}/{quote(wish, safe='')}"
