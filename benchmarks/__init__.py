"""How fast and how large, as ratios inside one run."""
