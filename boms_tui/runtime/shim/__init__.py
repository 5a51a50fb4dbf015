"""The shim: owns one attempt, decides once that it starts, and records how it ended, with or without a runtime.

A program of its own that `bundle` compiles and pins: standard library only, started some hundred thousand times a
night, so it imports little, and all of it before it does anything: an upgrade may replace the files under it.
`life` reads top-down as the protocol of RELIABILITY.md section 2.3. `boms_tui.runtime.cshim` is the same in C.
"""
