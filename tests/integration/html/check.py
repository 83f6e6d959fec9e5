"""Opens reports in a browser and looks whether they do what they promise.

    check.py BROWSER HOSTILE.html PLAIN.html TEXT

The first report has TEXT wherever a tree or a report from elsewhere can choose words, the second one
has plain words there. What is wrong goes to stdout, a line each.
"""

import json
import pathlib
import sys

from devtools import Browser

WRONG = []

SKELETON = """[...document.querySelectorAll("*")].map(element => [
    element.localName, ...[...element.attributes].map(attribute => attribute.name).sort()].join(" "))"""

VISIBLE_ROWS = """[...document.querySelectorAll("li.finding")].filter(row =>
    row.checkVisibility({contentVisibilityAuto: true})).length"""


def expect(truth, words):
    if not truth:
        WRONG.append(words)


def quiet(page, what):
    """Nothing was said, asked of a network or put before the user."""
    for event in page.seen("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled",
                           "Page.javascriptDialogOpening"):
        expect(False, f"{what}: {json.dumps(event['params'])[:400]}")
    requests = [event["params"]["request"]["url"] for event in page.seen("Network.requestWillBeSent")]
    expect(len(requests) == 1, f"{what}: it asked for {requests}")


def is_complete_without_script(browser, url, text):
    page = browser.open(url, scripts=False)
    quiet(page, "without script")
    page.call("Emulation.setScriptExecutionDisabled", value=False)
    said = page.run("document.body.textContent")
    expect(said.count(text) > 20, f"without script the text stands {said.count(text)} times")
    controls = "[...document.querySelectorAll('form, button')].filter(e => e.checkVisibility()).length"
    expect(page.run(controls) == 0, "without script nothing is there that does nothing")
    closed = page.run("document.querySelectorAll('details:not([open]) > summary').length")
    page.click("details:not([open]) > summary")
    now = page.run("document.querySelectorAll('details:not([open]) > summary').length")
    expect(closed > now, "without script parts open")
    page.close()
    return said


def names_stay_text(browser, hostile, plain, text):
    page, other = browser.open(hostile), browser.open(plain)
    quiet(page, "hostile")
    quiet(other, "plain")
    one, two = page.run(SKELETON), other.run(SKELETON)
    differing = next(((a, b) for a, b in zip(one, two) if a != b), (len(one), len(two)))
    expect(one == two, f"the text makes elements or attributes: {differing}")
    expect(text in page.run("document.title"), "the text stands in the title")
    other.close()
    return page


def tab_to(page, condition):
    """Presses Tab until the focus is where it shall be."""
    for _ in range(120):
        page.key("Tab")
        if page.run(f"document.activeElement && document.activeElement.matches({json.dumps(condition)})"):
            return True
    expect(False, f"no way by keyboard to {condition}")
    return False


def filters(page):
    page.key("Tab")
    expect(page.run("document.activeElement.className") == "skip", "the first stop skips to the content")
    tab_to(page, "#filter input")
    all_rows = page.run("document.querySelectorAll('li.finding').length")
    page.type("second-row")
    expect(page.run(VISIBLE_ROWS) == 1, "text filters, also in parts that were closed")
    expect(page.run("document.getElementById('shown').textContent") == f"1 of {all_rows} rows", "a count is told")
    page.click("#filter button[type=reset]")
    page.run("new Promise(done => setTimeout(done, 20))")
    expect(page.run("document.getElementById('shown').textContent") == f"{all_rows} rows", "clearing shows all again")
    page.run("document.querySelector('#filter [name=severity]').focus()")
    page.type("i")
    page.run("const s = document.querySelector('#filter [name=severity]'); s.value = 'info';"
             "s.dispatchEvent(new Event('input', {bubbles: true}))")
    shown = "[...document.querySelectorAll('#finding-groups > details')].filter(d => d.checkVisibility()).map(d => d.dataset.severity)"
    expect(set(page.run(shown)) == {"info"}, "severity filters")
    page.click("#filter button[type=reset]")
    page.run("new Promise(done => setTimeout(done, 20))")


def copies(page, browser):
    browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    wanted = page.run("[...document.querySelectorAll('#advice .command code')].map(c => c.textContent)")
    expect(any("\n" in command for command in wanted), "a command of several lines is there")
    lines = next((at for at, command in enumerate(wanted) if "\n" in command), 0)
    for way, at in [("mouse", lines), ("keyboard", 0)]:
        page.run(f"document.querySelectorAll('#advice .copy').forEach((b, i) => b.id = i === {at} ? 'wanted' : '')")
        page.run("navigator.clipboard.writeText('nothing')")
        if way == "mouse":
            page.click("#wanted")
        else:
            page.run("document.getElementById('wanted').focus()")
            page.key("Enter")
        page.run("new Promise(done => setTimeout(done, 50))")
        copied = page.run("navigator.clipboard.readText()")
        expect(copied == wanted[at], f"by {way} {copied!r} was copied instead of {wanted[at]!r}")
        expect("copied" in page.run("document.getElementById('said').textContent"), f"by {way} it is said")


def policy_holds(page):
    """What could get into the page all the same does nothing."""
    page.run("""(() => {
        const script = document.createElement("script");
        script.textContent = "window.reached = true";
        const image = document.createElement("img");
        image.src = "http://127.0.0.1:9/x.png";
        image.setAttribute("onerror", "window.reached = true");
        document.body.append(script, image);
        return new Promise(done => setTimeout(done, 100));
    })()""")
    expect(page.run("window.reached") is None, "the policy stops scripts")
    blocked = [event for event in page.seen("Network.loadingFailed")
               if event["params"].get("blockedReason") == "csp"]
    expect(blocked, "the policy stops the network")


def fits(browser, url):
    light, dark = browser.open(url), browser.open(url, dark=True, width=390, height=844)
    ground = "getComputedStyle(document.body).backgroundColor"
    expect(light.run(ground) != dark.run(ground), "dark mode is dark")
    for page, width in [(light, 1280), (dark, 390)]:
        wide = page.run("document.documentElement.scrollWidth")
        expect(wide <= width, f"at {width} pixels it is {wide} wide")
    light.call("Emulation.setEmulatedMedia", media="print")
    hidden = "getComputedStyle(document.querySelector('nav')).display"
    expect(light.run(hidden) == "none", "nothing to press is printed")
    light.close()
    dark.close()


def main():
    binary, hostile, plain, text = sys.argv[1:]
    hostile, plain = (pathlib.Path(path).absolute().as_uri() for path in (hostile, plain))
    with Browser(binary) as browser:
        is_complete_without_script(browser, hostile, text)
        page = names_stay_text(browser, hostile, plain, text)
        filters(page)
        copies(page, browser)
        quiet(page, "after use")
        policy_holds(page)
        fits(browser, hostile)
    print("\n".join(WRONG))
    sys.exit(1 if WRONG else 0)


if __name__ == "__main__":
    main()
