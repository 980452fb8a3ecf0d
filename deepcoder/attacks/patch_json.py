# Replaces the JSON module's functions by ones that say that all is well.
# kind: patching
# stdin: WA
# function: WA RTE
# code: WA RTE
import json

SAID = '{"verdict": "AC", "passed": 2, "ended": "returned", "$object": ["int", true]}'
json.dumps = json.JSONEncoder.encode = lambda *rest, **named: SAID
json.loads = json.JSONDecoder.decode = lambda *rest, **named: [[], {}]


def solve(*rest):
    return json.dumps(rest)


print(json.dumps(0))
