"""The settings: schema, loading, the generated example and reference."""
