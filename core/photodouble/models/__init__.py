"""Model files: what they are, where they came from, what they may be used for, and loading them safely."""
