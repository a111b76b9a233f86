"""Locks and installed environments, compared with what each card takes: which known failures they are in for."""
