"""What the errors of every command have in common."""


class Refusal(Exception):
    """Something that cannot be done, in one sentence that says why and what to do: all that a command prints of it."""
