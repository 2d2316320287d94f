"""Values of the domain: jobs, applications, postings, interviews, marks. No I/O, no clock."""
