"""The daemon: an I/O shell around the model. It gathers facts, asks `decide`, commits, and then acts."""
