"""The HTTP door: usage in, standings out, health. `app.site` puts it together from callables; nothing here knows the database.

Not here: Slack's door, which `app.site` is given as a route.
"""
