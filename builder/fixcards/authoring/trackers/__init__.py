"""Issue trackers: what an issue says that is a fact, such as its address and the change that closed it."""

from fixcards.authoring.trackers.choice import tracker_of
from fixcards.authoring.trackers.interface import Issue, Tracker, TrackerError

__all__ = ["Issue", "Tracker", "TrackerError", "tracker_of"]
