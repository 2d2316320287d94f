"""The stranger's package has tests of its own; they run where it is installed."""

collect_ignore = ["stranger"]
