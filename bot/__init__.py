"""The app around the rules: configuration, database, Slack, HTTP, timers, commands."""
