"""Making a card from what a person has: a script, a pasted failure, an issue, a filled form."""
