"""Slack: the Bolt app, what it listens to, and what it shows. Foreign words and foreign errors stop here."""
