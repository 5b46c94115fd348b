"""The rules and use cases of Leeway; imports the standard library only."""
