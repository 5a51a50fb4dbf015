"""The operator's verbs, one a file: what each does to a draft once it is allowed."""
