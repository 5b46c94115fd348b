"""Asks Leeway first, then the model: a few lines before the call, for any client of an OpenAI-compatible API.

LEEWAY_URL=… LEEWAY_TOKEN=… OPENAI_BASE_URL=… OPENAI_API_KEY=… python check_first.py gpt-5-mini "Say hello."
"""

import os
import sys

import httpx

model, prompt = sys.argv[1:]

# Before the call: what it is for, the model, and what it may cost. The words are those of a usage event.
asked = {"team": "search", "use_case": "retrieval", "model": model, "estimated_cost_usd": "0.05"}
token = {"Authorization": f"Bearer {os.environ['LEEWAY_TOKEN']}"}
verdict = httpx.post(f"{os.environ['LEEWAY_URL']}/v1/check", json=asked, headers=token, timeout=2).raise_for_status().json()
if verdict["decision"] != "allow":
    sys.exit(f"{verdict['reason']} To ask for more, type {verdict['command']!r} in Slack: {verdict['ask']}")

# The call, as it always was.
key = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
body = {"model": model, "messages": [{"role": "user", "content": prompt}]}
answer = httpx.post(f"{os.environ['OPENAI_BASE_URL']}/chat/completions", json=body, headers=key, timeout=60).raise_for_status()
sys.stdout.write(answer.json()["choices"][0]["message"]["content"] + "\n")
