# A file in every folder that can be written to, and bytes in every file that can.
import os
import stat


def places():
    """Every folder, and every file that is not of a process."""
    for folder, folders, files in os.walk("/"):
        if folder == "/proc":
            folders[:] = [name for name in folders if not name.isdigit() and name not in ("self", "thread-self")]
        yield folder, files
    yield from ((folder, files) for folder, _, files in os.walk(os.getcwd()))  # the folder above cannot be listed


def leave():
    written = 0
    for folder, files in places():
        if os.access(folder, os.W_OK):
            try:
                open(folder + "/left", "w").close()
                written += 1
            except OSError:
                pass
        for name in files:
            path = f"{folder}/{name}"
            if os.access(path, os.W_OK) and stat.S_ISREG(os.stat(path).st_mode):
                try:
                    with open(path, "r+") as file:
                        file.write("1\n")
                    written += 1
                except OSError:
                    pass
    return written


def look():
    return [folder for folder, files in places() if "left" in files]
