"""Stand-ins of ATSs, written against what is known of them and not against the connectors."""
