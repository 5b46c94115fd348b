"""Takes docs/sandbox.png, the picture in the README, from a running `leeway demo`; `make shots` runs it.

Chromium is the one named by CHROMIUM, else the first that is installed. `show` brings the page to what the picture should tell:
nothing in it is staged but the clicks, so it can only show what the app does.
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

from playwright.sync_api import Locator, Page, ViewportSize, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script knows only its own folder
from docs.shrink import shrunk

OUT = Path(__file__).with_name("sandbox.png")
ROOT = Path(__file__).parents[1]
SIZE: ViewportSize = {"width": 1440, "height": 900}
READY = 60  # seconds between two lines of the demo, until it says where it is
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update", "--disable-sync"]
FLAGS += ["--disable-background-networking"]
URL = re.compile(
    r"https?://(?:127\.0\.0\.1|localhost):\d+/?(?:\?\S*)?(?=\s|$)"
)  # of the page itself: errors name other addresses


WARNING = "Search reached its 90 % warning"
TYPED = {
    "How much more": "400",
    "Why it is needed": "Without it the evaluation stops on Thursday.",
    "What will come of it": "queries evaluated",
    "How many of that": "1200",
    "How we will know": "The evaluation dashboard",
}


def show(page: Page) -> None:
    """Ada sees the warning and asks for $400 for three days; Bob opens its thread and has the decision before him."""
    page.get_by_role("button", name="Clock", exact=True).click()
    page.get_by_role("menuitem", name="+1 h").click()
    warning = page.locator("#main-list article").filter(has_text=WARNING)
    warning.get_by_role("button").filter(has_text="Request override").click()
    ask(page.get_by_role("dialog"))
    page.get_by_role("button", name="Act as", exact=True).click()
    page.get_by_role("menuitemradio").filter(has_text="Bob Lindqvist").click()
    warning.locator(".thread-line").click()
    card = page.locator("#thread-list article").filter(has_text="+$400 for Search")
    expect(card).to_contain_text("Waiting for @Bob Lindqvist")
    card.evaluate("card => card.scrollIntoView({block: 'end'})")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")


def ask(modal: Locator) -> None:
    """Fills the form and sends it."""
    for label, words in TYPED.items():
        modal.get_by_label(label).fill(words)
    modal.get_by_label("For how long").select_option("days:3")
    modal.get_by_role("button").filter(has_text="Send request").click()
    expect(modal).to_have_count(0)


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
    command = [sys.executable, "-c", "from bot.cli import main; main()", "demo", "--port", str(free_port())]
    env = os.environ | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, cwd=ROOT
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
        chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        page = chromium.new_page(viewport=SIZE, device_scale_factor=2, color_scheme="light", locale="en-GB")
        page.goto(url)
        show(page)
        OUT.write_bytes(shrunk(page.screenshot(animations="disabled"), chromium))
        chromium.close()
    sys.stdout.write(f"{OUT}: written\n")


if __name__ == "__main__":
    main()
