"""`syncd run`: the passes of `reconcile` on a schedule, for months, until it is told to end."""
