"""One quota store of several: each quota's limit is where its place says."""

from collections.abc import Mapping

from workflows.limits import Reading, Traits, Wanted
from workflows.ports import LimitStore
from workflows.quotas import Quota


class Router:
    """`workflows.ports.LimitStore`. `gateways` are by their names in app.yaml; a quota without a place is `here`."""

    def __init__(self, here: LimitStore, gateways: Mapping[str, LimitStore]) -> None:
        self._here = here
        self._gateways = gateways

    def traits(self, quota: Quota) -> Traits:
        return self._of(quota).traits(quota)

    def read(self, quota: Quota) -> Reading:
        return self._of(quota).read(quota)

    def write(self, quota: Quota, wanted: Wanted) -> None:
        self._of(quota).write(quota, wanted)

    def _of(self, quota: Quota) -> LimitStore:
        return self._gateways[quota.place.store] if quota.place else self._here
