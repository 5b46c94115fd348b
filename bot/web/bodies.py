"""Bodies of calls: read up to a size, and no further, also where they come compressed."""

import zlib

from bot.web.calls import Call, Turned

DRAINED = 16 * 2**20  # read and thrown away beyond the limit: a sender that is cut off while it writes never sees the answer
GZIP = 16 + zlib.MAX_WBITS


async def whole(call: Call, most: int) -> bytes:
    """The body of a call, of at most `most` bytes as it came and as it unfolds. Turned without keeping what is over."""
    coding = call.headers.get(b"content-encoding", b"identity").lower()
    if coding not in (b"identity", b"gzip"):
        raise Turned(415, f"send the body as it is or with gzip, not with {coding.decode('latin-1')}")
    part, more = await call.part()
    body = part if not more and len(part) <= most else await _rest(call, part, more, most=most)
    return body if coding == b"identity" else _unfolded(body, most)


async def _rest(call: Call, part: bytes, more: bool, *, most: int) -> bytes:
    declared = call.headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > most + DRAINED:
        raise _too_large(most)
    parts, size = [part], len(part)
    while more:
        part, more = await call.part()
        size += len(part)
        if size > most + DRAINED:
            break
        if size <= most:
            parts.append(part)
    if size > most:
        raise _too_large(most)
    return b"".join(parts)


def _unfolded(body: bytes, most: int) -> bytes:
    unfolding = zlib.decompressobj(GZIP)
    try:
        plain = unfolding.decompress(body, most + 1)
    except zlib.error:
        raise Turned(400, "the body says that it is gzip, and is not") from None
    if len(plain) > most:
        raise _too_large(most)
    if not unfolding.eof:
        raise Turned(400, "the gzip body ends too early")
    return plain


def _too_large(most: int) -> Turned:
    return Turned(413, f"the body is over {most:,} bytes; send smaller batches", (b"connection", b"close"))
