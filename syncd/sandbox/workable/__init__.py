"""A Workable account (SPI v3) that answers with the shapes recorded from the real one."""
