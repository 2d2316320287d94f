"""The connectors, each against what its vendor really answered and against a strict stand-in."""
