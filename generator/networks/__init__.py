"""The networks, each beside its dataclass of options."""
