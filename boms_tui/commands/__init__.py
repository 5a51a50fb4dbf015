"""The command line, one group of commands a file; the console is one of them."""
