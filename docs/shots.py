"""Takes docs/sandbox.png, the picture in the README, from a running `leeway demo`; `make shots` runs it.

Chromium is the one named by CHROMIUM, else the first that is installed. `show` brings the page to what the picture should tell.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from playwright.sync_api import Page, ViewportSize, sync_playwright

OUT = Path(__file__).with_name("sandbox.png")
SIZE: ViewportSize = {"width": 1280, "height": 800}
READY = 60  # seconds between two lines of the demo, until it says where it is
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update", "--disable-sync"]
FLAGS += ["--disable-background-networking"]
URL = re.compile(
    r"https?://(?:127\.0\.0\.1|localhost):\d+/?(?:\?\S*)?(?=\s|$)"
)  # of the page itself: errors name other addresses


def show(page: Page) -> None:
    """What is pressed and awaited before the picture; change it freely."""
    page.wait_for_load_state("networkidle")


def browser() -> str:
    """The path of a Chromium, or an exit that says how to get one."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or sys.exit(
        "no Chromium found: install one (on Debian and Ubuntu: apt-get install chromium), or set CHROMIUM=/path/to/chromium"
    )


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def demo() -> Iterator[str]:
    """A running demo, by its address: the first that it prints."""
    command = [str(Path(sys.executable).with_name("leeway")), "demo", "--port", str(free_port())]
    env = os.environ | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env
    )
    try:
        yield _address(process)
    finally:
        process.terminate()
        process.wait(10)


def _address(process: subprocess.Popen[str]) -> str:
    said: Queue[str] = Queue()
    Thread(target=_listen, args=(process, said), daemon=True).start()
    try:
        while line := said.get(timeout=READY):
            if found := URL.search(line):
                return found[0]
    except Empty:
        pass
    return sys.exit("the demo did not say where it is")


def _listen(process: subprocess.Popen[str], said: Queue[str]) -> None:
    """Passes on every line, and keeps reading so that the demo never waits for a reader; "" is the end."""
    for line in process.stdout or ():
        sys.stderr.write(line)
        said.put(line)
    said.put("")


def main() -> None:
    with sync_playwright() as playwright, demo() as url:
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        page = chromium.new_page(viewport=SIZE, device_scale_factor=2)
        page.goto(url)
        show(page)
        page.screenshot(path=OUT)
        chromium.close()
    sys.stdout.write(f"{OUT}: written\n")


if __name__ == "__main__":
    main()
