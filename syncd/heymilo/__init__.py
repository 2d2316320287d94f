"""The HeyMilo Public API v2: wire models and client."""
