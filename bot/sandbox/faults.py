"""Trouble on order: the next n calls of a method fail in a given way. The method `*` stands for any."""

from dataclasses import dataclass


@dataclass
class Fault:
    """`after` lets the method do its work first; `hang` answers nothing until the caller gives up."""

    method: str
    error: str | None = None
    status: int | None = None
    retry_after: int | None = None
    after: bool = False
    hang: bool = False
    left: int = 1

    @property
    def name(self) -> str:
        """What the answer calls it."""
        return self.error or ("ratelimited" if self.status == 429 else "internal_error")


class Faults:
    """What is still to go wrong, oldest order first."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []

    def order(self, fault: Fault) -> None:
        self.orders.append(fault)

    def take(self, method: str, *, only: bool = False) -> Fault | None:
        """The fault this call meets, if any; `only` leaves `*` out (for what is no Web API method)."""
        for fault in self.orders:
            if fault.method == method or (fault.method == "*" and not only):
                fault.left -= 1
                if fault.left <= 0:
                    self.orders.remove(fault)
                return fault
        return None
