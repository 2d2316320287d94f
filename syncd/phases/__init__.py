"""The four phases: orchestration only."""
