"""What every service raises when it will not do what was asked."""


class Refused(ValueError):
    """A write that cannot be done; the message is the sentence to show, and nothing was changed."""
