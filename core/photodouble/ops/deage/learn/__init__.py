"""Learn the shot: a small network that corrects carried paint, taught by painted frames alone."""
