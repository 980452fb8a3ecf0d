"""The report: one page of HTML about training runs or graded completions, which opens offline.

`run` and `graded` read files into facts, `charts` makes charts of them, `page` writes the page, and `live` serves it
while runs go on. The charts are drawn by
uPlot, whose two files lie beside: it is whole in 51 kB, against megabytes of other libraries, and its cursor can be
moved by keys.

Runs: wherever a person types.
"""
