"""Files that come: looked for beside the loop, told as facts, and taken away once a run was ordered for them."""
