"""The console: Textual only. It shows views and posts requests; it decides nothing."""
