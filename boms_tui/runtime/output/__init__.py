"""What programs print: read from their files, masked, heard, and brought into the store."""
