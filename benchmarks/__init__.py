"""What syncd costs, as ratios against named floors measured in the same run."""
