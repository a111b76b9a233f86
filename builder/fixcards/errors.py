"""The one exception that the program raises for its users."""


class FixcardsError(Exception):
    """The work cannot go on, for a reason that the user can remove.

    The message is shown as it is, so it says what to do. A bad record is no error but a `Problem`.
    """
