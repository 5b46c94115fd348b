"""`leeway serve` with a gateway in app.yaml: its key is asked for, it may be away at the start, and it gets the limits."""

from pathlib import Path

from tests.contract.seats import Team
from tests.edges.commands import leeway, running, until
from tests.edges.test_cli_serve import env_of, workspace
from tests.litellm import Proxy, free_port
from workflows.money import usd

KEY = "sk-hush"


def written(folder: Path, url: str, team: str = "search") -> None:
    (folder / "app.yaml").write_text(
        "organization: {name: Acme}\n"
        f"stores: {{litellm: {{url: '{url}', edits: restore}}}}\n"
        f"quotas: {{platform: {{limit: $250 a month, store: {{litellm: {{team: {team}}}}}}}}}\n"
    )


def test_without_the_key_of_a_gateway_that_app_yaml_names_it_does_not_start(tmp_path: Path) -> None:
    written(tmp_path, "http://127.0.0.1:1")
    with workspace() as (_, slack):
        done = leeway("serve", "--port", "0", env=env_of(slack, LEEWAY_CONFIG="app.yaml"), folder=tmp_path)
    assert done.code == 1
    assert (
        "environment  LITELLM_API_KEY  is not set, and app.yaml keeps limits there; LiteLLM: a key of a proxy_admin" in done.err
    )


def test_a_gateway_that_is_away_keeps_nobody_from_starting(tmp_path: Path) -> None:
    written(tmp_path, f"http://127.0.0.1:{free_port()}")
    with workspace() as (_, slack):
        env = env_of(slack, LEEWAY_CONFIG="app.yaml", LITELLM_API_KEY=KEY)
        with running("serve", "--port", "0", env=env, folder=tmp_path) as app:
            app.says(r"ready on (\S+), with 1 quotas")
            app.says("sync_limit platform:usd/month: LiteLLM did not answer")
            assert KEY not in app.said


def test_the_limit_is_in_litellm_soon_after_the_start(tmp_path: Path, litellm: Proxy) -> None:
    team = Team(litellm)
    quota = team.quota(usd(1))
    written(tmp_path, litellm.url, team.name(quota))
    with workspace() as (_, slack):
        env = env_of(slack, LEEWAY_CONFIG="app.yaml", LITELLM_API_KEY=litellm.master)
        with running("serve", "--port", "0", env=env, folder=tmp_path) as app:
            until(lambda: team.store().read(quota).limit == usd(250), lambda: app.said)
