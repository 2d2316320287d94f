"""HTTP with manners: the only place that imports httpx."""
