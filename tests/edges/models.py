"""A vendor of models on this machine: speaks as OpenAI does, says hello, and remembers which models were called."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.sandbox import serve

HELLO = "Hello, whoever you are."


@dataclass
class Vendor:
    """`url` is the API's base; `called` are the models in the order of the calls, each of which uses `tokens` of input."""

    url: str = ""
    called: list[str] = field(default_factory=list)
    tokens: int = 5

    async def chat(self, request: Request) -> JSONResponse:
        model = (await request.json())["model"]
        self.called.append(model)
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": HELLO}}
        used = {"prompt_tokens": self.tokens, "completion_tokens": 6, "total_tokens": self.tokens + 6}
        said = {"id": f"chatcmpl-{len(self.called)}", "object": "chat.completion", "created": 1, "model": model}
        return JSONResponse({**said, "choices": [choice], "usage": used})


@contextmanager
def vendor(**said: int) -> Iterator[Vendor]:
    made = Vendor(**said)
    with serve(Starlette(routes=[Route("/v1/chat/completions", made.chat, methods=["POST"])])) as server:
        made.url = f"{server.url}/v1"
        yield made
