"""The door: Slack's requests, checked before Bolt sees them and handled off the event loop.

Bolt raises on a timestamp that is not a number and blocks the event loop in its stock adapter; so the signature is checked
here, once, and Bolt is dispatched in a worker thread. Its answer goes out when the listener is done: what it decided is committed
by then.
"""

import logging
from collections.abc import Callable

import anyio.to_thread
from slack_bolt import App, BoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

log = logging.getLogger("leeway.slack")

LARGEST = 1_000_000  # Slack's own payloads stay below 300 kB


def route(app: App, signing_secret: str, after: Callable[[], None], path: str = "/slack/events") -> Route:
    """The route for events, interactions and commands; `after` is called when a listener is done (there may be work)."""
    verifier = SignatureVerifier(signing_secret)

    async def receive(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return _no(413, "body_too_large", "Slack sends less than 1 MB.")
        if not _signed(verifier, request, body):
            return _no(401, "bad_signature", "The request is not signed by Slack with this app's signing secret, or is too old.")
        return await anyio.to_thread.run_sync(_dispatch, app, body.decode(), dict(request.headers), after)

    return Route(path, receive, methods=["POST"])


def _signed(verifier: SignatureVerifier, request: Request, body: bytes) -> bool:
    stamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 15 and signature.isascii()):
        return False
    try:
        return bool(verifier.is_valid(body.decode(), stamp, signature))
    except ValueError:  # not UTF-8
        return False


def _dispatch(app: App, body: str, headers: dict[str, str], after: Callable[[], None]) -> Response:
    try:
        given = app.dispatch(BoltRequest(body=body, headers={name: [value] for name, value in headers.items()}))
    except Exception:
        # What listeners raise, the app answers. Bolt itself looks into a body before it knows what it is, and stumbles.
        log.warning("a signed body that nobody understands", exc_info=True)
        return _no(400, "bad_payload", "The body is signed, but is nothing that Slack sends.")
    after()
    return Response(given.body, status_code=given.status, headers={name: values[0] for name, values in given.headers.items()})


def _no(status: int, error: str, message: str) -> Response:
    return JSONResponse({"error": error, "message": message}, status_code=status)
