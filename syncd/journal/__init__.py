"""Exactly once without idempotency keys."""
