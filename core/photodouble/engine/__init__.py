"""The engine: checks a request, runs its operation frame by frame and fills the take."""
