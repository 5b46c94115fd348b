"""Listening: a port of our own, and an HTTP server on it that ends well when it is told to."""

import signal
import socket

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
    server = uvicorn.Server(
        uvicorn.Config(asgi, log_level="warning", access_log=False, timeout_graceful_shutdown=DRAIN),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises what it caught once more when it is done; by default that would end us before we have cleaned up.
        signal.signal(number, server.handle_exit)
    server.run(sockets=[listening])
