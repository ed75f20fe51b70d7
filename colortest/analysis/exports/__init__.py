"""What leaves the site as a file, in formats that other programs read."""
