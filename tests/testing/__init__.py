"""Tests of what connectors are tested with."""
