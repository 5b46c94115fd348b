"""Runs an ASGI app on 127.0.0.1 in a thread of its own, for tests and the demo."""

import socket
from threading import Event, Thread
from types import TracebackType
from typing import Any

import uvicorn

_LOCAL = ("127.0.0.1", "localhost")


class _Uvicorn(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class Server:
    """A running server; `stop` ends it and waits for its thread. Also a context manager."""

    def __init__(self, asgi: Any, host: str = "127.0.0.1", port: int = 0) -> None:
        if host not in _LOCAL:
            raise ValueError(f"a sandbox is served on this machine only, not on {host}")
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(asgi, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
        self._server = _Uvicorn(config)
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def start(self) -> "Server":
        self._thread.start()
        while not self._server.listening.wait(0.1):
            if not self._thread.is_alive():
                raise RuntimeError("the server ended before it listened")
        return self

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, kind: type[BaseException] | None, no: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def serve(asgi: Any, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Starts serving an ASGI app (or a `Sandbox`) and returns once it listens; port 0 takes a free one."""
    return Server(getattr(asgi, "asgi", asgi), host, port).start()
