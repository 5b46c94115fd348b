"""A client that costs little: prebuilt requests over kept-alive connections, each answered before the next is sent on it.

`python -m tests.bench.load` is its own process, so that it shares no lock with what it measures: a plan comes in as JSON on
stdin, the latencies go out as JSON on stdout.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

END = b"\r\n\r\n"


@dataclass
class Tally:
    """What was seen: seconds from sending to the whole answer, by call, and the statuses that were not 200."""

    took: list[float] = field(default_factory=list)
    odd: dict[str, int] = field(default_factory=dict)
    began: float = 0.0
    ended: float = 0.0


class Caller(asyncio.Protocol):
    """One connection. It sends the next request when the answer to the last one is whole, and not before it is due."""

    def __init__(self, requests: Iterator[tuple[float, bytes]], tally: Tally, done: "asyncio.Future[None]") -> None:
        self._requests = requests
        self._tally = tally
        self._done = done
        self._buffer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        following = next(self._requests, None)
        if following is None:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        due, self._request = following
        wait = due - (time.perf_counter() - self._tally.began)
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._send)
        else:
            self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        head = buffer.find(END)
        if head < 0 or len(buffer) < head + 4 + _length(buffer[:head]):
            self._buffer = buffer
            return
        self._buffer = b""
        now = time.perf_counter()
        self._tally.took.append(now - self._sent)
        self._tally.ended = now
        status = buffer[9:12].decode()
        if status != "200":
            self._tally.odd[status] = self._tally.odd.get(status, 0) + 1
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server hung up"))


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def drive(host: str, port: int, requests: Iterator[tuple[float, bytes]], connections: int) -> Tally:
    """Sends every request; each is a due time in seconds after the start, and its bytes."""
    loop = asyncio.get_running_loop()
    tally = Tally(began=time.perf_counter())
    dones = [loop.create_future() for _ in range(connections)]
    for done in dones:
        await loop.create_connection(lambda done=done: Caller(requests, tally, done), host, port)  # type: ignore[misc]
    await asyncio.gather(*dones)
    return tally


@dataclass(frozen=True)
class Plan:
    """What to send: `calls` requests of `batch` events each (0: the body as it is) on so many connections.

    `rate` is calls a second, 0 for as many as are answered. `first` is the first event's number; ids are random unless `orderly`.
    """

    port: int
    path: str
    token: str
    calls: int
    connections: int = 32
    batch: int = 1
    rate: float = 0
    first: int = 0
    at: str = ""
    body: str = ""
    scopes: Sequence[str] = ("platform/engineering/search/retrieval",)
    host: str = "127.0.0.1"


EVENT = (
    '{{"specversion":"1.0","type":"ai.leeway.usage","source":"gateway","id":"{id}","time":"{at}","data":{{"scope":"{scope}",'
    '"model":"claude-sonnet-4-5","input_tokens":{tokens},"output_tokens":200,"cache_read_tokens":1000,"user":"u{user}@acme.example",'
    '"team":"search","latency_ms":840,"ended":"ok"}}}}'
)


def bodies(plan: Plan) -> Iterator[bytes]:
    """The bodies in their order. Ids are hashes: a client's ids come in no order."""
    mixed = 0x9E3779B97F4A7C15
    number = plan.first
    for _ in range(plan.calls):
        if not plan.batch:
            yield plan.body.encode()
            continue
        events = []
        for _ in range(plan.batch):
            number += 1
            scope = plan.scopes[number % len(plan.scopes)]
            tokens, user = 1_500 + number % 977, number % 500
            events.append(EVENT.format(id=f"{number * mixed % 2**64:016x}", at=plan.at, scope=scope, tokens=tokens, user=user))
        yield ("[" + ",".join(events) + "]" if plan.batch > 1 else events[0]).encode()


def requests(plan: Plan) -> Iterator[tuple[float, bytes]]:
    """The requests as bytes, each with when it is due."""
    said = {"Host": plan.host, "Authorization": f"Bearer {plan.token}", "Content-Type": "application/json"}
    head = f"POST {plan.path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in said.items())
    for number, body in enumerate(bodies(plan)):
        due = number / plan.rate if plan.rate else 0.0
        yield due, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def main() -> None:
    """Reads a plan, builds what it sends, says so, waits for a line, and drives."""
    plan = Plan(**json.loads(sys.stdin.readline()))
    ready = list(requests(plan)) if not plan.rate else requests(plan)
    print("ready", flush=True)
    sys.stdin.readline()
    tally = asyncio.run(drive(plan.host, plan.port, iter(ready), plan.connections))
    told = {"took": tally.took, "odd": tally.odd, "seconds": tally.ended - tally.began}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
