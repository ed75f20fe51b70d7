"""The statistics of fool rates. Pure: numbers and arrays in, numbers out; each submodule is imported by its name."""
