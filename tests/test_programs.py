"""What counts as the program in what a model wrote."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepcoder.programs import Completion, Program, extract

DOC = 'def f():\n    """\n    Example:\n    ```\n    f(1)\n    ```\n    """\n    return 1'
TAGGED_DOC = DOC.replace("```\n    f", "```python\n    f")
A = "```python\na = 1\n```\n"
QUOTED = "'''\n```py\nx\n```\n'''\ny"  # a string of lines, by apostrophes
LINES = 's = """\n<think>\n</think>\n"""'
SEPARATORS = "x = '\u2028\x0c\x85'"
CUT = '```python\ndef f():\n    """cut\n'  # a block that ends in the middle of its docstring

# The reason, the text, and the source that is its answer.
TABLE: list[tuple[str, str, str | None]] = [
    # -- Fences
    ("one block", "Here:\n```python\nprint(1)\n```\nDone.", "print(1)"),
    ("tildes", "~~~python\nprint(1)\n~~~", "print(1)"),
    ("tildes may have backticks behind", "~~~python `x`\nprint(1)\n~~~", "print(1)"),
    ("long fence, shorter one inside", "````python\ns = 1\n```\n````", "s = 1\n```"),
    ("closed by a longer one", "```python\nx\n`````", "x"),
    ("other character does not close", "```python\nx\n~~~\n```", "x\n~~~"),
    ("closing fence with blanks", "```python\nx\n``` \t\nprose", "x"),
    ("closing fence deeper than its opening", "```python\nx\n    ```\nprose", "x"),
    ("blank lines are kept", "```python\n\nx\n\n\ny\n\n```", "\nx\n\n\ny\n"),
    ("in a list", "1. so\n   ```python\n   if x:\n     y\n   ```", "if x:\n  y"),
    ("by a tab", "\t```python\n\tif x:\n\t\ty\n\t```", "if x:\n\ty"),
    ("lines short of the indentation", '  ```python\n  s = """\n a"""\n  ```', 's = """\na"""'),
    ("only the fence is indented", "  ```python\nif x:\n  y\n  ```", "if x:\n  y"),
    ("two backticks are none", "``python\nx\n``", None),
    ("code on the line of the fence is none", "```python print(1)```", None),
    ("fence after words is none", "Code: ```python\nx\n", None),
    ("bare code", "def f():\n    return 1", None),
    ("empty text", "", None),
    ("words", "I do not know.", None),
    # -- Languages
    ("no tag", "```\nx\n```", "x"),
    ("blank tag", "```  \nx\n```", "x"),
    ("blank before the tag", "``` python\nx\n```", "x"),
    ("py", "```py\nx\n```", "x"),
    ("python3", "```python3\nx\n```", "x"),
    ("Python 3", "```Python 3\nx\n```", "x"),
    ("python 3.11", "```python 3.11\nx\n```", "x"),
    ("python3.11", "```python3.11\nx\n```", "x"),
    ("PYTHON", "```PYTHON\nx\n```", "x"),
    ("attributes of pandoc", "```{.python .numberLines}\nx\n```", "x"),
    ("title", '```python title="a.py"\nx\n```', "x"),
    ("name behind a colon", "```python:a.py\nx\n```", "x"),
    ("cpp", "```cpp\nint x;\n```", None),
    ("text", "```text\nx\n```", None),
    ("json", "```json\n{}\n```", None),
    ("a session is no program", "```pycon\n>>> x\n```", None),
    ("python2", "```python2\nprint 1\n```", None),
    ("a name that only begins so", "```pythonic\nx\n```", None),
    ("another script's letters", "```рython\nx\n```", None),
    # -- Which block
    ("the last", A + "better:\n```python\nb = 2\n```", "b = 2"),
    ("the last in a row", A + "```python\nb = 2\n```", "b = 2"),
    ("sample output behind", A + "It prints\n```text\n1\n```", "a = 1"),
    ("shell behind", A + "Run:\n```bash\npython a.py\n```", "a = 1"),
    ("python in a block of another", "````text\n```python\nx\n```\n````\n", None),
    ("a complete one before an unclosed", A + "or\n```python\nb = ", "a = 1"),
    ("unclosed and alone", "```python\nb = 2\n", "b = 2\n"),
    ("the last unclosed", "```python\na\n```python\nb", "b"),
    ("an unclosed draft, then the answer", "```python\na = (\n\nNo:\n" + A, "a = 1"),
    ("unclosed before another language", "```python\na = 1\n```text\n1\n```", "a = 1"),
    ("empty", "```python\n```", None),
    ("only blanks", "```python\n \n\t\n```", None),
    ("empty behind a program", A + "```python\n\n```", "a = 1"),
    ("opened at the very end", A + "```python", "a = 1"),
    ("what does not compile is still the answer", "```python\ndef f(:\n```", "def f(:"),
    # -- Fences in strings
    ("docstring", f"```python\n{DOC}\n```\n", DOC),
    ("docstring, and words behind", f"```python\n{DOC}\n```\nIt's done.", DOC),
    ("docstring with a tagged fence", f"```python\n{TAGGED_DOC}\n```\n", TAGGED_DOC),
    ("two such", f"```python\n{DOC}\n{TAGGED_DOC}\n```\n", f"{DOC}\n{TAGGED_DOC}"),
    ("in a bare block", f"```\n{DOC}\n```", DOC),
    ("of a module, by apostrophes", f"```py\n{QUOTED}\n```", QUOTED),
    ("in a program with an error", f"```python\n{DOC}\nx = (\n```", f"{DOC}\nx = ("),
    ("a quote in a comment opens nothing", '```python\nx # """\n```\n"""', 'x # """'),
    ("a quote in a string opens nothing", "```python\nx = '\"\"\"'\n```\n\"\"\"", "x = '\"\"\"'"),
    ("an escaped quote ends nothing", '```py\nx="""\\"""\n```\n"""\n```', 'x="""\\"""\n```\n"""'),
    ("two with docstrings", f"```py\n{DOC}\n```\nor\n```py\n{TAGGED_DOC}\n```", TAGGED_DOC),
    ("cut, then the answer", f'{CUT}```\nAgain:\n```python\n"""x"""\n```', '"""x"""'),
    ("never merged", f'{CUT}```\nAgain:\n```python\n"""\n```', '"""'),
    ("never merged, bare", f"{CUT}```\nAgain:\n```\ny = 1\n```", "y = 1"),
    # -- Reasoning
    ("draft", f"<think>{A}</think>No.", None),
    ("draft, then the answer", f"<think>\n{A}</think>\n```python\nb\n```", "b"),
    ("cut in the reasoning", f"<think>\n{A}So", None),
    ("cut in a second reasoning", f"<think></think>\n{A}<think>hm", None),
    ("answer before the last reasoning", f"{A}<think>hm</think>", None),
    ("opened by the prompt", f"{A}</think>\n```python\nb\n```", "b"),
    ("opened by the prompt, no answer", f"{A}</think>\nNo.", None),
    ("opened by the prompt, draft unclosed", f"```python\nx = [\n</think>\n{A}", "a = 1"),
    ("draft unclosed, tag behind code", f"```python\nx = [ </think>\n{A}", "a = 1"),
    ("draft unclosed, of another language", f"```cpp\nint x;\n</think>\n{A}", "a = 1"),
    ("draft unclosed", f"<think>\n```python\nx = [\n</think>\n{A}", "a = 1"),
    ("draft cut in a string", f"```python\ns = '''\n</think>\n{A}", "a = 1"),
    ("closed behind a fence", f"<think>\n```python\nx\n```</think>\n{A}", "a = 1"),
    ("prompt opened, closed behind a fence", f"```python\nx\n```</think>\n{A}", "a = 1"),
    ("answer right behind the tag", f"<think>hm</think>{A}", "a = 1"),
    ("any case", f"<Think>hm</THINK>{A}", "a = 1"),
    ("long name", f"<thinking>\n{A}</thinking>No.", None),
    ("only its own tag closes", f"<think><reflection>x</reflection>\n{A}", None),
    ("reasoning in reasoning", f"<think><reflection>x</reflection></think>\n{A}", "a = 1"),
    ("named by its tag", f"<think>I close with </think> now: {A}</think>\n```\nb\n```", "b"),
    ("quoted in a draft", f"<think>\n```py\nprint('</think>')\n```\nok\n</think>\n{A}", "a = 1"),
    ("Magistral", f"[THINK]{A}[/THINK]\n```python\nb\n```", "b"),
    ("Sky-T1", f"<|begin_of_thought|>\n{A}<|end_of_thought|>No.", None),
    ("gpt-oss", f"<|channel|>analysis<|message|>\n{A}<|channel|>final<|message|>No.", None),
    ("Kimi", f"◁think▷\n{A}◁/think▷No.", None),
    ("an opening tag in the program", "<think>d</think>\n```\nf('<think>')\n```", "f('<think>')"),
    ("a closing tag in the program", "<think>d</think>\n```\nf('</think>')\n```", "f('</think>')"),
    ("the same without reasoning", "```python\nprint('</think>')\n```", "print('</think>')"),
    ("in a comment", "```python\nx  # </think>\n```", "x  # </think>"),
    ("in a string of lines", f"```python\n{LINES}\n```", LINES),
    ("in a string of lines, behind reasoning", f"hm</think>```python\n{LINES}\n```", LINES),
    ("in sample output", f"{A}prints\n```text\n<think></think>\n```", "a = 1"),
    ("no tag of reasoning", f"<thinker>{A}".replace("```python", "\n```python"), "a = 1"),
    # -- Characters
    ("CRLF", "```python\r\na\r\nb\r\n```\r\n", "a\nb"),
    ("CR", "```python\ra\rb\r```", "a\nb"),
    ("byte order mark of the text", "\ufeff```python\nx\n```", "x"),
    ("byte order mark of the program", "```python\n\ufeffx\n```", "x"),
    ("nothing but a byte order mark", "```python\n\ufeff\n```", None),
    ("other line separators are text", f"```python\n{SEPARATORS}\n```", SEPARATORS),
    ("other blanks are text", "```python\nx = '\u00a0é😀'\n```", "x = '\u00a0é😀'"),
    ("NUL and a lone surrogate", "```python\nx = '\0\ud800'\n```", "x = '\0\ud800'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "source"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_extract_text(text: str, source: str | None) -> None:
    assert extract(text) == (None if source is None else Program(source))


def says(content: Any, role: str = "assistant") -> dict[str, Any]:
    return {"role": role, "content": content}


MESSAGES: list[tuple[str, Completion, str | None]] = [
    ("one", [says(A)], "a = 1"),
    ("the last answer", [says("```\nb\n```"), says("Fix it.", "user"), says(A)], "a = 1"),
    ("only the last answer", [says(A), says("Fix it.", "user"), says("I cannot.")], None),
    ("of the assistant", [says(A), says("```\nb\n```", "tool")], "a = 1"),
    ("no answer", [says(A, "user")], None),
    ("no message", [], None),
    ("no content", [{"role": "assistant"}], None),
    ("content is None", [says(None)], None),
    ("content of no known kind", [says(7)], None),
    ("parts", [says([{"type": "text", "text": A[:9]}, {"type": "text", "text": A[9:]}])], "a = 1"),
    ("other parts", [says([{"type": "image", "text": "x"}, {"type": "text", "text": A}])], "a = 1"),
    ("odd parts", [says([None, {}, {"type": "text", "text": None}, "x"])], None),
    ("no role", [{"content": A}], None),
]


@pytest.mark.parametrize(("messages", "source"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_extract_messages(messages: Completion, source: str | None) -> None:
    assert extract(messages) == (None if source is None else Program(source))


TICKS = ["```", "~~~", "````", "python", "text", "{.", "\n", "\r", " ", "\t"]
QUOTES = ['"""', "'''", "'", '"', "\\", "#", "x = 1"]
TAGS = ["<think>", "</think>", "[THINK]", "[/THINK]", "<", "</", "\0", "\ud800"]
pieces = st.sampled_from(TICKS + QUOTES + TAGS) | st.text(max_size=3)


@given(st.lists(pieces, max_size=40).map("".join))
def test_extract_any_text_never_raises(text: str) -> None:
    program = extract(text)
    assert program is None or program.source.strip()


# No tag that closes reasoning does without "/" and "|".
@given(st.text(st.characters(exclude_characters="`\r/|\ufeff")), st.sampled_from(["", "python"]))
def test_extract_source_in_fence_is_given_back(source: str, tag: str) -> None:
    program = extract(f"Here it is:\n```{tag}\n{source}\n```\nDone.")
    assert program == (Program(source) if source.strip() else None)


@given(st.text(st.sampled_from("ab\n \"'#\\"), max_size=30), st.sampled_from(["", "python"]))
def test_extract_two_tagged_blocks_are_never_merged(source: str, tag: str) -> None:
    program = extract(f"```{tag}\n{source}\n```\nNo:\n```python\nprint(1)\n```\n")
    assert program == Program("print(1)")


FLOODS = ["`", "~", "<", "#", "'", "\n", "\r", '\\"', '"</think>"']
FLOODS += ["<think>", "</think>", "<think></think>", "</think>```python\n"]
FLOODS += ["```\n", "~~~\n```\n", "```python\n", "```python ", '"""\n    ```x\n']
FLOODS += ['```\n"""\n```\n', '```\n\\"""\n```\n', "```\n'''\n```\n```\n\"\"\"\n```\n"]


@pytest.mark.parametrize("before", ["", "```text\n", '```python\n"""\n'], ids=repr)
@pytest.mark.parametrize("piece", FLOODS, ids=repr)
def test_extract_flood_ends(before: str, piece: str) -> None:
    extract(before + piece * (300_000 // len(piece)))  # minutes, if time grew as the square


def test_extract_megabyte_of_backticks_or_tags_ends() -> None:
    assert extract("`" * 1_000_000) is None
    assert extract("<think>" * 150_000) is None


def test_extract_fences_of_falling_length_ends() -> None:
    # None of these closes one before it, so each could be looked for up to the end.
    blocks = ("`" * size + '\n"""\n' + "`" * size + "\n" for size in range(1000, 2, -1))
    assert extract("".join(blocks)) == Program('"""')
