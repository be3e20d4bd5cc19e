"""The one way to say no."""


class Refusal(Exception):
    """Something a person can put right; the message is all that is shown."""
