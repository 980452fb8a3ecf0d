"""A program that defines ListNode or TreeNode itself is called with nodes of its own class."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from deepcoder.datasets.free_names import FREE_NAMES
from deepcoder.judge import judge
from deepcoder.jury import Jury
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.values import ListNode, TreeNode, decode, encode, list_notation, tree_notation

# Ways to define a class of nodes; each is tried on lists and, with two links for the one, on trees.
FIT = {
    "as LeetCode does": """
class ListNode:
    def __init__(self, val=0, next=None):
        self.val = val
        self.next = next
class TreeNode:
    def __init__(self, val=0, left=None, right=None):
        self.val, self.left, self.right = val, left, right
""",
    "as LeetCode did, with x": """
class ListNode(object):
    def __init__(self, x):
        self.val = x
        self.next = None
class TreeNode(object):
    def __init__(self, x):
        self.val = x
        self.left = self.right = None
""",
    "other parameters, and more of them": """
class ListNode:
    count = 0
    def __init__(self, data=None, following=None, previous=None):
        ListNode.count += 1
        self.val, self.next, self.previous = data, following, previous
class TreeNode:
    def __init__(self, key=0, parent=None, l=None, r=None):
        self.val, self.parent, self.left, self.right = key, parent, l, r
""",
    "no defaults": """
class ListNode:
    def __init__(self, val, next):
        self.val, self.next = val, next
class TreeNode:
    def __init__(self, val, left, right):
        self.val, self.left, self.right = val, left, right
""",
    "keywords only, in another order": """
class ListNode:
    def __init__(self, *, next=None, val=0):
        self.val, self.next = val, next
class TreeNode:
    def __init__(self, *, right, left, val):
        self.val, self.left, self.right = val, left, right
""",
    "slots, of which the links are set later": """
class ListNode:
    __slots__ = ("val", "next")
    def __init__(self, val):
        self.val = val
class TreeNode:
    __slots__ = "val", "left", "right"
    def __init__(self, val):
        self.val = val
""",
    "links that are properties": """
class Linked:
    def __init__(self, val=0):
        self.val, self.links = val, {}
def link(name):
    return property(lambda node: node.links.get(name), lambda node, other: node.links.update({name: other}))
class ListNode(Linked):
    next = link("next")
class TreeNode(Linked):
    left, right = link("left"), link("right")
""",
    "compared, ordered, iterated, measured and called": """
class Node:
    def __eq__(self, other):
        return self.val == other.val
    def __lt__(self, other):
        return self.val < other.val
    def __hash__(self):
        return hash(self.val)
    def __repr__(self):
        return f"<{self.val}>"
    def __bool__(self):
        raise RuntimeError("neither")
    def __len__(self):
        return 0
    def __iter__(self):
        return self
    def __next__(self):
        raise StopIteration
    def __call__(self):
        return self.val
    def tolist(self):
        return []
class ListNode(Node):
    def __init__(self, val=0, next=None):
        self.val, self.next = val, next
class TreeNode(Node):
    def __init__(self, val=0, left=None, right=None):
        self.val, self.left, self.right = val, left, right
""",
    "dataclasses": """
from dataclasses import dataclass
from typing import Optional
@dataclass
class ListNode:
    val: int = 0
    next: Optional["ListNode"] = None
@dataclass(order=True)
class TreeNode:
    val: int
    left: Optional["TreeNode"] = None
    right: Optional["TreeNode"] = None
""",
    "frozen dataclasses": """
from dataclasses import dataclass
from typing import Any
@dataclass(frozen=True)
class ListNode:
    val: int
    next: Any = None
@dataclass(frozen=True)
class TreeNode:
    val: int
    left: Any = None
    right: Any = None
""",
    "named tuples": """
from collections import namedtuple
from typing import Any, NamedTuple
ListNode = namedtuple("ListNode", "val next", defaults=[None])
class TreeNode(NamedTuple):
    val: int
    left: Any
    right: Any
""",
    "below ours": """
class ListNode(ListNode):
    def second(self):
        return self.next
class TreeNode(TreeNode):
    def __init__(self, val=0):
        super().__init__(val)
""",
}
NOT_FIT = {
    "of another value": """
class ListNode:
    def __init__(self, data, next=None):
        self.data, self.next = data, next
class TreeNode:
    def __init__(self, key, val=None):
        self.key, self.val, self.left, self.right = key, val, None, None
