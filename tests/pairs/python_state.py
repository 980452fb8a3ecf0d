# What Python's modules hold: the keeper forks the next program from its own memory.
import builtins
import gc
import json
import locale
import random
import signal
import sys
import threading
import types
import warnings


def leave():
    loads = json.loads
    json.loads = lambda text, **options: "left" if text == "1" else loads(text, **options)
    json.left = random.left = builtins.left = signal.left = "left"
    sys.modules["left"] = types.ModuleType("left")
    sys.path.append("/left")
    sys.meta_path.append("left")
    sys.setrecursionlimit(54321)
    sys.setswitchinterval(0.123)
    gc.set_threshold(54321)
    sys.set_int_max_str_digits(54321)
    warnings.filters.append("left")
    threading.excepthook = "left"
    sys.excepthook = "left"
    random.seed(1)
    return True


def look():
    found = [module.__name__ for module in (json, random, builtins, signal) if hasattr(module, "left")]
    found += [name for name in ("left",) if name in sys.modules]
    found += ["/left"] if "/left" in sys.path else []
    found += ["meta_path"] if "left" in sys.meta_path else []
    found += ["filters"] if "left" in warnings.filters else []
    found += ["loads"] if json.loads("1") != 1 else []
    found += ["excepthook"] if "left" in (sys.excepthook, threading.excepthook) else []
    numbers = (sys.getrecursionlimit(), gc.get_threshold()[0], sys.get_int_max_str_digits())
    return found + [number for number in numbers if number == 54321] + [sys.getswitchinterval()] * (
        abs(sys.getswitchinterval() - 0.123) < 0.01)
