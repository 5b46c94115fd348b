"""A real MLflow AI Gateway: one that runs at MLFLOW_URL, or that a script starts for these tests and that ends with them.

The script is LEEWAY_MLFLOW_UP, or ../shared/mlflow/up.sh beside this checkout. It gets a folder, where it keeps what it installs
(850 MB, once) and writes the server's process id, and PORT.
"""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".venv" / "mlflow"
HOW = (
    "no MLflow gateway is here: set MLFLOW_URL to one that may be written to, or LEEWAY_MLFLOW_UP to a script that starts one "
    "(docs/stores.md, Tests)"
)
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


def script() -> Path | None:
    said = Path(os.environ.get("LEEWAY_MLFLOW_UP") or ROOT.parent / "shared" / "mlflow" / "up.sh")
    return said if said.is_file() else None


@contextmanager
def gateway() -> Iterator[Gateway]:
    """The gateway; skips what needs it where there is none."""
    url, up = os.environ.get("MLFLOW_URL", ""), script()
    if not url and up is None:
        pytest.skip(HOW)
    with running(up) if up and not url else there(url) as found, client(found) as asking:
        yield Gateway(found, asking)


def client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=60, trust_env=False)  # its first call takes some seconds


@contextmanager
def there(url: str) -> Iterator[str]:
    yield url


@contextmanager
def running(up: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Alerts go to addresses that were made a moment ago.
    env = {**os.environ, "PORT": str(port), "MLFLOW_WEBHOOK_CACHE_TTL": "0"}
    with (FOLDER / "up.log").open("wb") as log:
        done = subprocess.run(
            ["bash", str(up), str(FOLDER)], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
        )
    try:
        assert done.returncode == 0, (FOLDER / "up.log").read_text()[-2_000:]
        yield f"http://127.0.0.1:{port}"
    finally:
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            os.killpg(int((FOLDER / "mlflow.pid").read_text()), signal.SIGTERM)