""",
    "without a constructor": "class ListNode:\n    pass\nclass TreeNode:\n    val = left = right = None\n",
    "that raises": """
class ListNode:
    def __init__(self, *given, **named):
        raise ValueError(given)
class TreeNode:
    def __init__(self, val, left, right, parent):
        self.val, self.left, self.right = val, left, right
""",
    "links that do not stay": """
class ListNode:
    next = property(lambda self: None, lambda self, other: None)
    def __init__(self, val=0):
        self.val = val
class TreeNode:
    def __init__(self, val=0):
        self.val = val
    def __setattr__(self, name, value):
        if name == "val":
            super().__setattr__(name, value)
""",
    "no classes at all": "ListNode = None\ndef TreeNode():\n    pass\n",
}
LISTS: list[list[Any]] = [[1], [1, 2, 2], ["a", [1], None], list(range(5000))]
TREES: list[list[Any]] = [[1], [1, None, 2], [5, 4, 8, 11, None, 13, 4, 7, 2, None, None, None, 1], list(range(5000))]


def names_of(source: str) -> dict[str, Any]:
    """What a program with a usual preamble defines."""
    names: dict[str, Any] = {"__name__": "solution", "ListNode": ListNode, "TreeNode": TreeNode}
    exec(compile(source, "main.py", "exec", dont_inherit=True), names)
    return names


def nodes_below(root: Any) -> Iterator[Any]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        below = [getattr(node, link, None) for link in ("next", "left", "right")]
        stack += [each for each in below if each is not None]


@pytest.mark.parametrize("definition", FIT)
def test_nodes_are_of_the_class_that_the_program_defines(definition: str) -> None:
    names = names_of(FIT[definition])

    for items in LISTS:
        found = decode(encode(ListNode.of(items)), names)
        assert {type(node) for node in nodes_below(found)} == {names["ListNode"]}
        assert list_notation(found) == items
        assert list_notation(decode(encode(found))) == items  # as what it returns
    for items in TREES:
        found = decode(encode(TreeNode.of(items)), names)
        assert {type(node) for node in nodes_below(found)} == {names["TreeNode"]}
        assert tree_notation(found) == items
        assert tree_notation(decode(encode(found))) == items


@pytest.mark.parametrize("definition", NOT_FIT)
def test_nodes_are_ours_where_the_program_s_class_makes_none_with_the_usual_fields(definition: str) -> None:
    names = names_of(NOT_FIT[definition])

    found, tree = decode(encode([ListNode.of([1, 2]), TreeNode.of([1, None, 2])]), names)

    assert {type(node) for node in nodes_below(found)} == {ListNode}
    assert {type(node) for node in nodes_below(tree)} == {TreeNode}
    assert (list_notation(found), tree_notation(tree)) == ([1, 2], [1, None, 2])


def test_nodes_anywhere_in_a_value_are_of_the_program_s_class() -> None:
    names = names_of(FIT["as LeetCode does"])
    lists, trees = [ListNode.of([n]) for n in range(4)], [TreeNode.of([n]) for n in range(3)]
    value = [[lists[0], None], (lists[1], trees[0]), {"a": lists[2], 1: [trees[1]]}, ListNode.of([lists[3], trees[2]])]

    (first, none), (second, tree), named, last = decode(encode(value), names)

    found = [first, second, named["a"], last, last.val]
    assert none is None
    assert {type(each) for each in found} == {names["ListNode"]}
    assert {type(each) for each in (tree, named[1][0], last.next.val)} == {names["TreeNode"]}


def test_node_of_a_class_below_a_list_node_is_one_in_what_a_program_returns() -> None:
    names = names_of(
        "class Solution:\n    class ListNode(ListNode):\n        pass\nclass Node(Solution.ListNode): pass"
    )

    for returned in (names["Solution"].ListNode(1), names["Node"](1)):
        assert list_notation(decode(encode(returned, objects=True))) == [1]


# In a sandbox

LINKED = """
from typing import *
class ListNode:
    made = []
    def __init__(self, val=0, next=None):
        self.val = val
        self.next = next
    def __iter__(self):
        while self is not None:
            yield self.val
            self = self.next
    def __eq__(self, other):
        return list(self) == list(other)
