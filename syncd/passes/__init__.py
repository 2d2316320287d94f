"""One pass over one connection: identity, hold, phases in order, outcome."""
