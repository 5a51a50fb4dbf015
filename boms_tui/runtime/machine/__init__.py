"""Starting, watching and ending programs: attempts become processes here, and what became of them becomes facts."""
