"""Decisions without I/O: which template, who is eligible, what is final, what is written back."""
