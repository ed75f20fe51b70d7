"""Reads responses that were given elsewhere. Pure: lines in, values out; each submodule is imported by its name."""
