"""One file a revision; a released one is never edited, and each only adds (see SQL Server's limits)."""
