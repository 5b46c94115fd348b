"""The demo: the app on its own Slack workspace, with people, a past and usage that flows. All parts are the real ones."""
