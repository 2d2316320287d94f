"""The state: tables, transactions, the lease, queries. The only place with SQL."""
