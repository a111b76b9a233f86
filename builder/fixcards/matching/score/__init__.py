"""Failure and entry into a tier, a score and reasons."""
