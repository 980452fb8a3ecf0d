# A file, a folder and a link in the scratch folder, open to everybody, and the same beside it.
import os

FOLDERS = [".", os.environ["HOME"], os.environ["TMPDIR"], "/tmp"]
NEAR = [f"/tmp/{number}" for user in (os.getuid(), os.getpid()) for number in range(user - 300, user + 300)]


def leave():
    os.chmod(".", 0o777)
    for folder in FOLDERS:
        try:
            os.mkdir(folder + "/left-folder", 0o777)
            open(folder + "/left", "w").write("left")
            os.symlink("/", folder + "/left-link")
        except OSError:
            pass
    return os.path.exists("left")


def look():
    return [name for folder in FOLDERS + NEAR for name in ("left", "left-folder", "left-link")
            if os.path.lexists(f"{folder}/{name}")]
