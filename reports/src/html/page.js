// Filters findings and copies commands. It reads the page and sets attributes; it makes no markup.
"use strict";
(function () {
  const said = document.getElementById("said");
  const say = (words) => { said.textContent = ""; said.textContent = words; };

  // Copying: what stands in the block, to the byte.
  const copyOldWay = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "sr-only";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };
  const copy = async (button) => {
    const text = button.parentElement.querySelector("code").textContent;
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      done = copyOldWay(text);
      button.focus();
    }
    button.textContent = done ? "Copied" : "Not copied";
    say(done ? "Command copied" : "The browser does not let this page copy: select the text");
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }

  // Filtering.
  const form = document.getElementById("filter");
  if (form) {
    const groups = Array.from(document.querySelectorAll("#finding-groups > details"));
    const rows = groups.map((group) => Array.from(group.querySelectorAll("li.finding")));
    const shown = document.getElementById("shown");
    const words = new Map();
    const wordsOf = (element) => {
      if (!words.has(element)) words.set(element, element.textContent.toLowerCase());
      return words.get(element);
    };
    const rests = groups.map((group) => group.querySelector("details.rest"));
    const opened = new Map(groups.map((group) => [group, group.open]));
    const filter = () => {
      const { text, severity, code } = form.elements;
      const sought = text.value.trim().toLowerCase();
      const filters = sought !== "" || severity.value !== "" || code.value !== "";
      let [count, all] = [0, 0];
      groups.forEach((group, index) => {
        const { code: ofCode, severity: ofSeverity } = group.dataset;
        const meant = (severity.value === "" || severity.value === ofSeverity) &&
          (code.value === "" || code.value === ofCode);
        const head = wordsOf(group.querySelector("summary")).includes(sought);
        let here = 0;
        for (const row of rows[index]) {
          const match = meant && (sought === "" || head || wordsOf(row).includes(sought));
          row.hidden = !match;
          here += match ? 1 : 0;
        }
        group.hidden = here === 0;
        group.open = filters ? here > 0 : opened.get(group);
        if (rests[index]) {
          const match = rests[index].querySelector("li.finding:not([hidden])");
          rests[index].hidden = match === null;
          rests[index].open = sought !== "" && match !== null;
        }
        count += here;
        all += rows[index].length;
      });
      const noun = all === 1 ? "row" : "rows";
      shown.textContent = filters ? `${count} of ${all} ${noun}` : `${all} ${noun}`;
    };
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    filter();
  }

  // A link to something in a closed part opens it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (let at = target; at; at = at.parentElement) {
      if (at.localName === "details") at.open = true;
      at.hidden = false;
    }
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Paper has no handles: everything is open while printing.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
    closed = [];
  });
})();
