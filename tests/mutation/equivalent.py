"""Mutants that no test can tell from the original, each with the reason. Whoever adds one has tried to write the test."""

STRICT = "`filled` gives one number for each stage, so that `zip` has nothing to complain about"

EQUIVALENT: dict[str, dict[str, str]] = {
    "requests": {
        "Request.open_stage: without strict=True: zip(self.route.stages, full, strict=True)": STRICT,
        "Request.open_stage: False: True": STRICT,
    },
    "decisions": {
        "_escalate: always: climbed(request.route, [stage], never(request)) if stage else None": (
            "no stage is None, so that none climbs, and a pending request has an open stage"
        ),
    },
    "seats": {
        "staffed: without strict=True: zip(route.stages, able, strict=True)": STRICT,
        "staffed: False: True": STRICT,
        "filled.place: returns None: return False": "only whether a place was found is asked, and None says no as False does",
    },
}
