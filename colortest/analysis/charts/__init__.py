"""Charts as Altair specifications, drawn on the server. Pure: numbers in, pictures out.

A chart of ours is read without its colours: whatever a colour says, a position, a shape or a word says too. It comes
with a text alternative and with the table of the numbers that it shows.
"""
