"""The page of the report in a real browser: wide and narrow, light and dark, by keyboard, and with hostile text."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deepcoder.tools.report import graded, page, run
from tests.report_cases import HOSTILE, add_step, write_graded, write_run
from tests.test_watch import served

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")

WIDE, NARROW = 1280, 390


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests; its own sandbox cannot start as root."""
    with playwright.sync_playwright() as started:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        launched = started.chromium.launch(executable_path=BROWSER, args=arguments)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page about one run, about two and a file, and about a run whose every text is hostile."""
    folder = tmp_path_factory.mktemp("report")
    one, other = (run.read(write_run(folder / name, steps), name) for name, steps in (("one", 80), ("other", 3)))
    file = graded.read(write_graded(folder / "graded.jsonl"), "graded.jsonl")
    text = HOSTILE + "\n" + "x" * 1_000_000
    hostile = run.read(write_run(folder / "hostile", 2, text, text), HOSTILE)
    texts = {"one": page.html([one], []), "all": page.html([one, other], [file]), "hostile": page.html([hostile], [])}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text)
    return {name: folder / f"{name}.html" for name in texts}


class Opened:
    """A page that is open, and all that it said or asked for."""

    def __init__(self, browser: Any, path: Path | str, width: int = WIDE, scheme: str = "light") -> None:
        self.address = path if isinstance(path, str) else path.as_uri()
        self.page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(self.address)

    def is_quiet(self) -> bool:
        """Return whether no error was printed, and nothing but the page itself was asked for."""
        return not self.said and {each for each in self.asked if not each.startswith("data:")} == {self.address}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", ["one", "all", "hostile"])
def test_page_opens_without_an_error_or_a_request(
    browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    opened = Opened(browser, pages[name], width, scheme)

    assert opened.is_quiet(), (opened.said, opened.asked)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width  # no part is wider than the window
    drawn, figures = (opened.page.locator(each).count() for each in (".plot canvas", "figure.chart"))
    assert drawn == figures >= 5
    opened.page.close()


def test_hostile_text_is_seen_as_text(browser: Any, pages: dict[str, Path]) -> None:
    opened = Opened(browser, pages["hostile"])

    assert opened.page.title().startswith("</script><script>document.title = 'taken'</script>")
    assert opened.page.locator("img, [onload], [onmouseover], textarea").count() == 0
    seen = opened.page.locator("#answers pre").first.inner_text()
    assert seen.startswith(HOSTILE.partition("\x00")[0] + "\\x00\\x1b[31m\\u202egnp.exe\\u202c\\u2066\\ud800\nxxx")
    assert seen.endswith("more characters)")
    assert opened.is_quiet(), (opened.said, opened.asked)
    opened.page.close()


def test_policy_stops_a_script_and_a_request(browser: Any, pages: dict[str, Path]) -> None:
    opened = Opened(browser, pages["one"])
    tried = """async () => {
        const script = document.createElement("script");
        script.textContent = "window.taken = true";
        document.body.append(script);
        return [window.taken, await fetch("http://127.0.0.1:9/").then(() => "loaded", () => "stopped")];
    }"""

    assert opened.page.evaluate(tried) == [None, "stopped"]
    assert sum("Content Security Policy" in each for each in opened.said) >= 2, opened.said
    opened.page.close()


def test_keys_read_the_numbers_of_a_chart(browser: Any, pages: dict[str, Path]) -> None:
    opened = Opened(browser, pages["one"])
    chart = opened.page.locator("figure.chart", has_text="Seconds per step")
    rows = [row.locator("td").all_text_contents() for row in chart.locator("tbody tr").all()]
    opened.page.keyboard.press("Tab")  # so that the focus is one of the keyboard
    chart.locator(".plot").focus()

    for key, row in (("Home", rows[0]), ("ArrowRight", rows[1]), ("End", rows[-1]), ("ArrowLeft", rows[-2])):
        opened.page.keyboard.press(key)
        opened.page.wait_for_function(
            "([chart, text]) => chart.querySelector('.unseen').textContent === text",
            arg=[chart.element_handle(), f"Step {row[0]}: generating 3 s, waiting for judgements 1 s, learning 2 s"],
        )
    assert chart.locator(".legend b").all_inner_texts() == [rows[-2][0], "3 s", "1 s", "2 s"]
    opened.page.close()


def test_tables_are_sorted_by_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    opened = Opened(browser, pages["one"])
    table = opened.page.locator("#problems table")
    names = table.locator("tbody td:first-child")
    heading = table.get_by_role("button", name="pass rate", exact=True)
    heading.focus()

    opened.page.keyboard.press("Enter")
    assert names.all_inner_texts() == ["never", "x/1", "always"]
    opened.page.keyboard.press("Enter")
    assert names.all_inner_texts() == ["always", "x/1", "never"]
    assert table.locator("th[aria-sort=descending]").inner_text().startswith("pass rate")
    opened.page.close()


def test_charts_follow_the_width_and_the_colours(browser: Any, pages: dict[str, Path]) -> None:
    opened = Opened(browser, pages["one"])
    opened.page.set_viewport_size({"width": NARROW, "height": 800})
    opened.page.emulate_media(color_scheme="dark")

    fits = """() => [...document.querySelectorAll('.plot')].every(
        (plot) => plot.querySelector('canvas').clientWidth <= plot.clientWidth)"""
    opened.page.wait_for_function(fits)
    assert opened.page.locator(".plot canvas").count() == opened.page.locator("figure.chart").count()
    assert opened.is_quiet(), (opened.said, opened.asked)
    opened.page.close()


def test_watched_page_renews_itself_and_stays_as_the_reader_had_it(browser: Any, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", 40)
    (folder / "steps.jsonl").rename(tmp_path / "steps.jsonl")
    (folder / "judgements.jsonl").rename(tmp_path / "judgements.jsonl")
    with served(folder) as port:
        opened = Opened(browser, f"http://localhost:{port}/")
        assert "waiting for the first step" in opened.page.locator("header").inner_text()
        for name in ("steps.jsonl", "judgements.jsonl"):
            (tmp_path / name).rename(folder / name)
        opened.page.emulate_media(reduced_motion="reduce")  # it scrolls at once
        reward = opened.page.locator("figure.chart", has=opened.page.get_by_role("heading", name="Reward", exact=True))
        reward.get_by_text("Numbers").click()
        opened.page.get_by_role("region", name="Numbers of Reward").evaluate("region => { region.scrollTop = 100; }")
        heading = opened.page.locator("#problems").get_by_role("button", name="pass rate", exact=True)
        heading.focus()
        opened.page.keyboard.press("Enter")
        opened.page.keyboard.press("Enter")
        height = opened.page.evaluate("window.scrollY")

        add_step(folder, 40)
        opened.page.wait_for_selector(".plot[aria-label^='Reward, over steps 1 to 41']")

        assert reward.locator("details").get_attribute("open") is not None
        assert opened.page.get_by_role("region", name="Numbers of Reward").evaluate("region => region.scrollTop") == 100
        names = opened.page.locator("#problems tbody td:first-child").all_inner_texts()
        assert names == ["always", "x/1", "never"]
        assert heading.evaluate("button => button === document.activeElement")
        assert opened.page.evaluate("window.scrollY") == height > 0
        assert not opened.said
        assert {each for each in opened.asked if not each.startswith("data:")} == {
            opened.address,
            f"{opened.address}version",
        }

    opened.page.wait_for_function("() => document.querySelector('#live').textContent.includes('has ended')")
    opened.page.close()


def test_watched_page_waits_for_a_reader_of_a_chart(browser: Any, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", 3)
    with served(folder) as port:
        opened = Opened(browser, f"http://localhost:{port}/")
        opened.page.keyboard.press("Tab")
        opened.page.locator(".plot").first.focus()
        add_step(folder, 3)
        opened.page.wait_for_function("() => document.querySelector('#live').textContent.startsWith('There is more')")

        opened.page.keyboard.press("Tab")
        opened.page.wait_for_selector(".plot[aria-label^='Reward, over steps 1 to 4']")
        assert opened.is_quiet() or not opened.said
        opened.page.close()
