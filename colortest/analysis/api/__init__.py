"""The read interface for notebooks and programs: what it answers, and its description for other programs."""
