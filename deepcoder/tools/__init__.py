"""What people run: each tool is one file that needs no terminal, and the command line shows what it found."""
