"""Replace: new artwork on a sign, a screen or a poster of a moving plate."""
