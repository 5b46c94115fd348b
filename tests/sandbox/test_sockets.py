"""Socket Mode with slack_bolt's own handler: no address of the app is known, the app calls us."""

from collections.abc import Iterator
from threading import Event

import pytest
import websocket
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.sandbox import create, serve
from tests.sandbox.world import ADA, BOT, FOOD, SEED, World, error, typed

TOKEN = "xapp-lunch"


class Connected(World):
    """A world whose app listens on a socket; `greeted` is set at every hello."""

    def __init__(self) -> None:
        super().__init__(listens=False)
        self.hellos = 0
        self.greeted = Event()
        self.handler = SocketModeHandler(self.app.bolt, TOKEN, ping_interval=0.2)
        self.handler.client.web_client = WebClient(base_url=f"{self.url}/api/")
        self.handler.client.on_message_listeners.append(self._count)
        self.reconnect()

    def _count(self, text: str) -> None:
        if '"hello"' in text:
            self.hellos += 1
            self.greeted.set()

    def reconnect(self) -> None:
        self.handler.client.connect()
        assert self.greeted.wait(10)

    def close(self) -> None:
        self.handler.client.close()
        super().close()


@pytest.fixture(scope="module")
def _connected() -> Iterator[Connected]:
    world = Connected()
    yield world
    world.close()


@pytest.fixture
def connected(_connected: Connected) -> Connected:
    _connected.fresh()
    return _connected


def test_a_command_travels_over_the_socket_and_its_answer_comes_back(connected: Connected) -> None:
    connected.app.reply = {"text": "Today: soup"}
    told = connected.do("command", who=ADA, channel=FOOD, command="/lunch", text="today")
    assert told["ok"] and told["status"] == 200
    assert connected.app.last["text"] == "today"
    assert [(m["text"], m["ephemeral"]) for m in connected.messages()] == [("Today: soup", True)]


def test_a_modal_is_opened_and_answered_over_the_socket(connected: Connected) -> None:
    view = connected.opens(typed("dish"))
    connected.app.reply = {"response_action": "errors", "errors": {"dish": "Sold out"}}
    told = connected.do("submit", who=ADA, view_id=view["id"], values={"dish": "soup"})
    assert told["errors"] == {"dish": "Sold out"}
    connected.app.reply = {}
    assert connected.do("submit", who=ADA, view_id=view["id"], values={"dish": "pie"})["ok"]
    assert connected.views() == []


def test_an_event_travels_over_the_socket(connected: Connected) -> None:
    connected.do("say", who=ADA, channel=FOOD, text=f"<@{BOT}> soup?")
    assert connected.app.last["event"]["type"] == "app_mention"


def test_an_envelope_may_come_twice(connected: Connected) -> None:
    connected.do("fault", method="deliver")
    connected.do("say", who=ADA, channel=FOOD, text=f"<@{BOT}> soup?")
    assert len({heard["event_id"] for heard in connected.app.heard}) == 1 and len(connected.app.heard) == 2


@pytest.mark.parametrize("reason", ["refresh_requested", None])
def test_a_connection_may_be_refreshed_or_dropped_and_the_app_comes_back(connected: Connected, reason: str | None) -> None:
    connected.greeted.clear()
    connected.do("fault", method="socket", error=reason)
    assert connected.greeted.wait(20)
    assert connected.do("shortcut", who=ADA, callback_id="again")["ok"]


def test_a_socket_needs_an_app_token(connected: Connected) -> None:
    assert error(connected.web.apps_connections_open, app_token="xoxb-lunch") == "not_allowed_token_type"
    nobody = WebClient(base_url=f"{connected.url}/api/")
    assert error(nobody.api_call, api_method="apps.connections.open") == "not_authed"


def test_a_sandbox_may_know_its_app_token(connected: Connected) -> None:
    sandbox = create(SEED, app_url=None, signing_secret="s", bot_token="t", now=connected.clock.now, app_token="xapp-mine")
    with serve(sandbox) as server:
        web = WebClient(base_url=f"{server.url}/api/")
        assert error(web.apps_connections_open, app_token="xapp-other") == "invalid_auth"
        assert web.apps_connections_open(app_token="xapp-mine")["url"].startswith("ws://127.0.0.1:")


def test_a_connection_needs_a_ticket_and_a_ticket_works_once(connected: Connected) -> None:
    url = WebClient(base_url=f"{connected.url}/api/").apps_connections_open(app_token=TOKEN)["url"]
    first = websocket.create_connection(url)
    assert '"hello"' in first.recv()
    for used in (url, url.replace("ticket=", "ticket=x")):
        with pytest.raises(websocket.WebSocketBadStatusException):
            websocket.create_connection(used)
    first.send("no json")
    first.send('["no envelope"]')
    first.send('{"envelope_id": "nobody waits"}')
    first.ping()
    opcode, _ = first.recv_data(control_frame=True)
    assert opcode == websocket.ABNF.OPCODE_PONG
    first.close()


def test_each_payload_goes_to_one_connection_in_turn(connected: Connected) -> None:
    heard: list[str] = []
    second = SocketModeHandler(connected.app.bolt, TOKEN).client
    second.web_client = WebClient(base_url=f"{connected.url}/api/")

    def listen(client: object, request: SocketModeRequest) -> None:
        heard.append(request.payload["callback_id"])
        second.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    second.socket_mode_request_listeners = [listen]
    connected.greeted.clear()
    second.on_message_listeners.append(connected._count)
    second.connect()
    assert connected.greeted.wait(10)
    for n in range(4):
        assert connected.do("shortcut", who=ADA, callback_id=f"s{n}")["ok"]
    assert len(heard) == 2 and len(connected.app.heard) == 2
    second.close()
