"""Views of the store as display lines: pure functions of what was read, the time and the width."""
