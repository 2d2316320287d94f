"""Two strict servers written from published facts alone: a HeyMilo v2 and a Workable SPI v3."""
