"""Compile and run the programs of each language, with the module that the language's row of `wire/languages.py` names.

Runs: inside the sandbox. `LanguageRunner` in `language.py` says what a module has to define, and in which process each
of its functions runs.
"""
