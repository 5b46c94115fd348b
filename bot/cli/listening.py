"""Listening: a port of our own, and an HTTP server on it that ends well when it is told to."""

import gc
import signal
import socket
import sys

import uvicorn
from starlette.types import ASGIApp

from bot.cli.telling import fail

DRAIN = 20  # seconds for what is under way: a listener may wait for Slack, and orchestrators kill after 30
BACKLOG = 2048


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens, or an end with why there is none. Port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        why = (getattr(error, "strerror", "") or str(error)).partition(" (")[0]
        fail(f"Leeway cannot listen on {host}, port {port}: {why}. Choose another with --host or --port.")


def url_of(listening: socket.socket) -> str:
    """Where it can be reached."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(asgi: ASGIApp, listening: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT; then takes nothing new, finishes what is under way, and returns."""
    config = uvicorn.Config(
        asgi,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # nobody here asks for the caller's address
        server_header=False,
        timeout_graceful_shutdown=DRAIN,
    )
    server = uvicorn.Server(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises what it caught once more when it is done; by default that would end us before we have cleaned up.
        signal.signal(number, server.handle_exit)
    _settle()
    server.run(sockets=[listening])


def _settle() -> None:
    """What was made so far stays until the end: the collector need not look at it again, nor look after every 700 values.

    And a thread that comes back from the database waits at most half a millisecond for the one that runs; by default it is five,
    and a group of usage comes back a dozen times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    sys.setswitchinterval(0.0005)
