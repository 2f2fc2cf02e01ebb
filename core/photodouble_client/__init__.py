"""The client: declarations, requests, events and errors; standard library only, Python 3.7 to 3.13."""
