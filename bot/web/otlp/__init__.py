"""OTLP over HTTP: usage from what OpenTelemetry SDKs, Claude Code, Codex CLI and Gemini CLI send of themselves.

    wire, shapes     bytes as protobuf or JSON -> log records, spans and data points
    attributes       what is read of what they say, and how
    labels           where a usage comes from, and who tells of it
    tools, gen_ai    what a call used, by the words of each tool -> calls
    events, meters   calls and data points -> usages
    reading, door    all of it, and the answers

Telemetry that carries no usage is taken and forgotten. What is not in `attributes.WANTED`, prompts and answers above all, goes no
further than `wire`.
"""
