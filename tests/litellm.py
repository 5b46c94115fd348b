"""A real LiteLLM proxy for the tests, with its database and a made-up provider: started when the first of them asks.

    LEEWAY_LITELLM_UP    the script that starts one, as up.sh WORKDIR, beside a down.sh; without it ../shared/litellm/up.sh
    LITELLM_URL          a running one instead, with LITELLM_MASTER_KEY; what needs its log of calls is skipped then

Where there is neither, these tests are skipped. A call to its model costs one cent. What one run installs, the next one finds.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import IO, Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
UP = Path(os.environ.get("LEEWAY_LITELLM_UP") or ROOT.parent / "shared" / "litellm" / "up.sh")
NEEDED = ("node", "npm", "initdb", "pg_ctl", "psql", "curl")
MASTER = "sk-master"
LACKING = "no LiteLLM here: LEEWAY_LITELLM_UP=/path/to/up.sh starts one, or LITELLM_URL and LITELLM_MASTER_KEY name a running one"
CENT = 10_000_000  # nano-dollars: what a call costs
CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hi."}]}


class LackingError(Exception):
    """There is no LiteLLM to be had."""


class Relay:
    """Where LiteLLM posts its log of calls. They go `to` whoever listens just then."""

    def __init__(self) -> None:
        self.to: Callable[[bytes], object] = lambda _: None
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                relay.to(body)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Proxy:
    """A running LiteLLM, spoken to as its administrator. `folder` and `relay` are there when it is ours."""

    url: str
    master: str = field(repr=False)
    folder: Path | None = None
    relay: Relay | None = None

    def __post_init__(self) -> None:
        self.client = self.with_key(self.master)

    def with_key(self, key: str) -> httpx.Client:
        """A client that speaks with another key."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False)

    def post(self, path: str, **body: Any) -> Any:
        """What it answers; an error ends the test."""
        answer = self.client.post(path, json=body)
        assert answer.is_success, (path, body, answer.text)
        return answer.json()

    def get(self, path: str, **params: Any) -> Any:
        answer = self.client.get(path, params=params)
        assert answer.is_success, (path, params, answer.text)
        return answer.json()

    def key(self, **what: Any) -> tuple[str, str]:
        """A new key, and its hash."""
        made = self.post("/key/generate", **what)
        return made["key"], made["token"]

    def call(self, key: str, **more: Any) -> httpx.Response:
        """A call to the model, which costs one cent."""
        with self.with_key(key) as client:
            return client.post("/v1/chat/completions", json=CHAT | more)


def name(kind: str = "search") -> str:
    """A name that nobody else has."""
    return f"{kind}-{uuid.uuid4().hex[:8]}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


@contextmanager
def proxy() -> Iterator[Proxy]:
    """The one that is named, or one of our own that ends with the tests; LackingError when there is neither."""
    if url := os.environ.get("LITELLM_URL"):
        yield Proxy(url.rstrip("/"), os.environ.get("LITELLM_MASTER_KEY", MASTER))
        return
    if not UP.is_file():
        raise LackingError(LACKING)
    if lacking := [tool for tool in NEEDED if shutil.which(tool) is None]:
        raise LackingError(f"no LiteLLM here: {UP} needs {', '.join(lacking)}, which this machine has not")
    relay = Relay()
    with _folder() as folder:
        port = free_port()
        ports = {key: str(free_port()) for key in ("PGPORT", "FAKE", "SINK")} | {"PORT": str(port)}
        env = os.environ | ports | {"GENERIC_LOGGER_ENDPOINT": relay.url, "DEFAULT_FLUSH_INTERVAL_SECONDS": "1"}
        said = folder / "up.log"
        if list(folder.glob("*.pid")):  # of tests that were killed
            _down(folder)
        try:
            with said.open("wb") as log:
                how = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
                done = subprocess.run([UP, folder], env=env, timeout=600, check=False, **how)
            assert done.returncode == 0, said.read_text() + (folder / "proxy.log").read_text()
            yield Proxy(f"http://127.0.0.1:{port}", MASTER, folder, relay)
        finally:
            _down(folder)
            relay.stop()


def _down(folder: Path) -> None:
    """Ends it by the process ids that it wrote down, which are forgotten then: they may soon be somebody else's."""
    subprocess.run([UP.with_name("down.sh"), folder], stdin=subprocess.DEVNULL, timeout=60, check=False)
    for file in folder.glob("*.pid"):
        file.unlink()


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder to work in that nobody else uses now. It is kept, and not where only its owner may enter: PostgreSQL is nobody."""
    for number in range(100):
        folder = Path(os.environ.get("LEEWAY_LITELLM_WORK") or tempfile.gettempdir()) / f"leeway-litellm-{number}"
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            if _locked(lock):
                yield folder
                return
    raise LackingError("every folder for a LiteLLM is in use")


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
