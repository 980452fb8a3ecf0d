# Names, times, mode and attributes of /dev/shm.
import os

FOLDER = "/dev/shm"


def leave():
    open(FOLDER + "/left", "w").close()
    os.makedirs(FOLDER + "/left-folder/within")
    os.chmod(FOLDER + "/left-folder", 0)
    os.symlink("/", FOLDER + "/left-link")
    try:
        os.setxattr(FOLDER, "user.left", b"left")
    except OSError:  # before Linux 6.6
        pass
    os.utime(FOLDER, (1, 1))
    os.chmod(FOLDER, 0o755)
    return True


def look():
    found = [name for name in os.listdir(FOLDER) + os.listxattr(FOLDER) if "left" in name]
    about = os.stat(FOLDER)
    if 1 in (about.st_atime, about.st_mtime):
        found.append("times")
    if about.st_mode & 0o777 != 0o700:
        found.append("mode")
    return found
