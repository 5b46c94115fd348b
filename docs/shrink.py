"""Makes a screenshot small: a PNG of at most 256 colours, so that the README loads at once. Chromium itself does the counting.

The most frequent colours stay as they are, every other becomes the nearest of them; text and flat areas lose nothing to the eye.
"""

import struct
import zlib
from base64 import b64decode, b64encode

from playwright.sync_api import Browser

COUNT = """async url => {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const paint = canvas.getContext("2d");
  paint.drawImage(picture, 0, 0);
  const pixels = new Uint32Array(paint.getImageData(0, 0, picture.width, picture.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts].sort((one, two) => two[1] - one[1]).slice(0, 256).map(([pixel]) => pixel);
  const parts = pixel => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const known = palette.map(parts);
  const far = (one, two) => one.reduce((sum, part, at) => sum + (part - two[at]) ** 2, 0);
  const nearest = new Map();
  for (const pixel of counts.keys()) {
    const mine = parts(pixel);
    nearest.set(pixel, known.reduce((best, color, at) => (far(mine, color) < far(mine, known[best]) ? at : best), 0));
  }
  const blob = new Blob([Uint8Array.from(pixels, pixel => nearest.get(pixel))]);
  const text = await new Promise(done => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });
  return {width: picture.width, height: picture.height, palette: known.flat(), pixels: text.split(",")[1]};
}"""


def shrunk(png: bytes, chromium: Browser) -> bytes:
    """The same picture in at most 256 colours."""
    page = chromium.new_page()
    url = f"data:image/png;base64,{b64encode(png).decode()}"
    seen = page.evaluate(COUNT, url)
    page.close()
    wide, pixels = seen["width"], b64decode(seen["pixels"])
    rows = b"".join(b"\0" + pixels[at : at + wide] for at in range(0, len(pixels), wide))
    head = struct.pack(">IIBBBBB", wide, seen["height"], 8, 3, 0, 0, 0)
    parts = [(b"IHDR", head), (b"PLTE", bytes(seen["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
