# contextlib.redirect_stdout works and is undone.
# input: ""
# output: "3 in\nout\n"
import contextlib
import io

kept = io.StringIO()
with contextlib.redirect_stdout(kept):
    print("in")
print(len(kept.getvalue()), kept.getvalue().strip())
print("out")
