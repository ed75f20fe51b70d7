"""Colorizers: networks, their training, and colorizing photos with them. A plain torch library."""
