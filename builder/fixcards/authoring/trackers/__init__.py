"""Issue trackers: what an issue says that is a fact, such as its address and the change that closed it."""

from fixcards.authoring.trackers.choice import PUBLIC_HOSTS, tracker_of
from fixcards.authoring.trackers.interface import Issue, Tracker, TrackerError

__all__ = ["PUBLIC_HOSTS", "Issue", "Tracker", "TrackerError", "tracker_of"]
