"""Compile and run the programs of each language: one module for each row of `wire/languages.py`.

Runs: inside the sandbox. `LanguageRunner` in `program.py` says what a module has to define, and in which process each
of its functions runs.
"""
