"""The app.yaml of the journeys: small, with three teams whose quotas do not touch one another."""

POLICY = """
organization: {name: Acme, timezone: Europe/Berlin}
people:
  managers:
    default: none
    ada@acme.example: bob@acme.example
    bob@acme.example: pat@acme.example
  groups:
    finance: [cy@acme.example, di@acme.example]
    security: [sam@acme.example, max@acme.example]
    platform: [pat@acme.example]
    leads: [lin@acme.example, noor@acme.example]
  fallback: leads
models:
  premium: ["claude-opus-*"]
  approved_for: {restricted: ["internal/*"]}
  fallback_price: {input: $15.00 per 1M tokens, output: $75.00 per 1M tokens}
thresholds: {warning: [70 %, 90 %], soft: 100 %, hard: 120 %}
quotas:
  platform: {limit: "$250,000 a month", channel: "#ai-platform", owner: pat@acme.example}
  platform/search: {limit: "$10,000 a month", channel: "#team-search", owner: bob@acme.example}
  platform/mobile: {limit: "$6,000 a month", channel: "#team-mobile", owner: lin@acme.example}
  platform/support: {limit: "$8,000 a month", channel: "#team-support", owner: noor@acme.example}
routing:
  - {name: acknowledge, when: {limit: soft}, ask: manager}
  - {name: hard stop, when: {limit: hard}, ask: [platform, finance]}
  - {name: large, when: {amount: "over $1,000"}, ask: {group: finance, quorum: 2}}
  - {name: long, when: {duration: over 7 days}, ask: platform}
  - {name: sensitive, when: {data: confidential}, ask: security}
  - {name: wrong model, when: {data: restricted, model: not approved}, refuse: Restricted data needs an approved model.}
time: {lapse_after: 5 days, override_at_most: 30 days, activate_within: 1 hour}
digest: {when: monday 09:00, leadership: "#ai-leadership"}
"""
