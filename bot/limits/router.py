"""One quota store of several: each quota's limit is where its place says."""

from collections.abc import Mapping

from workflows.limits import Reading, Traits, Wanted
from workflows.ports import LimitStore, Rejected
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
        if quota.place is None:
            return self._here
        found = self._gateways.get(quota.place.store)
        if found is None:  # a quota that was enforced there before app.yaml was edited
            name = quota.place.store
            raise Rejected(
                f"{quota.place}: app.yaml has no {name} under stores any more; put it back until the limit there is lowered"
            )
        return found
