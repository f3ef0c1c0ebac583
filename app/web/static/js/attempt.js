/* The final test. Every answer is saved by itself; while there is no line it waits on this device, and is sent in order
   when the line is back. Without this file the page saves by its button. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-sitting]");
  const words = form.dataset;
  const address = new URL(form.getAttribute("action"), location.href); // form.action is the buttons' name here
  const line = form.querySelector("#saved");
  const WAIT_TYPING = 1500;
  const PATIENCE = 20000;
  const MONTH = 30 * 24 * 3600 * 1000;

  /* What stands in the inputs of a question, as the server reads it: a list of texts, empty where nothing is given. */
  const questions = new Map();
  for (const group of form.querySelectorAll(".g-question > fieldset")) {
    questions.set(group.id, form.elements[`shown-${group.id.slice(1)}`]);
  }
  const isOf = (name, field) => field === name || field.startsWith(`${name}-`);
  const entriesOf = (name) => [...new FormData(form)].filter(([field, value]) => isOf(name, field) && typeof value === "string");
  const responseOf = (entries) => (entries.some(([, value]) => value) ? entries.map(([, value]) => value) : []);
  const known = (name) => JSON.parse(questions.get(name).value);
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const fill = (name, response) => {
    const fields = [...form.elements].filter((field) => field.name && isOf(name, field.name));
    let place = 0;
    for (const field of fields) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = response.includes(field.value);
      else field.value = response[place++] ?? "";
    }
  };

  /* What is not acknowledged yet, by question: kept on the device under a name of this page's own. */
  const prefix = `gradivo:${address.pathname}:`;
  const shelf = `${prefix}${Date.now()}`;
  const waiting = new Map();
  const keep = () => {
    try {
      if (waiting.size > 0) localStorage.setItem(shelf, JSON.stringify([...waiting]));
      else localStorage.removeItem(shelf);
    } catch {
      /* A browser that keeps nothing still sends. */
    }
  };
  const fetchKept = () => {
    const found = new Map();
    try {
      for (const key of Object.keys(localStorage).filter((each) => each.startsWith("gradivo:/attempts/"))) {
        if (key.startsWith(prefix)) {
          for (const [name, entry] of JSON.parse(localStorage.getItem(key))) {
            if (!(found.get(name)?.given > entry.given)) found.set(name, entry);
          }
          localStorage.removeItem(key);
        } else if (Date.now() - Number(key.slice(key.lastIndexOf(":") + 1)) > MONTH) {
          localStorage.removeItem(key);
        }
      }
    } catch {
      return found;
    }
    return found;
  };

  /* What the page says. */
  let lastSaved = line.textContent;
  const show = () => {
    line.textContent = waiting.size === 0 ? lastSaved : isOffline ? words.offline : words.pending;
    line.classList.toggle("g-statusline__unsaved", waiting.size > 0);
  };
  const tell = (kind, text, link) => {
    const box = form.querySelector(".g-notification") || document.createElement("div");
    box.className = `g-notification g-notification--${kind}`;
    box.setAttribute("role", kind === "success" ? "status" : "alert");
    form.querySelector(".govuk-button-group").before(box);
    box.textContent = "";
    setTimeout(() => {
      box.textContent = text;
      if (link) box.append(" ", Object.assign(document.createElement("a"), { href: link, className: "govuk-link", textContent: words.result }));
    }, 50);
  };
  const hush = () => form.querySelector(".g-notification--error")?.remove();

  /* Sending: one request at a time, the oldest answer first. */
  let isOffline = false;
  let isOver = false;
  let sending = null;
  let timer = 0;
  let pause = 2000;
  const ask = async (fields) => {
    const body = new URLSearchParams([["csrf_token", form.elements.csrf_token?.value ?? ""], ["action", "save"], ...fields]);
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(address, { method: "POST", body, headers, cache: "no-store", keepalive: true, signal: stop.signal });
      if (answer.status >= 500) return null;
      if (answer.status === 409) return { isEnded: true };
      if (!answer.headers.get("Content-Type")?.startsWith("application/json")) return { isStranger: true };
      return await answer.json();
    } catch {
      return null;
    } finally {
      clearTimeout(patience);
    }
  };
  const sendOne = async (name, entry) => {
    const place = name.slice(1);
    const shown = [known(name), ...entry.tried].map((each) => [`shown-${place}`, JSON.stringify(each)]);
    const response = responseOf(entry.entries);
    entry.tried.push(response);
    const answer = await ask([["age", String(Math.max(0, Date.now() - entry.given))], ...shown, ...entry.entries]);
    if (!answer?.saved) return answer;
    const stands = answer.kept[place] ?? response;
    questions.get(name).value = JSON.stringify(stands);
    if (waiting.get(name) === entry) waiting.delete(name);
    else waiting.get(name).tried = [];
    if (answer.kept[place] && !waiting.has(name)) fill(name, stands);
    keep();
    return answer;
  };
  const sendAll = async () => {
    let last = null;
    while (waiting.size > 0) {
      const [name, entry] = [...waiting].reduce((one, other) => (other[1].given < one[1].given ? other : one));
      last = await sendOne(name, entry);
      if (!last?.saved) break;
      lastSaved = last.words;
      if (last.message) tell("warning", last.message);
      show();
    }
    return last;
  };
  /* What waited longer than the test ran is sent at once, so that all of it is kept as evidence. */
  const sendLate = () => {
    const late = [...waiting].flatMap(([name, entry]) => [
      [`shown-${name.slice(1)}`, JSON.stringify(known(name))], ...entry.entries,
    ]);
    return ask(late);
  };
  const settle = async (answer) => {
    const failed = waiting.size > 0;
    if (failed && answer?.isEnded) {
      isOver = true;
      if (waiting.size > 1) await sendLate();
      waiting.clear();
      keep();
      tell("error", words.ended, `${address.pathname}/result`);
    } else if (failed && answer?.isStranger) {
      tell("error", words.stranger);
    } else if (failed) {
      if (!isOffline) tell("error", words.failed);
      isOffline = true;
      timer = setTimeout(flush, pause);
      pause = Math.min(pause * 2, 30000);
    } else {
      if (isOffline) hush();
      isOffline = false;
      pause = 2000;
    }
    show();
    return waiting.size === 0;
  };
  const flush = () => {
    clearTimeout(timer);
    if (isOver) return Promise.resolve(true);
    sending ??= sendAll().then(settle).finally(() => { sending = null; });
    return sending;
  };
  const note = (name, wait) => {
    const entries = entriesOf(name);
    const before = waiting.get(name);
    if (!before && isSame(responseOf(entries), known(name))) return;
    waiting.set(name, { entries, given: Date.now(), tried: before?.tried ?? [] });
    keep();
    show();
    if (isOffline) return;
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  };
  const nameOf = (field) => [...questions.keys()].find((name) => isOf(name, field.name ?? ""));
  let isTouched = false;
  const hear = (event) => {
    const name = nameOf(event.target);
    if (!name || isOver) return;
    isTouched = true;
    const isTyped = event.type === "input" && ["text", "textarea"].includes(event.target.type);
    note(name, isTyped ? WAIT_TYPING : 0);
  };
  form.addEventListener("input", hear);
  form.addEventListener("change", hear);
  addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") flush(); });
  addEventListener("beforeunload", (event) => { if (waiting.size > 0 && !isOver) event.preventDefault(); });

  /* The buttons: nothing is handed in before everything is saved. */
  let isBusy = false;
  const press = async (button) => {
    isBusy = true;
    await flush();
    const isSaved = waiting.size === 0;
    const hasFiles = [...form.querySelectorAll("input[type='file']")].some((field) => field.files.length > 0);
    if (isSaved && !isOver && (button.value !== "save" || hasFiles)) {
      form.dataset.plain = "";
      setTimeout(() => form.requestSubmit(button)); // A form sends nothing while it still tells of its first submission.
      return;
    }
    if (isSaved && !isOver) {
      const answer = await ask([]);
      if (answer?.saved) {
        lastSaved = answer.words;
        tell("success", answer.told);
        show();
      } else if (answer?.isEnded) {
        tell("error", words.ended, `${address.pathname}/result`);
      } else {
        tell("error", answer ? words.stranger : words.failed);
      }
    } else if (!isOver && button.value !== "save") {
      tell("error", words.held);
    } else if (!isOver) {
      tell("error", words.failed);
    }
    isBusy = false;
  };
  form.addEventListener("submit", (event) => {
    if ("plain" in form.dataset) return;
    event.preventDefault();
    if (!isBusy) press(event.submitter ?? form.querySelector("button[value='save']"));
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  for (const [name, entry] of fetchKept()) {
    if (!questions.has(name)) continue;
    fill(name, responseOf(entry.entries));
    waiting.set(name, entry);
  }
  if (waiting.size > 0) {
    isTouched = true;
    keep();
    show();
    flush();
  }

  /* The time left is the server's, counted on from when the page came; read out at five minutes and at one. */
  const clock = form.querySelector("[data-seconds]");
  if (!clock) return;
  const end = Date.now() + Number(clock.dataset.seconds) * 1000;
  const left = clock.querySelector("[data-left]");
  const said = form.querySelector("[data-said]");
  let ticking = 0;
  const finish = () => {
    clock.textContent = clock.dataset.over;
    if (isTouched) form.querySelector("button[value='submit']").click();
    else setTimeout(() => location.reload(), 40000);
  };
  const tick = () => {
    clearTimeout(ticking);
    const seconds = Math.ceil((end - Date.now()) / 1000);
    if (seconds <= 0) {
      document.removeEventListener("visibilitychange", tick);
      finish();
      return;
    }
    const minutes = Math.ceil(seconds / 60);
    if (left.textContent !== String(minutes)) {
      left.textContent = minutes;
      const spoken = said.getAttribute(`data-said-${minutes}`);
      if (spoken) said.textContent = spoken;
    }
    if (minutes <= 5) clock.closest(".g-statusline").classList.add("g-statusline--late");
    ticking = setTimeout(tick, (seconds - (minutes - 1) * 60) * 1000);
  };
  document.addEventListener("visibilitychange", tick);
  tick();
})();
