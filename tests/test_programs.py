"""What counts as the program in what a model wrote."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from deepcoder import fences
from deepcoder.completions import Completion
from deepcoder.programs import Program, choose, extract

DOC = 'def f():\n    """\n    Example:\n    ```\n    f(1)\n    ```\n    """\n    return 1'
TAGGED_DOC = DOC.replace("```\n    f", "```python\n    f")
A = "```python\na = 1\n```\n"
QUOTED = "'''\n```py\nx\n```\n'''\ny"  # a string of lines, by apostrophes
LINES = 's = """\n<think>\n</think>\n"""'
SEPARATORS = "x = '\u2028\x0c\x85'"
TURNS = 's = "<|im_start|>user <|user|> </s> <|endoftext|>"\nprint("""\n[INST]\n</s>\n""")'
B = "```\n<b>x</b>\n```\n"
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
    ("behind words", "Code: ```python\nx\n```", "x"),
    ("behind a sentence", "Here is my final code.```python\nx\n```", "x"),
    ("behind a heading", "### Code ```python\nx\n```", "x"),
    ("behind a tag of the answer", "<answer>```python\nx\n```</answer>", "x"),
    ("behind words, not closed", "Code: ```python\nx\n", "x\n"),
    ("behind the mark of a list", "1. ```python\n   if x:\n     y\n   ```", "if x:\n  y"),
    ("in a list in a list", "- - ```python\n    if x:\n      y\n    ```", "if x:\n  y"),
    ("deeper than its fence", "- ```python\n    x\n    y\n  ```", "x\ny"),
    ("a comment first, in a list", "-  ```python\n # c\n   if x:\n     y\n   ```", "# c\nif x:\n  y"),
    ("in a quotation", "> ```python\n> if x:\n>   y\n> ```\nSo.", "if x:\n  y"),
    ("in a list in a quotation", "> 1. ```python\n>    if x:\n>      y\n>    ```", "if x:\n  y"),
    ("only the fences are quoted", "> ```python\nx\n> ```", "x"),
    ("comparison is no quotation", "```python\nx = (1\n> 0)\n```", "x = (1\n> 0)"),
    ("words that speak of fences", "I use ```python fences and ``` marks.\n```python\nx\n```", "x"),
    ("inline code that speaks of fences", "Not ```x``` but\n```python\nx\n```", "x"),
    ("closed with a token behind", "```python\nx\n```<|im_end|>", "x"),
    ("closed with words behind", "```python\nx\n``` This doubles.\nSo.", "x"),
    ("closed with a full stop behind", "```python\nx\n```.\nSo.", "x"),
    ("closed with a word right behind", "```python\nx\n```Done\nSo.", "x"),
    ("closed with inline code behind", "```python\nx\n``` calls `x`.\nSo.", "x"),
    ("closed on the last line of code", "```python\nx\ny```\nSo.", "x\ny"),
    ("closed on the last line, with a tag behind", "```python\nx```</answer>", "x"),
    ("closed behind a comment", "```python\nx  # it's twice```\nSo.", "x  # it's twice"),
    ("closed behind a comment, words behind", "```python\nx  # twice``` So.", "x  # twice"),
    ("closed with a word right behind, then another block", "```python\nx\n```Output\n4\n```\n", "x"),
    ("in a quotation in a list", "- > ```python\n  > if x:\n  >   y\n  > ```", "if x:\n  y"),
    ("closed and opened on a line", "```python\nx``` Better: ```python\ny\n```", "y"),
    ("a fence in comments is text", "```python\n# so:\n# ```\n# f(1)\n# ```\nx\n```", "# so:\n# ```\n# f(1)\n# ```\nx"),
    ("a fence behind words of comments is text", "```python\n# so: ```\n# f(1)\nx\n```\nSo.", "# so: ```\n# f(1)\nx"),
    ("inline code in a comment is text", "```python\nx  # see ```y``` now\n```", "x  # see ```y``` now"),
    ("a fence in a string of one line", "```python\nx = y.split('```')\n```\nSo.", "x = y.split('```')"),
    ("a string without an end hides no fence", "```python\nprint('x)```\nSo.", "print('x)"),
    ("ended by the token that ends the answer", "```python\nx\n<|im_end|>", "x"),
    ("ended by the tag that ends the answer", "<answer>\n```python\nx\n</answer>", "x"),
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
    ("a file name", "```solution.py\nx\n```", "x"),
    ("a file name behind the tag", "```python src/main.py\nx\n```", "x"),
    ("language-python", "```language-python\nx\n```", "x"),
    ("pypy3", "```pypy3\nx\n```", "x"),
    ("attributes behind words", "Code: ```{.python}\nx\n```", "x"),
    ("file name behind words", "Code: ```python:main.py\nx\n```", "x"),
    ("words behind the tag", "```python solution of the task\nx\n```", "x"),
    ("a name that only begins so", "```pythonic\nx\n```", None),
    ("a word that is no language", "```code\nprint(1)\n```\nOutput:\n```\n1\n```", "print(1)"),
    ("another such word", "<answer>\n```Solution\nprint(1)\n```\n</answer>", "print(1)"),
    ("such a word does not win over a tag", A + "```answer\nprint(1)\n```", "a = 1"),
    ("such a word behind a block", "```python\nx\n```answer\n42\n```", "x"),
    ("such a word in a wrapper", "```markdown\n## Code\n```program\nprint(1)\n```\n```", "print(1)"),
    ("such a word on a wrapper", "````answer\n```\nx\n```\n````", "x"),
    ("an answer's value behind the program", "```\nprint(1)\n```\n```answer\nfoo(3)\n```", "print(1)"),
    ("an answer's value behind code", "```code\nprint(1)\n```\n```answer\nfoo(3)\n```", "print(1)"),
    ("an answer behind sample output", "```\n3\n```\n```answer\nprint(1)\n```", "print(1)"),
    ("an answer behind another", "```answer\nprint(1)\n```\n```answer\nprint(2)\n```", "print(2)"),
    ("code behind an example", "```\nfoo(3)\n```\n```code\nprint(1)\n```", "print(1)"),
    ("a call of a tool", "```tool_code\nprint(1)\n```", None),
    ("another script's letters", "```рython\nx\n```", None),
    # -- Which block
    ("the last", A + "better:\n```python\nb = 2\n```", "b = 2"),
    ("the last in a row", A + "```python\nb = 2\n```", "b = 2"),
    ("sample output behind, untagged", A + "It prints\n```\n1\n```", "a = 1"),
    ("sample output behind, on a line of words", A + "Output: ```\n1\n```", "a = 1"),
    ("shell behind, untagged", A + "Run:\n```\n$ python a.py\n```", "a = 1"),
    ("a trace behind, untagged", A + "```\nTraceback (most recent call last):\nValueError: it's\n```", "a = 1"),
    ("a draft, closed with words behind", A + "``` \n```python\nb\n``` No.", "b"),
    ("a draft, the answer closed with a token", A + "Better:\n```python\nb\n```<|im_end|>", "b"),
    ("a draft, the answer closed on its line", A + "Better:\n```python\nb```", "b"),
    ("a draft, the answer followed by another language", A + "or\n```python\nb\n```text\n1\n```", "b"),
    ("a draft, the answer cut in a string", A + '```python\ns = """\n```', 's = """'),
    ("turns that the model made up", A + "<|im_end|>\n<|im_start|>user\nfix\n```python\nb\n```", "a = 1"),
    ("turns of Llama", A + "<|eot_id|><|start_header_id|>user<|end_header_id|>fix\n```python\nb\n```", "a = 1"),
    ("turns of Gemma", A + "<end_of_turn>\n<start_of_turn>user\nfix\n```python\nb\n```", "a = 1"),
    ("turns of Phi", A + "Done.<|user|>\nfix\n```python\nb\n```", "a = 1"),
    ("turns of DeepSeek", A + "Done.<｜User｜>fix\n```python\nb\n```", "a = 1"),
    ("turns of Mistral", A + "[INST] fix [/INST]\n```python\nb\n```", "a = 1"),
    ("turns of Mistral behind a token", A + "Done.</s>[INST] fix [/INST]\n```python\nb\n```", "a = 1"),
    ("a text behind the end of the text", A + "Done.<|endoftext|>Human: fix\n```python\nb\n```", "a = 1"),
    ("a turn behind what is not closed", "```python\na = 1\n<|user|>\nfix\n```python\nb\n```", "a = 1\n"),
    ("a turn behind a stray closing tag", f"{A}</think>\n<|im_start|>user\nfix\n```python\nb\n```", "a = 1"),
    ("a turn before any answer", f"No.<|im_start|>user\n{A}", None),
    ("a turn behind reasoning that is cut", f"<think>hm\n<|im_start|>user\nfix</think>\n{A}", None),
    ("a text that begins with its prompt", f"<s>[INST] Double it. [/INST] {A}</s>", "a = 1"),
    ("tokens in the program", f"```python\n{TURNS}\n```\nSo.", TURNS),
    ("an index that is no token", "```python\na = inst[\n[inst]\n]\n```", "a = inst[\n[inst]\n]"),
    ("turns in inline code", f"Not `<|user|>` or `[INST]`.\n{A}", "a = 1"),
    ("struck out in HTML", f"```python\nx\n```\nI <s>think</s> know:\n{A}", "a = 1"),
    ("the end of a text in reasoning", f"<think>\n{A}ends in </s> or\n</think>\n```python\nb\n```", "b"),
    ("the end of a text, said in HTML", f"{B}Each tag such as </s> is popped.\n```\nprint(1)\n```", "print(1)"),
    ("struck out in HTML, at a line's end", f"{A}I <s>think</s>\nknow:\n```python\nb\n```", "b"),
    ("struck out in HTML, two lines", f"{A}<s>That is\nwrong.</s>\nBetter:\n```python\nb\n```", "b"),
    ("struck out in HTML, then the end of a text", f"{A}<s>No</s> Yes.</s>\nQ:\n```python\nb\n```", "a = 1"),
    ("the end of a text, its beginning behind", f"{A}Done.</s><s>Q:\n```python\nb\n```", "a = 1"),
    ("the end of a text, behind a blank", f"{A}Done. </s>\nQ:\n```python\nb\n```", "a = 1"),
    ("a turn, said in words", f"{A}In DeepSeek, <|user|> marks a turn; parse it.\n```python\nb\n```", "b"),
    ("a token, said in words", f"{A}Split at the token <|endoftext|> instead.\n```python\nb\n```", "b"),
    ("a token right behind a word", f"{A}Done<|endoftext|>Q:\n```python\nb\n```", "a = 1"),
    ("a turn right behind a fence", "```python\na = 1\n```<|user|>\nfix\n```python\nb\n```", "a = 1"),
    *(
        (f"{said.strip()} in reasoning that the prompt opened", f"Okay\n{A}{said}so.\n</think>\n```python\nb\n```", "b")
        for said in ("in </s>\n", "No.</s>\n", "No.<|user|>\n", "[INST] ", "No.<|endoftext|>", "No.<|im_start|>user\n")
    ),
    ("turns behind such reasoning", f"hm\n</think>\n{A}</s>\n[INST] fix [/INST]\nhm</think>\n```py\nb\n```", "a = 1"),
    ("turns in and behind such reasoning", f"hm\n{B}</s>\n</think>\n{A}</s>\n```py\nb\n```", "a = 1"),
    ("an untagged answer, sample output behind", "```\nprint(1)\n```\nOutput:\n```\n1\n```", "print(1)"),
    ("an untagged answer, an example behind", "```\ndef f(): pass\n```\n```\nn = 1\n```", "def f(): pass"),
    ("untagged, nothing reads as a program", "```\n3\n```\nto\n```\n6\n```", "6"),
    ("an example, then a tagged answer that is cut", "```\nprint(1)\n```\n```python\nb = ", "b = "),
    ("untagged and not closed", "```\nprint(1)\n", "print(1)\n"),
    ("prose behind a closing fence that nothing opened", "print(1)\n```\nThis prints 1.", None),
    ("wrapped as Markdown", "```markdown\n## Code\n```python\nx\n```\n```\nSo.", "x"),
    ("wrapped by more ticks", "````\n## Code\n```python\nx\n```\n````\nSo.", "x"),
    ("wrapped by more ticks, untagged", "````\n```\nx\n```\n````\nSo.", "x"),
    ("wrapped as Markdown by more ticks", "````md\n## Code\n```\nx\n```\n````\nSo.", "x"),
    ("wrapped by tildes", "~~~markdown\n```python\nx\n```\n~~~", "x"),
    ("Markdown without a block", "```markdown\n# Title\n```\n```\nx\n```", "x"),
    ("sample output not closed", "```text\n1\n```python\nx\n```", "x"),
    ("sample output behind", A + "It prints\n```text\n1\n```", "a = 1"),
    ("shell behind", A + "Run:\n```bash\npython a.py\n```", "a = 1"),
    ("python in a block of another", "````text\n```python\nx\n```\n````\n", None),
    ("a complete one before an unclosed", A + "or\n```python\nb = ", "a = 1"),
    ("unclosed and alone", "```python\nb = 2\n", "b = 2\n"),
    ("the tag on the closing fence", "```python\nprint(1)\n```python\n\nThis solution works.\n", "print(1)"),
    ("the tag on the closing fence, one word behind", "```python\nprint(1)\n```python\nDone", "print(1)"),
    ("the tag on the closing fence, output behind", "```py\nf()\n```py\nOutput:\n```\n4\n```\n", "f()"),
    ("an unclosed draft, the last cut", "```python\nf()\n\nNo:\n```python\nprint(", "print("),
    ("the last unclosed", "```python\na\n```python\nb", "b"),
    ("an unclosed draft, then the answer", "```python\na = (\n\nNo:\n" + A, "a = 1"),
    ("unclosed before another language", "```python\na = 1\n```text\n1\n```", "a = 1"),
    ("output behind what is cut", "```py\nf()\n```\n```py\nx = (\n```py\n3\n```", "f()"),
    ("input and output, the tag on the closing fence", "```py\nf()\n```\nor\n```py\nn = 3\n```py\n6\n```", "f()"),
    ("output behind a program that is cut", "```py\nf()\n```\n```py\ng()\n```py\n3\n```", "g()"),
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
    ("ends in inline code", f"<think>as `x`</think>\n\n{A}", "a = 1"),
    ("ends in inline code, opened by the prompt", f"{A}use `x`</think>\nNo.", None),
    ("inline code right behind", f"<think>hm</think>`f` does it:\n{A}", "a = 1"),
    ("inline code on both sides", f"<think>as ``x``</think>`f` does it:\n{A}", "a = 1"),
    ("mentioned as a pair in reasoning", f"<think>so `<think>...</think>` first\n{A}", None),
    ("mentioned by two backticks", f"<think>no ``</think>`` yet\n{A}", None),
    ("Magistral, inline code", f"[THINK]as `x`[/THINK]\n{A}", "a = 1"),
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
    ("mentioned in inline code", f"{A}No `<think>` needed.", "a = 1"),
    ("mentioned in words", f"{A}I left <think> out.", "a = 1"),
    ("mentioned in pairs", f"{A}No <think>...</think> here.", "a = 1"),
    ("closing tag mentioned in inline code", f"{A}The `</think>` is left out.", "a = 1"),
    ("closing tag mentioned in words", f"{A}The </think> tag is left out.", "a = 1"),
    ("mentioned in a list", f"- <think> for thoughts\n- <answer> for answers\n\n{A}", "a = 1"),
    ("mentioned at the end of a line", f"{A}I used <think> and </think>\n\nDone.", "a = 1"),
    ("behind another tag", f"<answer><think>\n{A}</think>No.", None),
    ("mentioned before", f"I won't use <think> tags.\n{A}", "a = 1"),
    ("inline code in reasoning closes nothing", f"<think>no `</think>` yet\n{A}", None),
    ("a stray closing tag at the end", f"{A}</think>", "a = 1"),
    ("stray tags at the end", f"{A}</think>\n</answer><|im_end|>\n", "a = 1"),
    ("a stray closing tag at the end of a wrapper", f"````md\n{A}</think>\n````", "a = 1"),
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
    ("one message", says(A), "a = 1"),
    ("one text in a list", [A], "a = 1"),
    ("bytes", A.encode(), "a = 1"),
    ("the role model", [says(A, "model")], "a = 1"),
    ("parts of the role model", [{"role": "model", "parts": [{"text": A}]}], "a = 1"),
    ("parts of the type output_text", [says([{"type": "output_text", "text": A}])], "a = 1"),
    ("a text as part", [says([A])], "a = 1"),
    ("a call of a tool", [says(A), says(None)], None),
    ("parts", [says([{"type": "text", "text": A[:9]}, {"type": "text", "text": A[9:]}])], "a = 1"),
    ("other parts", [says([{"type": "image", "text": "x"}, {"type": "text", "text": A}])], "a = 1"),
    ("no role", [{"content": A}], "a = 1"),
    ("the role in capitals", [says(A, "Assistant")], "a = 1"),
    ("reasoning as an item", [{"type": "reasoning", "summary": []}, {"type": "message", **says(A)}], "a = 1"),
    (
        "a part that is a thought",
        [{"role": "model", "parts": [{"text": "```py\nx\n```", "thought": True}, A]}],
        "a = 1",
    ),
    ("content None beside parts", [{"role": "model", "content": None, "parts": [{"text": A}]}], "a = 1"),
]


