"""Training: from photos and a configuration to a run folder with a checkpoint in it."""