"""
PROGRAMS: dict[str, tuple[str, list[Any], dict[str, Any], Any]] = {
    "a method": (LINKED + "def solve(head): return sum(head)", [ListNode.of([1, 2])], {}, 3),
    "a method of a tree": (
        "class TreeNode:\n"
        "    def __init__(self, x):\n        self.val, self.left, self.right = x, None, None\n"
        "    def depth(self):\n        return 1 + max([c.depth() for c in (self.left, self.right) if c] or [0])\n"
        "class Solution:\n    def solve(self, root: Optional[TreeNode]) -> int: return root.depth()",
        [TreeNode.of([1, 2, None, 3])], {}, 3,
    ),
    "isinstance": (
        LINKED + "def solve(head, **more): return [isinstance(each, ListNode) for each in (head, *more.values())]",
        [ListNode.of([1])], {"other": ListNode.of([2])}, [True, True],
    ),
    "lists of lists": (
        LINKED + "import heapq\nListNode.__lt__ = lambda self, other: self.val < other.val\n"
        "def solve(lists):\n    heapq.heapify(lists)\n    return [list(each) for each in lists if each]",
        [[ListNode.of([3]), ListNode.of([1, 2])]], {}, [[1, 2], [3]],
    ),
    "an empty list": (LINKED + "def solve(head): return head is None", [None], {}, True),
    "the same node": (LINKED + "def solve(head): return head", [ListNode.of([1, 2])], {}, ListNode.of([1, 2])),
    "a new node": (
        LINKED + "class Solution:\n    def solve(self, head): return ListNode(0, head)",
        [ListNode.of([1, 2])], {}, ListNode.of([0, 1, 2]),
    ),
    "below the preamble's": (
        "class ListNode(ListNode):\n    def __len__(self): return 1 + (0 if self.next is None else len(self.next))\n"
        "def solve(head): return len(head)",
        [ListNode.of([5, 6, 7])], {}, 3,
    ),
    "none of its own": ("def solve(head): return isinstance(head, ListNode)", [ListNode.of([1])], {}, True),
    "nested, which LeetCode never looks at": (
        "class Solution:\n    class ListNode:\n        def __init__(self, val=0, next=None):\n"
        "            self.val, self.next = val, next\n"
        "    def solve(self, head): return self.ListNode(isinstance(head, ListNode), head)",
        [ListNode.of([1])], {}, ListNode.of([True, 1]),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def jury(process_sandboxes: None) -> Iterator[Jury]:
    with closing(Jury(SandboxConfig(kind="process"))) as jury:
        yield jury


def judged(source: str, test: TestCase, sandbox: Sandbox, jury: Jury | None = None) -> Judgement:
    limits = Limits(cpu_s=1)
    problem = Problem("nodes", Mode.FUNCTION, (test,), entry_point="solve", preamble=FREE_NAMES, limits=limits)
    return judge(Submission(problem, Program(source)), sandbox, jury)


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_with_nodes_of_its_own_is_accepted(program: str, shared_sandbox: Sandbox) -> None:
    source, args, kwargs, expected = PROGRAMS[program]

    judgement = judged(source, TestCase.call(args, expected, kwargs), shared_sandbox)

    assert judgement.verdict is Verdict.AC, judgement


@pytest.mark.parametrize(
    ("ending", "verdict"),
    [
        ("    assert candidate(ListNode.of([1, 2])) == 3\n", Verdict.AC),
        ("    assert candidate(head=ListNode.of([1, 2])) == 4\n", Verdict.WA),
        (
            "    from solution import ListNode as theirs, total\n    assert total([theirs(1, theirs(2))]) == 3\n",
            Verdict.AC,
        ),
    ],
)
def test_test_code_calls_with_nodes_of_the_program_s_class(
    ending: str, verdict: Verdict, shared_sandbox: Sandbox, jury: Jury
) -> None:
    code = "from deepcoder.wire.values import ListNode\ndef check(candidate):\n" + ending + "check(solve)\n"
    source = LINKED + "def solve(head): return sum(head)\ndef total(lists): return sum(map(sum, lists))"

    judgement = judged(source, TestCase.code(code), shared_sandbox, jury)

    assert judgement.verdict is verdict, judgement


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("        raise SystemExit(0)", Verdict.RTE),
        ("        raise MemoryError", Verdict.MLE),
        ("        while True: pass", Verdict.TLE),
    ],
)
def test_constructor_that_ends_the_program_is_the_program_s(
    body: str, verdict: Verdict, shared_sandbox: Sandbox
) -> None:
    source = f"class ListNode:\n    def __init__(self, *given):\n{body}\ndef solve(head): return 1"

    assert judged(source, TestCase.call([ListNode.of([1])], 1), shared_sandbox).verdict is verdict
