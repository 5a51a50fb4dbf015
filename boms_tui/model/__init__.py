"""The rules of BOMS, pure: no I/O, no clock, no randomness, no logging, no SQL, no Textual."""
