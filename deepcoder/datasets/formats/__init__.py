"""One file per source of problems; each turns a row of that source into a Problem."""
