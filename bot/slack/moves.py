"""Moves: which of several changes of an open modal, on their way at once, is the last. It decides what is shown, nothing else."""

from collections import OrderedDict
from threading import Lock

MOST = 1_000  # modals: of one that is forgotten, at worst the next change brings what is shown up to date


class Moves:
    """The last change that was heard of each modal, by Slack's time of it."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, str] = OrderedDict()
        self._guard = Lock()

    def heard(self, view: str, at: str) -> None:
        """A change came in."""
        with self._guard:
            self._last[view] = max(at, self._last.pop(view, ""))
            if len(self._last) > MOST:
                self._last.popitem(last=False)

    def last(self, view: str, at: str) -> bool:
        """Whether none that is later was heard."""
        with self._guard:
            return at >= self._last.get(view, "")
