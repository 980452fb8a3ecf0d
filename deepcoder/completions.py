"""Completions as trainers and files hold them: plain text, or the messages of a conversation.

Runs: GPU node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# A text; a message; or messages, of which the last one of the model counts.
Completion = str | bytes | Mapping[str, Any] | Sequence[Any]

_MODEL = ("assistant", "model", None)  # the roles that the model has; a completion without roles is all the model's
_TEXTS = ("text", "output_text", None)  # the types of the parts that are text


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
    for message in messages:
        if not isinstance(message, Mapping) or not {"role", "content", "parts"} & message.keys():
            raise TypeError(
                f"a completion is text or messages with role and content, not a list with {_named(message)}"
            )
    answers = [message for message in messages if message.get("role") in _MODEL]
    return _content(answers[-1].get("content", answers[-1].get("parts"))) if answers else ""


def last_text(prompt: Completion) -> str:
    """Return the text that a prompt ends with, of whatever role."""
    if isinstance(prompt, list | tuple) and prompt:
        prompt = prompt[-1]
    return text_of({**prompt, "role": "assistant"} if isinstance(prompt, Mapping) else prompt)


def _content(content: Any) -> str:
    match content:
        case None:  # of a message that only calls tools
            return ""
        case str():
            return content
        case list() | tuple():
            return "".join(map(_part, content))
        case _:
            raise TypeError(f"the content of a message is text or parts, not {_named(content)}")


def _part(part: Any) -> str:
    match part:
        case str():
            return part
        case Mapping() if part.get("type") not in _TEXTS:  # a picture, a call of a tool, reasoning
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
