"""The shim in C: the same program as `boms_tui.runtime.shim`, in a twentieth of the time and of the memory.

Read that one first, and then the file of the same name here. `build` compiles it; the package's build does so through
`hook` where a C compiler is there, and the shim in Python serves where none is.
"""
