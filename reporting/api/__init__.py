"""The API of reports, of a term of monitoring, and of what is owed."""
