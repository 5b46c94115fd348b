"""Socket Mode: Slack over a connection of ours, for who cannot or will not be called. The door of HTTP is `door`."""

from collections.abc import Callable

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.calling import translated


class Socket(SocketModeHandler):
    """Takes what Slack sends to the app's listeners; `after` is called when one is done (there may be work)."""

    def __init__(self, bolt: App, app_token: str, after: Callable[[], None]) -> None:
        super().__init__(bolt, app_token)
        self._after = after

    def open(self) -> None:
        """Connects; from then on it connects again by itself. Rejected when Slack does not take the token."""
        with translated():
            self.connect()  # type: ignore[no-untyped-call]

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        super().handle(client, req)
        self._after()

    def close(self) -> None:
        """Takes nothing more, lets what runs finish and answer, and then hangs up."""
        self.client.closed = True  # the processor's loop runs until then
        self.client.auto_reconnect_enabled = False
        self.client.message_processor.shutdown()  # type: ignore[no-untyped-call]
        self.client.message_workers.shutdown()
        super().close()  # type: ignore[no-untyped-call]
