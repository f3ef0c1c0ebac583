/* What a page does better with JavaScript; every page works without it. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js-enabled");
  const all = (selector) => [...document.querySelectorAll(selector)];

  /* An error summary is read out at once, and its links put the cursor into the field. */
  document.querySelector("[data-focus]")?.focus();
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".govuk-error-summary a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    const group = field.closest("fieldset") || field.closest(".govuk-form-group") || field;
    group.scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });

  /* Leaving a changed form asks first; sending it does not. */
  const changed = new Set();
  for (const form of all("form[data-unsaved]")) {
    form.addEventListener("input", () => changed.add(form));
    form.addEventListener("submit", () => changed.delete(form));
  }
  addEventListener("beforeunload", (event) => {
    if (changed.size > 0) event.preventDefault();
  });

  /* A second click sends nothing for five seconds: long enough for a double click, short enough to try again. */
  const sent = new Map();
  for (const form of all("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (event.timeStamp - (sent.get(form) ?? -5000) < 5000) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      sent.set(form, event.timeStamp);
    });
  }
  addEventListener("pageshow", () => sent.clear());

  /* The final test: saving keeps the place on the page. Without a line the answers stay where they are. */
  const sitting = document.querySelector("form[data-sitting]");
  const tell = (kind, words) => {
    const group = sitting.querySelector(".govuk-button-group");
    const box = sitting.querySelector(".g-notification") || document.createElement("div");
    box.className = `g-notification g-notification--${kind}`;
    box.setAttribute("role", kind === "error" ? "alert" : "status");
    group.before(box);
    box.textContent = "";
    setTimeout(() => { box.textContent = words; }, 50);
  };
  const save = async (submitter) => {
    const body = new URLSearchParams(new FormData(sitting, submitter));
    const address = new URL(sitting.getAttribute("action"), location.href).href; // form.action is the buttons' name here
    let answer = null;
    try {
      answer = await fetch(address, { method: "POST", body, cache: "no-store" });
    } catch {
      answer = null;
    }
    sent.delete(sitting);
    if (answer?.ok && answer.url === address) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      sitting.querySelector("#saved").textContent = page.getElementById("saved").textContent;
      tell("success", page.querySelector("#main > .g-notification")?.textContent.trim() || "");
    } else if (answer) {
      sitting.dataset.plain = "";
      sitting.requestSubmit(submitter);
    } else {
      changed.add(sitting);
      tell("error", sitting.dataset.failed);
    }
  };
  sitting?.addEventListener("submit", (event) => {
    const hasFiles = [...sitting.querySelectorAll("input[type='file']")].some((field) => field.files.length > 0);
    if (event.submitter?.value !== "save" || "plain" in sitting.dataset || hasFiles) return;
    event.preventDefault();
    save(event.submitter);
  });

  /* The time left is the server's, counted on from when the page came; read out at five minutes and at one. */
  const clock = sitting?.querySelector("[data-seconds]");
  if (clock) {
    const end = Date.now() + Number(clock.dataset.seconds) * 1000;
    const left = clock.querySelector("[data-left]");
    const said = sitting.querySelector("[data-said]");
    let timer = 0;
    const finish = () => {
      clock.textContent = clock.dataset.over;
      if (changed.has(sitting)) {
        sent.delete(sitting);
        sitting.requestSubmit(sitting.querySelector("button[value='submit']"));
      } else {
        setTimeout(() => location.reload(), 40000);
      }
    };
    const tick = () => {
      clearTimeout(timer);
      const seconds = Math.ceil((end - Date.now()) / 1000);
      if (seconds <= 0) {
        document.removeEventListener("visibilitychange", tick);
        finish();
        return;
      }
      const minutes = Math.ceil(seconds / 60);
      if (left.textContent !== String(minutes)) {
        left.textContent = minutes;
        const words = said.getAttribute(`data-said-${minutes}`);
        if (words) said.textContent = words;
      }
      if (minutes <= 5) clock.closest(".g-statusline").classList.add("g-statusline--late");
      timer = setTimeout(tick, (seconds - (minutes - 1) * 60) * 1000);
    };
    document.addEventListener("visibilitychange", tick);
    tick();
  }

  /* "Your certificate is being made": asks again until the answer is 200, at most five minutes long. */
  const poll = (box, began, wait) => {
    setTimeout(async () => {
      let answer = null;
      try {
        answer = await fetch(box.dataset.poll, { headers: { "X-Requested-With": "fetch" }, cache: "no-store" });
      } catch {
        answer = null;
      }
      if (answer?.redirected) {
        location.reload();
      } else if (answer?.status === 200) {
        const ready = new DOMParser().parseFromString(await answer.text(), "text/html");
        box.classList.remove("g-poll", "g-poll--waiting");
        box.replaceChildren(...ready.body.childNodes);
      } else if (performance.now() - began > 300000 || (answer && ![202, 503].includes(answer.status))) {
        box.classList.remove("g-poll--waiting");
      } else {
        poll(box, began, Math.min(wait * 1.3, 10000));
      }
    }, wait);
  };
  for (const box of all("[data-poll]")) {
    box.classList.add("g-poll--waiting");
    poll(box, performance.now(), 2000);
  }

  /* Menus close with Escape and with a click elsewhere. */
  const menus = all(".g-menu");
  addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && menus.find((menu) => menu.open);
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
  });

  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
})();
