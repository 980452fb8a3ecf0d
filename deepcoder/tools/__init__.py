"""The tools that people run. Each is one file that needs no terminal; `cli` prints what the tool found."""
