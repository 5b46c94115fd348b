"""Bodies of requests: read up to a size, and no further."""

from starlette.requests import Request

DRAINED = 16 * 2**20  # read and thrown away beyond the limit: a sender that is cut off while it writes never sees the answer


class TooLarge(Exception):
    """The body is larger than what is taken."""


async def whole(request: Request, most: int) -> bytes:
    """The body of a request of at most `most` bytes. Raises TooLarge without keeping what is over."""
    declared = request.headers.get("content-length", "")
    parts: list[bytes] = []
    size = 0
    if declared.isdecimal() and int(declared) > most + DRAINED:
        raise TooLarge
    async for part in request.stream():
        size += len(part)
        if size > most + DRAINED:
            break
        if size <= most:
            parts.append(part)
    if size > most:
        raise TooLarge
    return b"".join(parts)
