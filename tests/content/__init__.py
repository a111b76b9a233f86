"""Checks of the real cards. Only these read `cards/`, or the folder of cards in the variable FIXCARDS_CARDS.

They say whether the cards are good, not whether the program is: a report is about a card, its evidence or its page.
"""
