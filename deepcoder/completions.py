"""Completions as trainers and files hold them: plain text, or the messages of a conversation.

Runs: GPU node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# A text; a message; or messages, of which the last one of the model counts.
Completion = str | bytes | Mapping[str, Any] | Sequence[Any]

_MODEL = frozenset(("assistant", "model", "ai", ""))  # roles; a message without one is the model's
_OTHERS = frozenset(("user", "human", "system", "developer", "tool", "function", "ipython"))
_TEXTS = frozenset(("text", "output_text", "input_text"))  # types of the parts that are text


def text_of(completion: Completion) -> str:
    """Return the text that the model wrote last; empty where the messages have none of the model's.

    A message is an object with a role and a content, which is text, or parts, of which those of text count.

    Raises:
        TypeError: The completion has none of these shapes.
    """
    match completion:
        case str():
            return completion
        case bytes():
            return _decoded(completion)
        case [str() as text]:
            return text
        case Mapping():
            messages: Sequence[Any] = [completion]
        case list() | tuple():
            messages = completion
        case _:
            raise TypeError(f"a completion is text or messages, not {_named(completion)}")
    answers = [message for message in messages if _is_of_model(message)]
    return _content(answers[-1]) if answers else ""


def last_text(prompt: Completion) -> str:
    """Return the text that a prompt ends with, of whatever role.

    Raises:
        TypeError: The prompt is neither text nor messages.
    """
    if isinstance(prompt, list | tuple) and prompt and isinstance(prompt[-1], Mapping):
        _is_of_model(prompt[-1])
        return _content(prompt[-1])
    return text_of(prompt)


def _is_of_model(message: Any) -> bool:
    """Return whether the model wrote a message.

    Raises:
        TypeError: It is no message, or of a role that is not known.
    """
    if not isinstance(message, Mapping) or not {"role", "content", "parts", "type"} & message.keys():
        raise TypeError(f"a completion is text or messages with role and content, not a list with {_named(message)}")
    if not {"role", "content", "parts"} & message.keys():  # reasoning or a call of a tool, as an item of its own
        return False
    role = message.get("role")
    if isinstance(role, str | None) and (role or "").lower() in _MODEL | _OTHERS:
        return (role or "").lower() in _MODEL
    raise TypeError(
        f"a message has the role {role!r:.50}, which is none of {', '.join(sorted(filter(None, _MODEL | _OTHERS)))}"
    )


def _content(message: Mapping[str, Any]) -> str:
    match message.get("content") or message.get("parts"):
        case None:  # a message that only calls tools
            return ""
        case str() as text:
            return text
        case list() | tuple() as parts:
            return "".join(map(_part, parts))
        case other:
            raise TypeError(f"the content of a message is text or parts, not {_named(other)}")


def _part(part: Any) -> str:
    match part:
        case str():
            return part
        case Mapping() if part.get("type", "text") not in _TEXTS or part.get("thought"):  # a picture, reasoning, …
            return ""
        case {"text": str() as text}:
            return text
        case _:
            raise TypeError(f"a part of a message is text, or an object with type and text, not {_named(part)}")


def _decoded(completion: bytes) -> str:
    try:
        return completion.decode()
    except UnicodeDecodeError:
        raise TypeError("a completion is text, and these bytes are not UTF-8") from None


def _named(value: Any) -> str:
    """Return what a value is, without its content, which may be long."""
    return (
        f"an object with {', '.join(map(str, value)) or 'nothing'}"
        if isinstance(value, Mapping)
        else type(value).__name__
    )
