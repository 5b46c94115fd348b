"""`stores` and `store`: which gateway enforces a quota, what is refused, and that no key is ever shown."""
# ruff: noqa: E501  (a case is a line: what was written, and what is said of it)

from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import starting
from bot.config import Draft, lines, read_bytes
from bot.config.gateways import GATEWAYS
from bot.config.settings import Settings, settings, unopened
from bot.limits import ADAPTERS, WISHES
from workflows.limits import Edits, Place, StoreRules

ORG = "organization: {name: Acme}\n"
SMALL = ORG + "quotas: {platform: {limit: $250 a month}}\n"
STORES = "stores: {litellm: {url: https://llm.acme.example}}\n"
URL = "https://llm.acme.example/"
HASH = "ab12" * 16
SECOND = timedelta(seconds=1)


def drafted(text: str) -> Draft:
    found = read_bytes(text.encode())
    assert isinstance(found, Draft), lines(found, "app.yaml")
    return found


def said(text: str) -> list[str]:
    found = read_bytes(text.encode())
    return lines(found, "app.yaml") if isinstance(found, list) else []


WRITTEN = {
    "": {},
    "stores: {}": {},
    STORES: {"litellm": StoreRules(URL, 60 * SECOND, Edits.ADOPT, False)},
    "stores: {litellm: {url: http://litellm:4000/proxy/, effective_within: 5 seconds, edits: restore, expiring: yes}}": {
        "litellm": StoreRules("http://litellm:4000/proxy/", 5 * SECOND, Edits.RESTORE, True)
    },
    "stores: {litellm: {url: 'http://[::1]:4000', effective_within: 1 hour, edits: adopt, expiring: no}}": {
        "litellm": StoreRules("http://[::1]:4000/", 3600 * SECOND, Edits.ADOPT, False)
    },
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.items(), ids=range(len(WRITTEN)))
def test_a_store_is_used_as_app_yaml_says(text: str, expected: dict[str, StoreRules]) -> None:
    assert drafted(SMALL + text).policy.stores == expected


PLACES = {
    "{team: search}": (("team", "search"),),
    f"{{key: {HASH}}}": (("key", HASH),),
    "{team: search, member: ada}": (("team", "search"), ("member", "ada")),
    "{member: ada, team: search}": (("team", "search"), ("member", "ada")),
    "{user: ada@acme.example}": (("user", "ada@acme.example"),),
    "{customer: Initech}": (("customer", "Initech"),),
    '{tag: "a/b c"}': (("tag", "a/b c"),),
}


