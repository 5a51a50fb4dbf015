"""What is on disk: a folder for each attempt, what its files prove, and what this node remembers beside the store."""
