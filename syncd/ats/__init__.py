"""Applicant tracking systems behind one port, one module each, found by entry point."""
