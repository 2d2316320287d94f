"""Black-box checks: the real command line against independent servers on loopback."""