@pytest.mark.parametrize(("text", "expected"), PLACES.items(), ids=range(len(PLACES)))
def test_a_quota_is_enforced_where_it_says(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    [quota] = drafted(ORG + STORES + f"quotas: {{p: {{limit: $1 a day, store: {{litellm: {text}}}}}}}").policy.quotas
    assert quota.place == Place("litellm", expected)


def test_each_limit_of_a_scope_has_a_place_of_its_own_or_none() -> None:
    also = "also: [{limit: 9 requests a day}, {limit: $1 a week, store: {litellm: {user: ada}}}]"
    text = ORG + STORES + f"quotas: {{p: {{limit: $1 a day, store: {{litellm: {{team: a}}}}, {also}}}}}"
    places = [quota.place for quota in drafted(text).policy.quotas]
    assert places == [Place("litellm", (("team", "a"),)), None, Place("litellm", (("user", "ada"),))]


HOSTED = "stores: {mlflow: {url: http://mlflow:5000}, openai: , claude: , openrouter: }\n"
BP, BP2 = f"bp-{'0' * 32}", f"bp-{'1' * 32}"
ELSEWHERE = {
    f"mlflow: {{reject: {BP}, alert: {BP2}}}": Place("mlflow", (("alert", BP2), ("reject", BP))),
    f"mlflow: {{reject: {BP}}}": Place("mlflow", (("reject", BP),)),
    f"mlflow: {{alert: {BP}}}": Place("mlflow", (("alert", BP),)),
    "openai: {project: proj_A1}": Place("openai", (("project", "proj_A1"),)),
    "claude: {user: user_01A}": Place("claude", (("user", "user_01A"),)),
    f"openrouter: {{key: {HASH}}}": Place("openrouter", (("key", HASH),)),
}


@pytest.mark.parametrize(("text", "expected"), ELSEWHERE.items(), ids=range(len(ELSEWHERE)))
def test_a_quota_may_be_enforced_by_any_store_there_is_an_adapter_for(text: str, expected: Place) -> None:
    [quota] = drafted(ORG + HOSTED + f"quotas: {{p: {{limit: $1 a month, store: {{{text}}}}}}}").policy.quotas
    assert quota.place == expected
    assert expected.store in ADAPTERS


def test_a_hosted_store_needs_no_address() -> None:
    stores = drafted(SMALL + HOSTED).policy.stores
    assert [stores[name].url for name in ("openai", "claude", "openrouter")] == [
        "https://api.openai.com/v1/",
        "https://api.anthropic.com/",
        "https://openrouter.ai/api/v1/",
    ]


UNFIT = {
    "{limit: $1 a day, store: {openai: {project: proj_A}}}": "OpenAI has no limits for a day; only a quota of a month",
    "{limit: $1 a quarter, store: {claude: {user: user_A}}}": "Claude has no limits for a quarter; only a quota of a day, a week or a month",
}


@pytest.mark.parametrize(("text", "expected"), UNFIT.items(), ids=range(len(UNFIT)))
def test_a_quota_of_a_period_that_a_store_does_not_know_is_refused(text: str, expected: str) -> None:
    assert said(ORG + HOSTED + f"quotas: {{p: {text}}}") == [f"app.yaml:3  quotas.p.store  {expected}"]


def test_one_policy_of_mlflow_belongs_to_one_quota_whatever_stands_beside_it() -> None:
    one = f"p: {{limit: $1 a month, store: {{mlflow: {{alert: {BP}, reject: {BP2}}}}}}}"
    two = f"q: {{limit: $1 a month, store: {{mlflow: {{reject: {BP2}}}}}}}"
    expected = "app.yaml:5  quotas.q.store  where p:usd/month is enforced, on line 4; a limit belongs to one quota"
    assert said(f"{ORG}{HOSTED}quotas:\n  {one}\n  {two}\n") == [expected]


def test_a_key_of_openrouter_is_never_written_as_a_place() -> None:
    [line] = said(ORG + HOSTED + "quotas: {p: {limit: $1 a month, store: {openrouter: {key: sk-or-v1-hush}}}}")
    assert line.endswith("write the key's hash as OpenRouter lists it, never the key itself")
    assert "hush" not in line


def test_members_own_requests_are_pulled_in_where_app_yaml_says_so_and_how_often() -> None:
    every = {"openai": None, "claude": timedelta(minutes=15)}
    text = "stores: {openai: , claude: {requests: 15 minutes}}"
    found = drafted(SMALL + text).policy
    assert {name: rules.wishes for name, rules in found.stores.items()} == every
    assert list(starting.wishes(settled(CLAUDE_LIMITS_KEY="sk-ant"), found)) == ["claude"]


def test_every_store_whose_members_ask_for_more_has_an_adapter_for_that() -> None:
    assert set(WISHES) == {name for name, gateway in GATEWAYS.items() if gateway.wishes}
    assert set(ADAPTERS) == set(GATEWAYS)


def test_the_secret_of_mlflows_alerts_comes_from_the_environment_or_a_file_and_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    for found in (settled(MLFLOW_WEBHOOK_SECRET="hush"), settled(MLFLOW_WEBHOOK_SECRET_FILE=str(tmp_path / "secret"))):
        assert found.mlflow_secret == "hush"
        assert "hush" not in repr(found)


def test_mlflow_may_be_open_to_those_who_reach_it() -> None:
    assert unopened(settled(), ["mlflow"]) == []


AT = "app.yaml:3  stores"
REFUSED = {
    "stores: litellm": f'{AT}  "litellm": not a mapping; write {{litellm: {{url: https://litellm.acme.example}}}}',
    "stores: {litelm: {}}": f'{AT}.litelm  "litelm": no such kind of quota store; did you mean "litellm"?',
    "stores: {litellm: {}}": f"{AT}.litellm.url  missing; write where LiteLLM is, as url: https://litellm.acme.example",
    "stores: {litellm: {url: https://a.example, edit: adopt}}": f'{AT}.litellm.edit  unknown key; did you mean "edits"?',
    "stores: {litellm: {url: litellm}}": f'{AT}.litellm.url  "litellm": not a web address; write one as https://litellm.acme.example',
    "stores: {litellm: {url: 'http://a:b'}}": f'{AT}.litellm.url  "http://a:b": not a web address; write one as https://litellm.acme.example',
    "stores: {litellm: {url: 'https://a.example?x'}}": f'{AT}.litellm.url  "https://a.example?x": more than an address; leave out what follows ? and #',
    "stores: {litellm: {url: 'https://me:hush@a.example'}}": f"{AT}.litellm.url  a password belongs in the environment, never here; leave out what stands before the @",
    "stores: {litellm: {url: https://a.example, effective_within: 0 seconds}}": f'{AT}.litellm.effective_within  "0 seconds": out of range; write 1 second to 1 hour',
    "stores: {litellm: {url: https://a.example, effective_within: 2 hours}}": f'{AT}.litellm.effective_within  "2 hours": out of range; write 1 second to 1 hour',
    "stores: {litellm: {url: https://a.example, edits: keep}}": f'{AT}.litellm.edits  "keep": not one of the words for this; write adopt or restore',
    "stores: {litellm: {url: https://a.example, expiring: maybe}}": f'{AT}.litellm.expiring  "maybe": not one of the words for this; write yes or no',
    "stores: {litellm: {url: https://a.example, requests: 1 hour}}": f'{AT}.litellm.requests  "1 hour": members ask for nothing in LiteLLM; leave it out',
    "stores: {claude: {requests: 1 minute}}": f'{AT}.claude.requests  "1 minute": out of range; write 5 minutes to 1 day',
    "stores: {litellm: {url: https://a.example, key: sk-hush}}": f"{AT}.litellm.key  unknown key",
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_wrong_with_a_store_is_said_with_what_to_write(text: str, expected: str) -> None:
    assert said(SMALL + text) == [expected]
    assert "hush" not in expected


KINDS = "{team: …}, {key: …}, {team: …, member: …}, {user: …}, {customer: …} or {tag: …}"
MISPLACED = {
    "{limit: $1 a day, store: litellm}": 'p.store  "litellm": not a mapping; write {litellm: {team: search}}',
    "{limit: $1 a day, store: {litelm: {team: a}}}": 'p.store.litelm  "litelm": no such kind of quota store; did you mean "litellm"?',
    "{limit: $1 a day, store: {litellm: {team: a}, mlflow: {}}}": "p.store  several quota stores; name one, as {litellm: {team: search}}",
    "{limit: $1 a day, store: {litellm: search}}": 'p.store.litellm  "search": not a mapping; write {team: …}',
    "{limit: $1 a day, store: {litellm: {teem: a}}}": 'p.store.litellm.teem  unknown key; did you mean "team"?',
    "{limit: $1 a day, store: {litellm: {member: a}}}": f"p.store.litellm  nothing that has a limit in LiteLLM; write {KINDS}",
    "{limit: $1 a day, store: {litellm: {team: a, user: b}}}": f"p.store.litellm  nothing that has a limit in LiteLLM; write {KINDS}",
    "{limit: $1 a day, store: {litellm: {}}}": f"p.store.litellm  nothing that has a limit in LiteLLM; write {KINDS}",
    "{limit: $1 a day, store: {litellm: {key: sk-hush}}}": "p.store.litellm.key  not how LiteLLM names a key; write the key's SHA-256 as LiteLLM lists it, never the key itself",
    "{limit: 5 requests a day, store: {litellm: {team: a}}}": "p.store  LiteLLM has no limits in requests; only a quota in dollars",
    "{limit: 5 tokens a day, store: {litellm: {team: a}}}": "p.store  LiteLLM has no limits in tokens; only a quota in dollars",
    "{limit: $1 a day, store: {litellm: {team: ''}}}": "p.store.litellm.team  empty; write what it is called there",
    f"{{limit: $1 a day, store: {{litellm: {{tag: {'x' * 201}}}}}}}": f'p.store.litellm.tag  "{"x" * 79}…": not a name in LiteLLM; write at most 200 characters on one line',
}


@pytest.mark.parametrize(("text", "expected"), MISPLACED.items(), ids=range(len(MISPLACED)))
def test_a_quota_that_cannot_be_enforced_where_it_says_is_refused(text: str, expected: str) -> None:
    assert said(ORG + STORES + f"quotas: {{p: {text}}}") == [f"app.yaml:3  quotas.{expected}"]
    assert "hush" not in expected


def test_a_store_that_is_not_under_stores_is_refused() -> None:
    text = ORG + "quotas: {p: {limit: $1 a day, store: {litellm: {team: a}}}}"
    advice = "write stores: {litellm: {url: https://litellm.acme.example}}"
    assert said(text) == [f'app.yaml:2  quotas.p.store.litellm  "litellm": not under stores; {advice}']


def test_one_place_belongs_to_one_quota() -> None:
    text = (
        ORG
        + STORES
        + (
            "quotas:\n"
            "  p: {limit: $1 a day, store: {litellm: {team: a, member: b}}}\n"
            "  q: {limit: $1 a day, store: {litellm: {member: b, team: a}}}\n"
            "  r: {limit: $1 a day, store: {litellm: {team: a}}}\n"
        )
    )
    assert said(text) == ["app.yaml:5  quotas.q.store  where p:usd/day is enforced, on line 4; a limit belongs to one quota"]


def test_a_quota_of_some_models_is_doubted_where_all_are_counted() -> None:
    text = (
        ORG
        + STORES
        + "models: {premium: [opus]}\nquotas: {p: {limit: $1 a day, also: [{models: premium, limit: $1 a month, store: {litellm: {team: a}}}]}}"
    )
    doubts = [line for line in lines(drafted(text).warnings, "app.yaml") if "store" in line]
    assert doubts == [
        "app.yaml:4  quotas.p.also[0].store  LiteLLM counts every model there; name a place where only these models are allowed"
    ]


def settled(**env: str) -> Settings:
    found = settings(env, slack=False)
    assert isinstance(found, Settings), lines(found, "environment")
    return found


def test_the_key_comes_from_the_environment_or_a_file_and_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-hush\n")
    for found in (settled(LITELLM_API_KEY="sk-hush"), settled(LITELLM_API_KEY_FILE=str(tmp_path / "key"))):
        assert found.store_keys == {"litellm": "sk-hush"}
        assert "hush" not in repr(found)
        assert unopened(found, ["litellm"]) == []


def test_a_key_that_is_not_there_is_asked_for_only_when_app_yaml_names_the_store() -> None:
    assert unopened(settled(), []) == []
    [line] = lines(unopened(settled(), ["litellm"]), "environment")
    assert line.startswith(
        "environment  LITELLM_API_KEY  is not set, and app.yaml keeps limits there; LiteLLM: a key of a proxy_admin"
    )


def test_a_key_with_signs_that_no_key_has_is_refused_and_not_shown() -> None:
    found = settings({"LITELLM_API_KEY": "sk-hush two"}, slack=False)
    assert isinstance(found, list)
    assert "hush" not in lines(found, "environment")[0]
    assert lines(found, "environment")[0].startswith("environment  LITELLM_API_KEY  has signs that no key has; ")
