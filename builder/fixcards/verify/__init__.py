"""Executing reproductions: a card's claims are run, and what happened becomes its evidence."""