@pytest.mark.parametrize(("messages", "source"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_extract_messages(messages: Completion, source: str | None) -> None:
    assert extract(messages) == (None if source is None else Program(source))


WRONG: list[tuple[str, Any, str]] = [
    ("None", None, "a completion is text or messages, not NoneType"),
    ("a number", 7, "a completion is text or messages, not int"),
    ("texts", [A, A], "not a list with str"),
    ("a message and a text", [says(A), A], "not a list with str"),
    ("a row", {"problem_id": "x", "completion": A}, "not a list with an object with problem_id, completion"),
    ("no UTF-8", b"\xff", "not UTF-8"),
    ("content of no known kind", [says(7)], "the content of a message is text or parts, not int"),
    ("a role that nobody has", [says(A, "bot")], "a message has the role 'bot', which is none of"),
    ("a part that is none", [says([None])], "a part of a message is .* not NoneType"),
    ("a part without text", [says([{"type": "text"}])], "a part of a message is .* not an object with type"),
    ("a part whose text is none", [says([{"type": "text", "text": [A]}])], "a part of a message is"),
]


@pytest.mark.parametrize(("completion", "says_why"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_completion_of_another_shape_is_a_type_error(completion: Any, says_why: str) -> None:
    with pytest.raises(TypeError, match=says_why):
        extract(completion)


# The reason, the prompt, the completion, and the source that is its answer.
PROMPTS: list[tuple[str, Any, str, str | None]] = [
    ("opens a block", "Double it.\n```python\n", "print(1)\n```\nSo.", "print(1)"),
    ("opens a block, no line feed", "Double it.\n```python", "print(1)\n```", "print(1)"),
    ("opens a block without a tag", "Double it:\n\n```\n", "print(1)\n```\nSo.", "print(1)"),
    ("opens a block behind words", "Code: ```python\n", "print(1)\n```", "print(1)"),
    ("closed on the last line", "```python\n", "print(1)```<|im_end|>", "print(1)"),
    ("not closed", "```python\n", "print(1)", "print(1)"),
    ("sample output behind", "```python\n", "print(1)\n```\nOutput:\n```\n1\n```", "print(1)"),
    ("a tagged block behind", "```python\n", f"print(1)\n```\nBetter:\n{A}", "a = 1"),
    ("an untagged block behind", "```python\n", "def f(): 1\n```\nUsage:\n```\nprint(f())\n```", "def f(): 1"),
    ("speaks of a fence", "Start with ```python", "Sure, here's the code:\n```\nprint(1)\n```", "print(1)"),
    ("speaks of a tag", "Go. Start with <think>", A, "a = 1"),
    ("opens reasoning behind a token", "Go.<|im_start|><think>", f"{A}</think>\n", None),
    ("messages", [says("Double it.\n```python\n", "user")], "print(1)\n```\nSo.", "print(1)"),
    ("begun by the assistant", [says("?", "user"), says("```python\n")], "print(1)\n```\nSo.", "print(1)"),
    ("the model opens its own", "```python\n", A, "a = 1"),
    ("the model opens its own, untagged", "```python\n", "```\nprint(1)\n```", "print(1)"),
    ("the model talks first", [says("```python\n", "user")], f"Sure:\n{A}", "a = 1"),
    ("a block that is closed", "```python\n# your code\n```\n", "print(1)\n```\nSo.", None),
    ("a block of another language", "```cpp\n", "print(1)\n```", None),
    ("a block with a line", "```python\nimport os\n", "print(1)\n```\nSo it is.", None),
    ("opens reasoning", "Go.\n<think>\n", f"{A}</think>\n", None),
    ("opens reasoning, then an answer", "Go.\n<think>", f"hm\n{A}</think>\n```python\nb\n```", "b"),
    ("opens a block behind turns", "<|im_start|>user\nGo.\n<|im_start|>assistant\n```python\n", "x\n```\nSo.", "x"),
    ("opens a block without a language", "Go.\n```code\n", "print(1)\n```\nSo.", "print(1)"),
    ("opens nothing", "Go.", A, "a = 1"),
    ("is empty", [], A, "a = 1"),
]


@pytest.mark.parametrize(
    ("prompt", "completion", "source"), [row[1:] for row in PROMPTS], ids=[row[0] for row in PROMPTS]
)
def test_extract_continues_the_prompt(prompt: Any, completion: str, source: str | None) -> None:
    assert extract(completion, prompt) == (None if source is None else Program(source))


# What follows an answer that defines `f`, and is not the answer.
USAGE = [
    "print(f(2))",
    "assert f(2) == 2",
    "nums = [1, 2, 3]",
    ">>> f(2)\n2",
    "from solution import f\n\ndef test_f():\n    assert f(2) == 2",
    "class Test:\n    def test(self):\n        expected = f(x=2)",
    "import random\nfrom math import f as g, gcd\nassert f(2) == g(2)",
    "from code import f",
    "table = {\n    f: 1 == 2,\n}",
    "from tests.math import (\n    f,\n)",
    "expected = f(2, f=3)\ntest(x, f=f)",
    "def test(x, f=abs):\n    a = f == x",
]
DEFINES = [
    "def f(x):\n    return x",
    "class Solution:\n    def g(self, x):\n        return x",
    "if 1:\n    f = lambda x: x",
    "f: Callable = abs",
    "from math import comb as f",
    "from os.path import join, f",
    "from math import (\n    gcd,\n    comb as f,\n)",
    "import functools, math; f = math.gcd",
    "g = f = abs",
    "print((f := abs))",
    "f, g = make()",
    "(g, f) = make()",
    "if 1:\n    [g, *f] = make()",
]
DEFINES_IN_JS = [
    "function f(x) { return x }",
    "const f = (x) => x;",
    "module.exports = (x) => x;",
    "class Solution { f(x) { return x } }",
]


@pytest.mark.parametrize("tag", ["python", ""])
@pytest.mark.parametrize("usage", USAGE, ids=repr)
@pytest.mark.parametrize("source", DEFINES, ids=repr)
def test_extract_passes_over_what_only_uses_the_function(source: str, usage: str, tag: str) -> None:
    text = f"```{tag}\nf = 0\n```\nSo:\n```{tag}\n{source}\n```\nUsage:\n```{tag}\n{usage}\n```\n"
    assert extract(text, entry_point="f") == Program(source)


@pytest.mark.parametrize("source", DEFINES_IN_JS, ids=repr)
def test_extract_passes_over_what_only_uses_the_function_in_javascript(source: str) -> None:
    text = f"```js\n{source}\n```\nUsage:\n```js\nconsole.log(f(2) == 2);\n```\n"
    assert extract(text, languages=("javascript",), entry_point="f") == Program(source, "javascript")


@pytest.mark.parametrize("source", [*DEFINES, "f = g", "def f(:", "async def f(x): ..."], ids=repr)
def test_extract_keeps_the_last_that_defines_the_function(source: str) -> None:
    text = f"```python\ndef f(x):\n    return 0\n```\nBetter:\n```python\n{source}\n```\n"
    assert extract(text, entry_point="f") == Program(source)


def test_extract_without_a_definition_of_the_function_is_as_without_its_name() -> None:
    text = "```python\nimport os\n```\n```python\nprint(f(2))\n```\n"
    assert extract(text, entry_point="f") == extract(text) == Program("print(f(2))")
    assert extract("```\nf(1)\n```\n```python\ndef f(", entry_point="f") == Program("def f(")
    assert extract("```python\nf(1)\n```\n```python\ndef ff(): 1\n```\n", entry_point="f") == Program("def ff(): 1")


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


# The habits of models around an answer. "@" stands for the fence, "$" for what begins each line of the program.
SOURCES = [
    "print(int(input()) * 2)",
    "n = int(input())\nif n:\n    print(n * 2)\nelse:\n    print(0)  # doubled",
    f"{DOC}\n\n\nclass Solution:\n    def f(self, n):\n        return 2 * n",
    "# it's a comment\nprint('```', \"don't\")",
    "s = '''it's\n'''\nprint(s)",
]
OPENING = ["@", "Solution: @", "Here is my final code.@", "<answer>@", "<answer>\n@", "**Code:** @", "### Code @"]
OPENING += ["1. @$   ", "- @$  ", "  * @$    ", "> @$> ", "> 1. @$>    ", "   @$   ", "\t@$\t"]
TAGGED = ["python", "py", "python3", " python", "Python", "python # solution", 'python title="a.py"']
CLOSING = [
    "\n@",
    "\n@</answer>",
    "\n@<|im_end|>",
    "\n@</s>",
    "\n@.",
    "\n@**",
    "\n@)",
    "\n@  ",
    "\n@ This doubles.",
    "\n@Done",
]
CLOSING += ["\n@ It's `x`.", "\n@\n</answer>", "@", "@</answer>", "@<|im_end|>", "@ This doubles."]
PROSE = [
    "",
    "It's easy.\n",
    "I won't use <think> tags.\n",
    "I use ```python fences and ``` marks.\n",
    "Not ```x``` or `y`.\n",
]
PROSE += [
    "<think>\n```python\nprint(0)\n```\n</think>\n",
    "so ```python\nprint(0)\n```\n</think>\n",
    "```cpp\nint x;\n```\n",
]
PROSE += [
    "so ```python\nprint(0)\n``` No.</s>\n[INST] ends it.\n</think>\n",
    "```\n<b>x</b>\n```\n<s>Pop\nall</s>, or </s> alone; in turns, <|user|> marks one.\n",
]
PROSE += ["<think>so `x`</think>`f` does it:\n"]
PROSE += ["```text\n3\n```\n", "Input: ```\n3\n```\n", "Input:\n```\n3\n```\n"]
DRAFTS = ["```python\nprint(0)\n```\nBetter:\n", "```python\nprint(0)\n``` No.\n", "```python\nprint(0)```\n"]
DRAFTS += ["```python\nprint(0\n\nNo:\n"]
BEHIND = [
    "",
    "\nIt's done.",
    "\nOutput:\n```\n6\n```",
    "\nOutput: ```\n6\n```\n",
    "\n```output\n6\n```\n",
    "\n```answer\n6\n```\n",
    "\n~~~\n6\n~~~",
]
BEHIND += ["\nRun:\n```\n$ python a.py < in.txt\n```", "\n```bash\npython a.py\n```\n", "\n```\n6\n"]
BEHIND += [
    "\n```\nTraceback (most recent call last):\nValueError: it's\n```\n",
    "\nNo `<think>` needed.",
    "\nNo <think> at all.",
]
BEHIND += [
    "\nThe `</think>` tag is not used.",
    "\nUses `input` and ```print```.",
    "\nWrap it in ``` marks.",
    "<|im_end|>",
]
BEHIND += ["\n<|user|>\nfix\n```python\nprint(0)\n```\n", "\n[INST] fix [/INST]\n```python\nprint(0)\n```\n"]
OUTPUT = ["\n```python\n6 7\n```\n", "\n```python\n>>> f()\n6\n```\n", "\n```python\nOutput: 6\n```\n"]
STRAY = ["\n</think>"]
WRAPPERS = ["", "```markdown\n## Code\n", "````markdown\n## Code\n", "`````\n", "~~~~md\n"]


def written(source: str, opening: str, tag: str, closing: str, wrapper: str, before: str, behind: str) -> str:
    """Return an answer by a model of these habits."""
    opening, _, begin = opening.partition("$")
    lines = "\n".join(begin + line for line in source.split("\n"))
    text = f"{opening}{tag}\n{lines}{closing.replace(chr(10), chr(10) + begin, 1)}".replace("@", "```")
    marks = re.match("[`~]*", wrapper)
    return f"{before}{wrapper}{text}{behind}" + (f"\n{marks[0]}" if marks and wrapper else "")


habits = st.tuples(
    st.sampled_from(OPENING),
    st.sampled_from(TAGGED),
    st.sampled_from(CLOSING),
    st.sampled_from(WRAPPERS),
    st.sampled_from(PROSE + DRAFTS),
    st.sampled_from(BEHIND + OUTPUT + STRAY),
)
habits_without_a_tag = st.tuples(
    st.sampled_from(OPENING),
    st.sampled_from(["", "code", "Solution"]),
    st.sampled_from(CLOSING),
    st.sampled_from(["", *WRAPPERS[2:]]),
    st.sampled_from(PROSE),
    st.sampled_from(BEHIND + STRAY),
)


# With --hypothesis-show-statistics it says how often each rule decided.
@given(st.sampled_from(SOURCES), habits | habits_without_a_tag)
@settings(max_examples=1000)
def test_extract_sees_through_habits(source: str, habit: tuple[str, str, str, str, str, str]) -> None:
    block, rule = choose(fences.blocks(written(source, *habit)))
    event(rule)
    assert block is not None
    assert block.source == source


FLOODS = ["`", "~", "<", "#", "'", "\n", "\r", '\\"', '"</think>"']
FLOODS += ["`</s>", "x\n```\n[INST]", "```python\nx\n", "```python\n1 2\n```\n", "<|user|>", "`</think>`"]
FLOODS += ["```\nx\n```\nA.</s> ", "A.</s>\n", "<s>\n</s>\n", " </s>"]
FLOODS += ["<think>", "</think>", "<think></think>", "</think>```python\n"]
FLOODS += ["~~~ ", "~~~\t", "> ", "- ", "x```\n", "# x```\n", "``` a }", "`<think>`", "x <think> "]
FLOODS += ["```\n", "~~~\n```\n", "```python\n", "```python ", '"""\n    ```x\n']
FLOODS += ['```\n"""\n```\n', '```\n\\"""\n```\n', "```\n'''\n```\n```\n\"\"\"\n```\n"]


FLOODS_OF_NAMES = ["f.", "f: ", "f", "def ", " ", "\n ", "const *", "f =\n", "f = ", "f, ", "; ", "((", ";f,g)"]
FLOODS_OF_NAMES += ["from os import (", "from os import (\n", "from os import f as "]


@pytest.mark.parametrize("piece", FLOODS_OF_NAMES, ids=repr)
def test_extract_flood_of_names_ends(piece: str) -> None:
    extract(f"{A}```python\n{piece * (300_000 // len(piece))}\n```\n", entry_point="f")


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
