"""A real MLflow AI Gateway for the tests: started when the first of them asks.

    LEEWAY_MLFLOW_UP     the script that starts one, as up.sh WORKDIR, with PORT; without it ../shared/mlflow/up.sh
    MLFLOW_URL           a running one instead, in which new webhooks are told at once (MLFLOW_WEBHOOK_CACHE_TTL=0)

Where there is neither, these tests are skipped. What one run installs (850 MB), the next one finds.
"""

import fcntl
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.litellm import free_port

ROOT = Path(__file__).resolve().parents[1]
UP = Path(os.environ.get("LEEWAY_MLFLOW_UP") or ROOT.parent / "shared" / "mlflow" / "up.sh")
LACKING = "no MLflow gateway here: LEEWAY_MLFLOW_UP=/path/to/up.sh starts one, or MLFLOW_URL names a running one"
API = "/api/3.0/mlflow/gateway/"
MONTH = {"unit": "MONTHS", "value": 1}


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running gateway."""

    url: str
    client: httpx.Client

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        return dict(self.client.post(API + path, json=body).raise_for_status().json())

    def endpoint(self, vendor: str) -> "Endpoint":
        """An endpoint of its own for a test, before a vendor of models."""
        name = uuid4().hex
        auth = {"api_base": vendor}
        kept = self.post("secrets/create", secret_name=name, secret_value={"api_key": "sk"}, provider="openai", auth_config=auth)
        secret = kept["secret"]["secret_id"]
        made = self.post("model-definitions/create", name=name, secret_id=secret, provider="openai", model_name="gpt-4o-mini")
        model = {"model_definition_id": made["model_definition"]["model_definition_id"], "linkage_type": "PRIMARY", "weight": 1}
        found = self.post("endpoints/create", name=name, model_configs=[model], usage_tracking=True)
        return Endpoint(self, name, found["endpoint"]["endpoint_id"])

    def policy(self, policy: str) -> dict[str, Any]:
        found = self.client.get(f"{API}budgets/get", params={"budget_policy_id": policy}).raise_for_status().json()
        return dict(found["budget_policy"])

    def set(self, policy: str, amount: float, **more: Any) -> None:
        """What somebody does by another door."""
        self.post("budgets/update", budget_policy_id=policy, budget_amount=amount, **more)

    @contextmanager
    def telling(self, url: str, secret: str) -> Iterator[None]:
        """Alerts go to an address meanwhile."""
        events = [{"entity": "BUDGET_POLICY", "action": "EXCEEDED"}]
        said = {"name": uuid4().hex, "url": url, "events": events, "secret": secret, "status": "ACTIVE"}
        made = self.client.post("/api/2.0/mlflow/webhooks", json=said).raise_for_status().json()["webhook"]["webhook_id"]
        try:
            yield
        finally:
            self.client.delete(f"/api/2.0/mlflow/webhooks/{made}").raise_for_status()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where calls to a model go."""

    gateway: Gateway
    name: str
    id: str

    def policy(self, action: str, amount: float, **changes: Any) -> str:
        """The id of a new policy on it."""
        usual = {"budget_unit": "USD", "duration": MONTH, "target_scope": "ENDPOINT", "target_value": self.id}
        made = self.gateway.post("budgets/create", **{**usual, "budget_action": action, "budget_amount": amount, **changes})
        return str(made["budget_policy"]["budget_policy_id"])

    def chat(self) -> int:
        """The status of a call through it."""
        body = {"model": self.name, "messages": [{"role": "user", "content": "Hi."}]}
        return self.gateway.client.post("/gateway/mlflow/v1/chat/completions", json=body).status_code


class LackingError(Exception):
    """There is no MLflow gateway to be had."""


@contextmanager
def gateway() -> Iterator[Gateway]:
    """The one that is named, or one of our own that ends with the tests; LackingError when there is neither."""
    with _there() as url, httpx.Client(base_url=url, timeout=60, trust_env=False) as client:  # its first call takes some seconds
        yield Gateway(url, client)


@contextmanager
def _there() -> Iterator[str]:
    if url := os.environ.get("MLFLOW_URL"):
        yield url.rstrip("/")
        return
    if not UP.is_file():
        raise LackingError(LACKING)
    with _folder() as folder:
        port, said = free_port(), folder / "up.log"
        env = os.environ | {"PORT": str(port), "MLFLOW_WEBHOOK_CACHE_TTL": "0"}
        try:
            with said.open("wb") as log:
                how = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
                done = subprocess.run(["bash", UP, folder], env=env, timeout=600, check=False, **how)
            assert done.returncode == 0, said.read_text()[-2_000:]
            yield f"http://127.0.0.1:{port}"
        finally:
            with suppress(FileNotFoundError, ProcessLookupError, ValueError):
                os.killpg(int((folder / "mlflow.pid").read_text()), signal.SIGTERM)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder to work in that nobody else uses now. It is kept."""
    for number in range(100):
        folder = Path(os.environ.get("LEEWAY_MLFLOW_WORK") or tempfile.gettempdir()) / f"leeway-mlflow-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder
            return
    raise LackingError("every folder for an MLflow gateway is in use")
