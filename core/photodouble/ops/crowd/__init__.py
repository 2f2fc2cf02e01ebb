"""Crowd replication: a few filmed people become a full stand, a street or a field."""
