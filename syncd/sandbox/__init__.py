"""A stateful HeyMilo and Workable with a movable clock and injectable faults."""
