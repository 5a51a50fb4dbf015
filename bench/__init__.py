"""What is measured, and against which limit; `make bench` runs it all."""
