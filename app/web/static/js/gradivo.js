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

  const showProgress = (box, html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".g-progress");
    const shown = box.querySelector(".g-progress");
    if (fresh && shown && fresh.outerHTML !== shown.outerHTML) shown.replaceWith(fresh);
  };

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
        if (answer?.status === 202) showProgress(box, await answer.text());
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
