"""HeyMilo v2 as its published schemas describe it, stateful."""
