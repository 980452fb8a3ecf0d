"""LeetCode's nodes of linked lists and of trees, and their list notation.

Runs: on both sides of the wall.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

MOST_NODES = 1 << 20  # a list or a tree with more nodes runs in a circle


class ListNode:
    """LeetCode's node of a linked list."""

    def __init__(self, val: Any = 0, next: Any = None) -> None:
        self.val = val
        self.next = next

    @classmethod
    def of(cls, items: Iterable[Any]) -> Any:
        """Return the list of these items; None where there are none."""
        head = None
        for item in reversed(list(items)):
            head = cls(item, head)
        return head


class TreeNode:
    """LeetCode's node of a binary tree."""

    def __init__(self, val: Any = 0, left: Any = None, right: Any = None) -> None:
        self.val = val
        self.left = left
        self.right = right

    @classmethod
    def of(cls, items: Iterable[Any]) -> Any:
        """Return the tree that LeetCode's list notation says: level by level, None for a child that is not there."""
        rest = iter(items)
        first = next(rest, None)
        if first is None:
            return None
        root = cls(first)
        parents = deque([root])
        while parents:
            node = parents.popleft()
            for side in ("left", "right"):
                item = next(rest, None)
                if item is not None:
                    child = cls(item)
                    setattr(node, side, child)
                    parents.append(child)
        return root


def list_notation(node: Any) -> list[Any]:
    """Return the items of a linked list.

    Raises:
        TypeError: The list runs in a circle.
    """
    items = []
    while node is not None:
        items.append(node.val)
        node = node.next
        if len(items) > MOST_NODES:
            raise TypeError("a linked list runs in a circle")
    return items


def tree_notation(node: Any) -> list[Any]:
    """Return a binary tree level by level, None for a child that is not there, without the Nones at the end.

    Raises:
        TypeError: The tree runs in a circle.
    """
    items: list[Any] = []
    level = deque([node])
    while level:
        node = level.popleft()
        items.append(None if node is None else node.val)
        if node is not None:
            level.extend((node.left, node.right))
        if len(items) > MOST_NODES:
            raise TypeError("a tree runs in a circle")
    while items and items[-1] is None:
        items.pop()
    return items


def rebuilt(root: Any, node_class: Callable[..., Any], links: Sequence[str]) -> Any:
    """Return the list or tree in nodes of this class, or as it is where the class makes none with the usual fields."""
    for make in (_set_links, _give_links, _give_keywords):
        try:
            return _copied(root, node_class, links, make)
        except MemoryError:
            raise
        except Exception:  # the code of a program raises what it likes
            continue
    return root


def _copied(root: Any, node_class: Callable[..., Any], links: Sequence[str], make: Callable[..., Any]) -> Any:
    """Return the same in other nodes, each of which `make` returns.

    Raises:
        ValueError: A node has not the fields that it was given.
    """
    nodes = [] if root is None else [root]
    for node in nodes:  # which grows by the children that the loop has still to come to
        nodes += [child for link in links if (child := getattr(node, link)) is not None]
    copies = {id(None): None}
    for node in reversed(nodes):  # children before their parents
        linked = {link: copies[id(getattr(node, link))] for link in links}
        copy = copies[id(node)] = make(node_class, node.val, linked)
        if copy.val is not node.val and copy.val != node.val:
            raise ValueError("val is not the value")
        if any(getattr(copy, link) is not other for link, other in linked.items()):
            raise ValueError("a link is not the node")
    return copies[id(root)]


def _set_links(node_class: Callable[..., Any], val: Any, linked: Mapping[str, Any]) -> Any:
    """Return a node made as LeetCode's own code makes it."""
    node = node_class(val)
    for link, other in linked.items():
        setattr(node, link, other)
    return node


def _give_links(node_class: Callable[..., Any], val: Any, linked: Mapping[str, Any]) -> Any:
    """Return a node of a class that is frozen or has no defaults."""
    return node_class(val, *linked.values())


def _give_keywords(node_class: Callable[..., Any], val: Any, linked: Mapping[str, Any]) -> Any:
    return node_class(val=val, **linked)
