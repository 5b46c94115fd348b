"""users.*, usergroups.*, team.* and auth.test of the Web API."""

from typing import Any

from bot.sandbox.args import Args, page
from bot.sandbox.errors import ApiError
from bot.sandbox.seed import Group, User
from bot.sandbox.workspace import Workspace

Answer = dict[str, Any]
MANAGER = "Xf0MANAGER"


def granted(ws: Workspace, scope: str) -> bool:
    return ws.seed.scopes is None or scope in ws.seed.scopes


def described(ws: Workspace, user: User) -> Answer:
    """A person as users.info shows them."""
    return {
        "id": user.id,
        "team_id": user.team or ws.team.id,
        "name": user.name,
        "real_name": user.real_name or user.name,
        "deleted": user.deleted,
        "tz": user.tz,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_admin": False,
        "is_owner": False,
        "is_email_confirmed": user.email is not None,
        "updated": 0,
        "profile": _profile(ws, user),
    }


def _profile(ws: Workspace, user: User) -> Answer:
    """The e-mail address shows only to apps that may read it; bots have none."""
    name = user.real_name or user.name
    shown: Answer = {"real_name": name, "display_name": user.name, "title": user.title, "team": ws.team.id}
    if user.email and granted(ws, "users:read.email"):
        shown["email"] = user.email
    if user.id == ws.bot:
        shown |= {"api_app_id": ws.seed.app_id, "bot_id": ws.bot_id}
    return shown


def _user(ws: Workspace, key: str) -> User:
    if key not in ws.users:
        raise ApiError("user_not_found")
    return ws.users[key]


def auth(ws: Workspace, args: Args) -> Answer:
    return {
        "url": f"{args.base}/",
        "team": ws.team.name,
        "user": ws.users[ws.bot].name,
        "team_id": ws.team.id,
        "user_id": ws.bot,
        "bot_id": ws.bot_id,
        "is_enterprise_install": False,
    }


def test(_: Workspace, args: Args) -> Answer:
    """Says back what it was told; `error` makes it fail, as Slack's does."""
    if args.has("error"):
        raise ApiError(args.text("error"), args=args.raw)
    return {"args": {name: value for name, value in args.raw.items() if name != "token"}}


def list_(ws: Workspace, args: Args) -> Answer:
    shown, meta = page(list(ws.users.values()), args, 1000)
    now = int(ws.now().timestamp())
    return {"members": [described(ws, user) for user in shown], "cache_ts": now, "response_metadata": meta}


def info(ws: Workspace, args: Args) -> Answer:
    return {"user": described(ws, _user(ws, args.text("user")))}


def by_email(ws: Workspace, args: Args) -> Answer:
    """The active person with that address, whatever its case."""
    wanted = args.text("email").lower()
    for user in ws.users.values():
        if user.email and user.email.lower() == wanted and not user.deleted:
            return {"user": described(ws, user)}
    raise ApiError("users_not_found")


def profile(ws: Workspace, args: Args) -> Answer:
    user = _user(ws, args.maybe("user") or ws.bot)
    custom = {MANAGER: {"value": user.manager, "alt": ""}} if user.manager else {}
    return {"profile": {**_profile(ws, user), "fields": custom}}


def team_profile(_: Workspace, __: Args) -> Answer:
    manager = {"id": MANAGER, "ordering": 0, "label": "Manager", "hint": "", "type": "user"}
    return {"profile": {"fields": [{**manager, "possible_values": None, "options": None, "is_hidden": False}]}}


def groups(ws: Workspace, args: Args) -> Answer:
    whole = args.flag("include_users")
    return {"usergroups": [_group(ws, group, whole) for group in ws.groups.values()]}


def _group(ws: Workspace, group: Group, whole: bool) -> Answer:
    shown: Answer = {"id": group.id, "team_id": ws.team.id, "is_usergroup": True, "handle": group.handle}
    shown |= {"name": group.name or group.handle, "date_delete": 0, "user_count": len(group.users)}
    return shown | ({"users": list(group.users)} if whole else {})


def group_users(ws: Workspace, args: Args) -> Answer:
    key = args.text("usergroup")
    if key not in ws.groups:
        raise ApiError("no_such_subteam")
    return {"users": list(ws.groups[key].users)}


METHODS = {
    "api.test": test,
    "auth.test": auth,
    "users.list": list_,
    "users.info": info,
    "users.lookupByEmail": by_email,
    "users.profile.get": profile,
    "team.profile.get": team_profile,
    "usergroups.list": groups,
    "usergroups.users.list": group_users,
}
