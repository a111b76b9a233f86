"""What a record is and how it gets off the disk."""
